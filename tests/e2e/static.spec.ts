import { resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { weighPage } from '../../src/node/bench/page-weight.ts';
import { hostFolder, type StaticHost } from '../../src/node/static-host.ts';
import { deployment } from '../support/world.ts';
import { listen, open, problems, write } from './support/page.ts';

/** What the tests' own server has built. */
const DIST = resolve(import.meta.dirname, '../../dist');
const DEEP = '/some/deep/path/';
const MONACO = /\/monaco-[\w-]+\.js$/;
const LIMIT_BYTES = 350_000;

let host: StaticHost;

test.beforeEach(async () => {
  host = await hostFolder(DIST, DEEP);
});

test.afterEach(() => host.close());

test('the built page works from a deep path of a plain host, and breaks no rule of its policy', async ({ page }) => {
  const heard = listen(page);
  const violations: string[] = [];
  await page.exposeFunction('tellViolation', (text: string) => void violations.push(text));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (window as unknown as { tellViolation(text: string): void }).tellViolation(`${violatedDirective} ${blockedURI}`),
    );
  });
  const outside: string[] = [];
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(host.address)) outside.push(request.url());
  });

  await open(page, host.address);
  await write(page, deployment('one', 1, 'nginx:1.27').replace('replicas', 'replica'));
  await expect(problems(page).getByRole('button', { name: /unknown field "spec.replica"/ })).toBeVisible();
  // Completion comes from the editor's own worker.
  await write(page, 'apiVersion: apps/v1\nkind: Deployment\nspec:\n');
  await page.keyboard.insertText('  ');
  await page.keyboard.type('repl');
  await expect(async () => {
    await page.keyboard.press('Control+Space');
    await expect(page.locator('.suggest-widget')).toContainText('replicas', { timeout: 2_000 });
  }).toPass();

  expect(violations).toEqual([]);
  expect(heard).toEqual({ faults: [], outside: [] });
  expect(outside).toEqual([]);
  const workers = host.answers.filter(({ path }) => /\.worker-[\w-]+\.js$/.test(path));
  expect(workers.map(({ path }) => path.replace(/^.*\/|-.*$/g, ''))).toEqual(
    expect.arrayContaining(['simulation.worker', 'yaml.worker']),
  );
  expect(host.answers.filter(({ path, status }) => status !== 200 || !path.startsWith(DEEP))).toEqual([]);
});

test('scripts and style sheets before Monaco stay under 350 kB gzipped, and Monaco is not among them', async ({
  page,
}) => {
  await open(page, host.address);
  await expect(page.locator('.monaco-editor').first()).toBeVisible();
  const paths = host.answers.map(({ path }) => path);
  const monaco = paths.findIndex((path) => MONACO.test(path));
  expect(monaco).toBeGreaterThan(0);

  const { files, gzipBytes } = weighPage(DIST);
  const weighed = files.map(({ file }) => file);
  expect(weighed.filter((file) => /monaco/i.test(file))).toEqual([]);
  // What the browser asked for before Monaco is what was weighed, the editor's own part aside.
  const asked = paths.slice(0, monaco).filter((path) => /(?<!\.worker-[\w-]+)\.(js|css)$/.test(path));
  const unweighed = asked.map((path) => path.slice(DEEP.length)).filter((file) => !weighed.includes(file));
  const languages = asked.filter((path) => /\/(en|ko)-[\w-]+\.js$/.test(path));
  expect(languages).toHaveLength(1);
  expect(unweighed.filter((file) => !/\/(Monaco|monaco|en-|ko-)/.test(file))).toEqual([]);
  expect(gzipBytes.scripts + gzipBytes.styles).toBeLessThan(LIMIT_BYTES);
});
