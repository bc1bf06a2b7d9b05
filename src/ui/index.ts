export { mountApp } from './app/mount.tsx';
