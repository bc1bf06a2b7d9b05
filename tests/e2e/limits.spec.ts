import { expect, test, type Page } from '@playwright/test';
import { open, problems, write } from './support/page.ts';

const configMaps = (count: number, filler = ''): string =>
  Array.from(
    { length: count },
    (_, index) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c${index}\ndata:\n  a: "${index}${filler}"\n`,
  ).join('---\n');

/** The page answers within a moment: the main thread is not held up. */
const isAlive = (page: Page): Promise<number> =>
  page.evaluate(() => new Promise<number>((resolve) => requestAnimationFrame((time) => resolve(time))));

test('10,000 documents are applied with progress, and can be broken off', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page);
  await write(page, configMaps(10_000));
  await expect(page.getByText('No problems found')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  const progress = page.getByText(/Applied \d+ of 10000 documents/).last();
  await expect(progress).toBeVisible({ timeout: 60_000 });
  await isAlive(page);
  await page.getByRole('button', { name: 'Break off' }).click();
  await expect(page.getByText(/broken off by you/)).toBeVisible({ timeout: 60_000 });
});

test('a dead worker is said, the run comes back, and the text stays', async ({ page }) => {
  await open(page);
  await write(page, `# my own words\n${configMaps(1)}`);
  await page.evaluate(() => {
    const { pilothouse } = globalThis as unknown as { pilothouse: { request(path: string, init: unknown): unknown } };
    return pilothouse.request('/api/v1/namespaces', { method: 'POST', body: { metadata: { name: 'kept' } } });
  });
  const worker = page.workers().find((item) => item.url().includes('simulation'))!;
  await worker.evaluate(() => (globalThis as unknown as { close(): void }).close());
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('has not answered for ten seconds', { timeout: 30_000 });
  await dialog.getByRole('button', { name: 'Go on from here' }).click();
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
  await expect(page.locator('.view-lines').first()).toContainText('my own words');
  const found = await page.evaluate(() => {
    const { pilothouse } = globalThis as unknown as {
      pilothouse: { request(path: string): Promise<{ status: number }> };
    };
    return pilothouse.request('/api/v1/namespaces/kept');
  });
  expect(found.status).toBe(200);
});

test('full storage is said once, and nothing of the page is lost', async ({ page }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await open(page);
  await write(page, configMaps(2));
  const notice = page.getByRole('alert').filter({ hasText: 'keeps no more data' });
  await expect(notice).toBeVisible();
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByText('2 created')).toBeVisible();
  await expect(notice).toBeHidden();
});

test('malformed YAML says where, a bomb of aliases is refused, and the page stays alive', async ({ page }) => {
  await open(page);
  await write(page, 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tabbed\n');
  await expect(
    problems(page)
      .getByRole('button', { name: /line 4/ })
      .first(),
  ).toContainText('spaces');
  const level = (index: number): string =>
    `  a${index}: &a${index} [${Array(9)
      .fill(index === 0 ? 'x' : `*a${index - 1}`)
      .join(', ')}]`;
  const bomb = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bomb\ndata:\n${Array.from({ length: 9 }, (_, index) => level(index)).join('\n')}\n`;
  await write(page, bomb);
  await expect(problems(page).getByRole('button', { name: /aliases/ })).toBeVisible();
  await isAlive(page);
});

test('a paste of five megabytes is taken, checked, and can be undone', async ({ page }) => {
  test.setTimeout(180_000);
  await open(page);
  await write(page, configMaps(500, 'x'.repeat(10_000)));
  await expect(page.getByText('Long text: colours and completion are off')).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press('ControlOrMeta+Z');
  await expect(page.getByText('Long text: colours and completion are off')).toBeHidden({ timeout: 60_000 });
});
