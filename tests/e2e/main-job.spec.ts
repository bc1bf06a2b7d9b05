import { expect, test, type Page } from '@playwright/test';
import { parseScenario, Run } from '../../src/run/index.ts';
import { deployment, service } from '../support/world.ts';
import { axeFaults } from './support/axe.ts';

interface Console {
  request(
    path: string,
    init?: { method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: { items: { metadata: { name: string } }[] } }>;
  load(scenario: unknown): Promise<{ startTime: number }>;
  seek(time: number): Promise<{ time: number }>;
  hash(): Promise<string>;
}

/** Every message of the page's console that is not silence, and every request that leaves this machine. */
function listen(page: Page): { faults: string[]; outside: string[] } {
  const heard = { faults: [] as string[], outside: [] as string[] };
  page.on('pageerror', (error) => heard.faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') heard.faults.push(message.text());
  });
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') heard.outside.push(request.url());
  });
  return heard;
}

async function open(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
}

/** The link of the open share dialog, once the worker has written it. */
async function shareLink(page: Page): Promise<string> {
  const box = page.getByRole('textbox', { name: 'Link' });
  await expect(box).toHaveValue(/#run=p1\./);
  return box.inputValue();
}

test('a person applies a manifest, watches it run, looks into it, and shares it', async ({ page, context }) => {
  const heard = listen(page);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page);
  await page.getByRole('tab', { name: 'Scenarios' }).click();
  await page.getByRole('button', { name: /A rolling update/ }).click();
  await expect(page.getByText('No problems found')).toBeVisible();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByText('Deployment/shop created')).toBeVisible();
  await expect(page.getByRole('button', { name: /^default\/shop-.*Running/ })).toHaveCount(6, { timeout: 60_000 });

  await page
    .getByRole('button', { name: /^default\/shop-/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: /^Pod shop-/ })).toBeVisible();
  await expect(
    page
      .getByText('SuccessfulCreate')
      .or(page.getByText('Scheduled', { exact: true }))
      .first(),
  ).toBeVisible();
  await expect(page.locator('.life-chart .state.lit', { hasText: 'running' }).first()).toBeVisible();

  await page.locator('.panel.right').getByRole('button', { name: 'Decision' }).first().click();
  await expect(page.getByText(/Successfully assigned default\/shop-/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Previous step' }).click();
  await page.getByRole('button', { name: 'Next step' }).click();
  await expect(page.getByRole('region', { name: 'Arithmetic' })).toContainText('=');

  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const link = await shareLink(page);
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole('dialog', { name: 'A shared run' })).toContainText('Commands2');
  await other.getByRole('button', { name: 'Play' }).first().click();
  // The link carries the camera and the open panel as well; what they leave out of sight is asked for.
  await other.getByRole('button', { name: 'Close the details' }).click();
  await other.getByRole('button', { name: 'Show everything' }).click();
  await other.getByRole('button', { name: /^Speed/ }).click();
  await other.getByRole('textbox', { name: 'Exact speed' }).fill('8');
  await other.keyboard.press('Enter');
  await expect(other.getByRole('button', { name: /^default\/shop-.*Running/ })).toHaveCount(6, { timeout: 80_000 });
  expect(heard).toEqual({ faults: [], outside: [] });
});

test('the same scenario has the same hash in the browser and in Node, at several times', async ({ page }) => {
  await open(page);
  const text = `${deployment('web', 5, 'pilothouse/web:1.0')}---\n${service('web')}`;
  const run = new Run(
    parseScenario(
      JSON.stringify({
        options: { seed: 'both' },
        commands: [{ at: 40_000, command: { verb: 'apply', file: 'm.yaml', text } }],
      }),
    ),
  );
  await page.evaluate(
    async (scenario) => void (await (globalThis as unknown as { pilothouse: Console }).pilothouse.load(scenario)),
    run.scenario,
  );
  for (const time of [run.startTime, 40_100, 41_000, 45_000, 70_000]) {
    run.seek(time);
    const hash = await page.evaluate(async (at) => {
      const { pilothouse } = globalThis as unknown as { pilothouse: Console };
      await pilothouse.seek(at);
      return pilothouse.hash();
    }, time);
    expect([time, hash]).toEqual([time, run.world.hash()]);
  }
});

