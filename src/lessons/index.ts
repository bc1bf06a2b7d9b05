export { GALLERY, START_TEXT, type GalleryEntry } from './scenarios.ts';
