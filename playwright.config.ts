import { defineConfig } from '@playwright/test';
import { launchOptions } from './src/node/chromium.ts';

/** A port of its own, so that two checkouts can be tested side by side. */
const port = Number(process.env['E2E_PORT'] ?? 4_271);
const { executablePath, args } = await launchOptions();

export default defineConfig({
  testDir: 'tests/e2e',
  timeout: 90_000,
  expect: { timeout: 20_000 },
  fullyParallel: false,
  workers: 1,
  reporter: [['list'], ['json', { outputFile: '.cache/playwright.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    launchOptions: { executablePath, args: [...args] },
  },
  webServer: {
    command: 'npm start',
    env: { PORT: String(port) },
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
