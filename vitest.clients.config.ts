import { defineConfig } from 'vitest/config';

// Stock kubectl, helm and client libraries against `serve`. Each test is a process of many, so a few run side by side.
export default defineConfig({
  test: {
    include: ['tests/clients/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxConcurrency: 3,
    maxWorkers: 2,
    globalSetup: ['tests/clients/support/fetch-tools.ts'],
  },
});
