export { GALLERY, START_TEXT, type BothLanguages, type GalleryEntry, type Topic } from './gallery/index.ts';