test('the console speaks to the API server', async ({ page }) => {
  await open(page);
  const answer = await page.evaluate(() =>
    (globalThis as unknown as { pilothouse: Console }).pilothouse.request('/api/v1/pods'),
  );
  expect(answer.status).toBe(200);
  expect(answer.body.items.some(({ metadata }) => metadata.name.startsWith('coredns-'))).toBe(true);
  const made = await page.evaluate(() =>
    (globalThis as unknown as { pilothouse: Console }).pilothouse.request('/api/v1/namespaces', {
      method: 'POST',
      body: { metadata: { name: 'mine' } },
    }),
  );
  expect(made.status).toBe(201);
});

test('a traced request shows each lookup, the rule and the answer', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Details' }).click();
  await page.getByRole('tab', { name: 'Request' }).click();
  await page.getByLabel('Address').fill('http://nowhere');
  await page.getByRole('button', { name: 'Send once' }).click();
  await expect(page.getByText('curl: (6) Could not resolve host: nowhere').first()).toBeVisible();
});

test('stepping back and forth, rewinding, and a refresh lose nothing', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.evaluate(() =>
    (globalThis as unknown as { pilothouse: Console }).pilothouse.request('/api/v1/namespaces', {
      method: 'POST',
      body: { metadata: { name: 'later' } },
    }),
  );
  const clock = page.getByRole('timer');
  const before = await clock.textContent();
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect(clock).not.toHaveText(before!);
  await page.getByRole('slider', { name: 'Position in the run' }).focus();
  await page.keyboard.press('Home');
  await expect(page.getByText('You are in the past.')).toBeVisible();
  await expect(clock).toHaveText('00:00.000');
  await page.keyboard.press('End');
  await expect(page.getByText('You are in the past.')).toBeHidden();
  const end = await clock.textContent();
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
  await page.reload();
  await expect(clock).toHaveText(end!);
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
});

test("opening somebody's link leaves one's own saved run as it was", async ({ page, context }) => {
  await open(page);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const link = await shareLink(page);
  await page.keyboard.press('Escape');
  await page.evaluate(() =>
    (globalThis as unknown as { pilothouse: Console }).pilothouse.request('/api/v1/namespaces', {
      method: 'POST',
      body: { metadata: { name: 'mine-alone' } },
    }),
  );
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('mine-alone');
  await page.close();
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByRole('dialog', { name: 'A shared run' })).toBeVisible();
  await other.getByRole('button', { name: 'Look first' }).click();
  await other.getByRole('button', { name: /^This run/ }).click();
  await other.getByRole('menuitem', { name: 'Recent runs' }).click();
  await expect(other.getByRole('dialog', { name: 'Recent runs' }).getByRole('listitem')).toHaveCount(2);
  expect(await other.evaluate(() => JSON.stringify(localStorage))).toContain('mine-alone');
});

test('a fault of the text is said in the language of the page', async ({ browser }) => {
  const context = await browser.newContext({ locale: 'ko-KR', viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await open(page);
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('apiVersion: v1\nkind: Unicorn\n');
  const line = page.getByRole('button', { name: /2행/ });
  await expect(line).toContainText('Unicorn');
  await expect(line).toContainText(/[가-힣]{2,}.*Unicorn|Unicorn.*[가-힣]{2,}/);
  await context.close();
});

test('a damaged link and a broken text are answered with what is wrong', async ({ page }) => {
  await page.goto('./#run=p1.AAAA');
  // Monaco keeps alert regions of its own, empty ones.
  await expect(page.getByRole('alert').filter({ hasText: 'damaged' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
});

for (const [language, theme] of [
  ['en', 'light'],
  ['ko', 'dark'],
] as const) {
  test(`axe finds nothing to complain about: ${language}, ${theme}`, async ({ browser }) => {
    const context = await browser.newContext({
      locale: language === 'ko' ? 'ko-KR' : 'en-US',
      colorScheme: theme,
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    await open(page);
    await expect(page.locator('.monaco-editor').first()).toBeVisible();
    await page.getByRole('button', { name: language === 'ko' ? '상세' : 'Details', exact: true }).click();
    const panels =
      language === 'ko'
        ? ['결정', '요청', '왜?', '살펴보기', '시나리오', '클러스터']
        : ['Decision', 'Request', 'Why?', 'Inspector', 'Scenarios', 'Cluster'];
    for (const panel of [undefined, ...panels]) {
      if (panel) await page.getByRole('tab', { name: panel, exact: true }).click();
      await page.waitForTimeout(300);
      expect(await axeFaults(page, panel ?? 'at first', { exclude: ['.monaco-editor'] })).toEqual([]);
    }
    await context.close();
  });
}
