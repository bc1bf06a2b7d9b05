import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    // Tests with stock clients fetch binaries and start processes: they have a run of their own, `npm run test:clients`.
    exclude: ['tests/e2e/**', 'tests/clients/**', 'node_modules/**'],
    // Long enough for a slow, shared machine: no test here measures time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'threads',
    maxWorkers: 2,
  },
});
