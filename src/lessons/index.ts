export { GALLERY, START_TEXT, type BothLanguages, type GalleryEntry, type Goal, type Topic } from './gallery/index.ts';
