import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses: the built site works from any path of any static host.
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    // Says which files the page loads at once, for the bench and the tests that weigh it.
    manifest: true,
    // Fonts stay files of their own, so that `font-src 'self'` is enough and subsets load on demand.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
});
