/**
 * Long tasks of the page's main thread (over 50 ms, as browsers count them) while a Deployment of 500 replicas rolls out on
 * the stage as a person first sees it: the first cluster, its own speed, and a window of 1440 by 900.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import { launchOptions } from '../chromium.ts';
import { hostFolder } from '../static-host.ts';
import { rolloutManifest } from './rollout.ts';

const REPLICAS = 500;
const LIMIT_MS = 240_000;
const POLL_MS = 1_000;
const VIEWPORT = { width: 1440, height: 900 };

export interface PageTasks {
  readonly replicas: number;
  readonly seconds: number;
  readonly longTasks: number;
  readonly longestMs: number;
  /** The longest five, with the seconds after the apply at which they began. */
  readonly longest: readonly { readonly ms: number; readonly atSeconds: number }[];
}

/** What the page offers to its console, and what is observed in it. */
interface Watched {
  readonly pilothouse: {
    request(path: string, init?: { method: string; body: unknown }): Promise<{ status: number; body: unknown }>;
  };
  longTasks: { start: number; ms: number }[];
}

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

function readyReplicas(page: Page): Promise<number> {
  return page.evaluate(async (path) => {
    const { body } = await (globalThis as unknown as Watched).pilothouse.request(path);
    return (body as { status?: { readyReplicas?: number } }).status?.readyReplicas ?? 0;
  }, `${DEPLOYMENTS}/bench`);
}

async function watchRollout(page: Page, address: string): Promise<PageTasks> {
  await page.addInitScript(() => {
    const watched = globalThis as unknown as Watched;
    watched.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        watched.longTasks.push({ start: startTime, ms: Math.round(duration) });
    }).observe({ type: 'longtask' });
  });
  await page.goto(address);
  await page
    .getByRole('button', { name: /^default\/web-.*Running/ })
    .first()
    .waitFor({ timeout: LIMIT_MS });
  await page.locator('.monaco-editor .view-lines').first().waitFor({ timeout: LIMIT_MS });
  const begin = await page.evaluate(
    async ({ path, body }) => {
      const start = performance.now();
      const { status } = await (globalThis as unknown as Watched).pilothouse.request(path, { method: 'POST', body });
      if (status !== 201) throw new Error(`the Deployment was answered with ${status}`);
      return start;
    },
    { path: DEPLOYMENTS, body: rolloutManifest('bench', REPLICAS) },
  );
  const [applied, limit] = [Date.now(), Date.now() + LIMIT_MS];
  let ready = 0;
  while (ready < REPLICAS) {
    if (Date.now() > limit) throw new Error(`only ${ready} of ${REPLICAS} replicas became Ready`);
    await page.waitForTimeout(POLL_MS);
    ready = await readyReplicas(page);
  }
  const seconds = Math.round((Date.now() - applied) / 1000);
  const entries = await page.evaluate(() => (globalThis as unknown as Watched).longTasks);
  const own = entries.filter(({ start }) => start >= begin).sort((one, other) => other.ms - one.ms);
  const longest = own.slice(0, 5).map(({ start, ms }) => ({ ms, atSeconds: Math.round((start - begin) / 1000) }));
  return { replicas: REPLICAS, seconds, longTasks: own.length, longestMs: own[0]?.ms ?? 0, longest };
}

export async function measurePageTasks(): Promise<PageTasks> {
  const folder = mkdtempSync(join(tmpdir(), 'page-tasks-'));
  await build({ logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  const host = await hostFolder(folder, '/');
  const { executablePath, args } = await launchOptions();
  const browser = await chromium.launch({ executablePath, args: [...args] });
  try {
    return await watchRollout(await browser.newPage({ viewport: VIEWPORT, locale: 'en-US' }), host.address);
  } finally {
    await browser.close();
    host.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
