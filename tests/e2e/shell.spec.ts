import { expect, test, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { decodeShareLink, encodeShareLink, type Scenario } from '../../src/run/index.ts';
import { axeFaults } from './support/axe.ts';

/** The first visit's application, wherever the stage shows it. */
const alive = (page: Page) => page.getByRole('button', { name: /^default\/web-.*Running/ }).first();

async function open(page: Page, address = './'): Promise<void> {
  await page.goto(address);
  await expect(alive(page)).toBeVisible();
}

interface Console {
  request(path: string, init?: { method?: string; body?: unknown }): Promise<{ status: number }>;
}

const makeNamespace = (page: Page, name: string): Promise<number> =>
  page.evaluate(
    async (wanted) =>
      (
        await (globalThis as unknown as { pilothouse: Console }).pilothouse.request('/api/v1/namespaces', {
          method: 'POST',
          body: { metadata: { name: wanted } },
        })
      ).status,
    name,
  );

async function payloadOf(page: Page): Promise<string> {
  const box = page.getByRole('textbox', { name: 'Link' });
  await expect(box).toHaveValue(/#run=p1\./);
  return (await box.inputValue()).split('#run=')[1]!;
}

/** Also behind a dialog, where no role is heard. */
const clock = (page: Page) => page.locator('[role=timer]');

test('the stage has half of a desktop window, and details open when something is selected', async ({ page }) => {
  await open(page);
  const share = (): Promise<number> =>
    page.locator('#stage').evaluate((stage) => {
      const { width, height } = stage.getBoundingClientRect();
      return (width * height) / (innerWidth * innerHeight);
    });
  expect(await share()).toBeGreaterThanOrEqual(0.5);
  await expect(page.getByRole('tab', { name: 'Inspector' })).toBeHidden();
  await alive(page).click();
  await expect(page.getByRole('heading', { name: /^Pod web-/ })).toBeVisible();
  await page.getByRole('button', { name: 'Close the details' }).click();
  await expect(page.getByRole('tab', { name: 'Inspector' })).toBeHidden();
  const handle = page.getByRole('separator', { name: 'Width of the left panel' });
  await handle.focus();
  const before = await page.locator('.panel.left').evaluate((panel) => panel.clientWidth);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.locator('.panel.left').evaluate((panel) => panel.clientWidth)).toBeGreaterThan(before);
  const after = await page.locator('.panel.left').evaluate((panel) => panel.clientWidth);
  await page.waitForTimeout(600);
  await page.reload();
  await expect(alive(page)).toBeVisible();
  expect(Math.abs((await page.locator('.panel.left').evaluate((panel) => panel.clientWidth)) - after)).toBeLessThan(3);
});

test('in a middling window one side panel is open at a time', async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await open(page);
  const width = (side: string): Promise<number> =>
    page.locator(`.panel.${side}`).evaluate((panel) => panel.clientWidth);
  await page.getByRole('button', { name: 'Details' }).click();
  await expect.poll(() => width('right')).toBeGreaterThan(200);
  await expect.poll(() => width('left')).toBeLessThan(20);
  await page.getByRole('button', { name: 'Manifests and cluster' }).click();
  await expect.poll(() => width('left')).toBeGreaterThan(200);
  await expect.poll(() => width('right')).toBeLessThan(20);
});

test('a change of the past says what it discards, and discards it only when told to', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await makeNamespace(page, 'later');
  await page.getByRole('button', { name: 'To the start', exact: true }).click();
  await expect(page.getByText('You are in the past. Edit here and')).toBeVisible();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Discard the future?' });
  await expect(dialog).toContainText('POST /api/v1/namespaces');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('You are in the past. Edit here and')).toBeVisible();
  await page.getByRole('status').getByRole('button', { name: 'To the end' }).click();
  await expect(page.getByText('You are in the past. Edit here and')).toBeHidden();
  await page.getByRole('button', { name: 'To the start', exact: true }).click();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByRole('button', { name: 'Discard and go on' }).click();
  await expect(page.getByText('You are in the past. Edit here and')).toBeHidden();
  await expect(page.getByText(/Deployment\/web (created|configured|unchanged)/)).toBeVisible();
});

test('keys run the page, and rest while one types', async ({ page }) => {
  await open(page);
  await page.locator('#stage').focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  const stopped = await clock(page).textContent();
  await page.keyboard.press('ArrowLeft');
  await expect(clock(page)).not.toHaveText(stopped!);
  await page.keyboard.press(']');
  await expect(page.getByRole('button', { name: 'Speed: 2×' })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Play or pause');
  await page.keyboard.press('Escape');

  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.type(' ]?');
  await expect(page.getByRole('button', { name: 'Speed: 2×' })).toBeVisible();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
});

test('the palette finds objects, scenarios and actions in both languages', async ({ page }) => {
  await open(page);
  const field = page.getByRole('combobox', { name: /Search objects|오브젝트/ });
  await page.keyboard.press('Control+k');
  await field.fill('coredns deployment');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /^Deployment coredns/ })).toBeVisible();
  await page.keyboard.press('Control+k');
  await field.fill('language');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
  await page.keyboard.press('Control+k');
  await field.fill('어둡게');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.keyboard.press('Control+k');
  await field.fill('영역 하나만');
  await page.keyboard.press('Enter');
  await expect(page.locator('.monaco-editor')).toContainText('topology.kubernetes.io/zone');
});

test('a link carries the run, its name, its speed and what was looked at', async ({ page, context }) => {
  await open(page);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await makeNamespace(page, 'carried');
  await page.getByRole('button', { name: /^This run/ }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await page.getByRole('textbox', { name: 'Name of the run' }).fill('Tuesday’s rollout');
  await page.keyboard.press('Enter');
  await expect(page).toHaveTitle('Tuesday’s rollout – Pilothouse');
  await page.getByRole('button', { name: /^Speed/ }).click();
  await page.getByRole('textbox', { name: 'Exact speed' }).fill('3.5');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await alive(page).click();
  await page.getByRole('tab', { name: 'Decision' }).click();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const payload = await payloadOf(page);
  const scenario = decodeShareLink(payload);
  expect(scenario).toMatchObject({
    version: 1,
    title: 'Tuesday’s rollout',
    speed: 3.5,
    options: { seed: 'pilothouse', region: 'koreacentral', schedulerConfiguration: '' },
    view: { right: 'decision', left: 'editor' },
  });
  expect(scenario.view?.selected).toMatch(/^pods\|default\/web-/);
  expect(scenario.commands.map(({ command }) => command.verb)).toEqual(['apply', 'request']);
  expect(scenario.time).toBeGreaterThan(0);
  expect(Object.values(scenario.files).join('')).toContain('kind: Deployment');

  const other = await context.newPage();
  await other.goto(`./#run=${payload}`);
  const dialog = other.getByRole('dialog', { name: 'Tuesday’s rollout' });
  await expect(dialog).toContainText('Commands2');
  await expect(dialog).toContainText('Seedpilothouse');
  const waits = await clock(other).textContent();
  await other.waitForTimeout(500);
  await expect(clock(other)).toHaveText(waits!);
  await dialog.getByRole('button', { name: 'Play' }).click();
  await expect(clock(other)).not.toHaveText(waits!);
  await expect(other.getByRole('tab', { name: 'Decision' })).toHaveAttribute('aria-selected', 'true');
});

const REFUSALS = {
  damaged: ['The link is damaged or cut short', '링크가 손상되었거나 잘렸습니다'],
  future: ['The link was made by a newer version', '더 새로운 버전'],
  foreign: ['This is not a link of Pilothouse', 'Pilothouse 링크가 아닙니다'],
  bomb: ['The link unpacks to more than', '링크를 풀면'],
} as const;

for (const [index, locale] of ['en-US', 'ko-KR'].entries()) {
  test(`hostile links are refused in words a reader understands: ${locale}`, async ({ browser }) => {
    const good = encodeShareLink({
      version: 1,
      options: {},
      files: {},
      commands: [],
      time: 0,
      speed: 1,
    } as unknown as Scenario);
    const bomb = encodeShareLink({ files: { a: 'a'.repeat(6_000_000) } } as unknown as Scenario);
    const links: Record<keyof typeof REFUSALS, string> = {
      damaged: good.slice(0, -8),
      future: good.replace(/^p1/, 'p9'),
      foreign: 'hello',
      bomb,
    };
    const context = await browser.newContext({ locale });
    for (const [kind, payload] of Object.entries(links)) {
      const page = await context.newPage();
      await page.goto(`./#run=${payload}`);
      const words = REFUSALS[kind as keyof typeof REFUSALS][index]!;
      await expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible();
      await expect(alive(page)).toBeVisible();
      await page.close();
    }
    await context.close();
  });
}

test('embedded, it shows the stage and how to play it, and nothing that changes it', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await payloadOf(page);
  await page.getByText('Embed', { exact: true }).click();
  const snippet = await page.getByRole('textbox', { name: 'Code' }).inputValue();
  const address = /src="([^"]+)"/.exec(snippet)![1]!.replaceAll('&amp;', '&');
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await expect(alive(page)).toBeVisible({ timeout: 60_000 });
  await expect(page.locator('.monaco-editor, .topbar, [role=tab]')).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'Open in Pilothouse' })).toHaveAttribute('href', /^[^?]*#run=p1\./);
});

test('two tabs with the same run go on apart, and say so', async ({ page, context }) => {
  await open(page);
  await makeNamespace(page, 'first-tab');
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('first-tab');
  const other = await context.newPage();
  await open(other);
  await expect(other.getByRole('alert').filter({ hasText: 'open in another tab' })).toBeVisible();
  await makeNamespace(other, 'second-tab');
  await expect.poll(() => page.evaluate(() => JSON.stringify(localStorage))).toContain('second-tab');
  const runs = await page.evaluate(() =>
    Object.entries(localStorage).flatMap(([key, value]) => (key.startsWith('pilothouse.run.') ? [String(value)] : [])),
  );
  expect(runs.filter((run) => run.includes('first-tab'))).toHaveLength(2);
  expect(runs.filter((run) => run.includes('second-tab'))).toHaveLength(1);
});

test('a refresh finds the run, the place in it, the text and the panels again', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('button', { name: 'To the start', exact: true }).click();
  await expect(page.getByText('You are in the past')).toBeVisible();
  await page.getByRole('tab', { name: 'Cluster' }).click();
  const place = await clock(page).textContent();
  await page.reload();
  await expect(clock(page)).toHaveText(place!);
  await expect(page.getByRole('tab', { name: 'Cluster' })).toHaveAttribute('aria-selected', 'true');
});

test('the form of a cluster refuses what AKS refuses, and starts another run', async ({ page }) => {
  await open(page);
  await page.getByRole('tab', { name: 'Cluster' }).click();
  const start = page.getByRole('button', { name: 'Start a new run' });
  await expect(page.getByText('A pod can use of each node: 3.86 CPU')).toBeVisible();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Pool_1');
  await expect(page.getByText('Begin with a lower-case letter')).toBeVisible();
  await expect(start).toBeDisabled();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('system');
  await page.getByRole('textbox', { name: 'Nodes' }).fill('many');
  await expect(page.getByText('A whole number is needed.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Nodes' }).fill('2');
  await page.getByRole('textbox', { name: 'Seed' }).fill('mine');
  await start.click();
  await expect(page.getByText('Nodes in all: 2')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Seed' })).toHaveValue('mine');
  await page.getByRole('button', { name: /^This run/ }).click();
  await page.getByRole('menuitem', { name: 'Recent runs' }).click();
  await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(2);
});

test('the table shows objects in the columns of kubectl', async ({ page }) => {
  await open(page);
  await page.getByRole('tab', { name: 'Table' }).click();
  for (const name of ['Namespace', 'Name', 'Ready', 'Status', 'Restarts', 'Age']) {
    await expect(page.getByRole('columnheader', { name, exact: true })).toBeVisible();
  }
  await page.getByRole('rowheader', { name: /^web-/ }).first().getByRole('button').click();
  await expect(page.getByRole('heading', { name: /^Pod web-/ })).toBeVisible();
});

test('the first minute goes from one act to the next, and stays away when put away', async ({ page }) => {
  await open(page);
  const guide = page.getByRole('complementary', { name: 'First minute' });
  await expect(guide).toContainText('Scale web to 5');
  await guide.getByRole('button', { name: 'Write replicas: 5 for me' }).click();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(guide).toContainText('See how a node was found', { timeout: 60_000 });
  await expect(guide).toContainText('Done');
  // A lesson has acts of its own to ask for.
  await page.getByRole('tab', { name: 'Scenarios' }).click();
  await page
    .getByRole('button', { name: /A rolling update/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Open beside it' }).click();
  await expect(page.getByRole('region', { name: /^Lesson/ })).toBeVisible();
  await expect(guide).toBeHidden();
  await page.getByRole('button', { name: 'Put the lesson away' }).click();
  await expect(guide).toContainText('See how a node was found');
  await guide.getByRole('button', { name: 'Put away' }).click();
  await page.waitForTimeout(600);
  await page.reload();
  await expect(alive(page)).toBeVisible();
  await expect(guide).toBeHidden();
});

const NAMES = {
  en: {
    tabs: ['Scenarios', 'Cluster', 'Editor'],
    details: ['Inspector', 'Decision', 'Request', 'Why?'],
    open: 'Details',
    table: 'Table',
    places: ['Editor', 'Inspector', 'Events', 'Stage'],
  },
  ko: {
    tabs: ['시나리오', '클러스터', '편집기'],
    details: ['살펴보기', '결정', '요청', '왜?'],
    open: '상세',
    table: '표',
    places: ['편집기', '살펴보기', '이벤트', '무대'],
  },
} as const;

/** Each view is looked at whole, which takes long where the machine is shared. */
const AXE_LIMIT_MS = 360_000;

const complaints = (page: Page, where: string): Promise<readonly unknown[]> =>
  axeFaults(page, where, { exclude: ['.monaco-editor'] });

async function contextFor(
  browser: Browser,
  language: 'en' | 'ko',
  theme: 'light' | 'dark',
  width: number,
  height: number,
): Promise<BrowserContext> {
  return browser.newContext({
    locale: language === 'ko' ? 'ko-KR' : 'en-US',
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
  });
}

for (const [language, theme] of [
  ['en', 'dark'],
  ['ko', 'light'],
] as const) {
  const names = NAMES[language];
  test(`axe finds nothing in any view of a desktop window: ${language}, ${theme}`, async ({ browser }) => {
    test.setTimeout(AXE_LIMIT_MS);
    const context = await contextFor(browser, language, theme, 1440, 900);
    const page = await context.newPage();
    await open(page);
    await alive(page).click();
    const found: unknown[] = [];
    for (const name of [...names.tabs, ...names.details, names.table]) {
      await page.getByRole('tab', { name, exact: true }).click();
      await page.waitForTimeout(300);
      found.push(...(await complaints(page, name)));
    }
    for (const key of ['?', 'Control+k']) {
      await page.locator('#stage').focus();
      await page.keyboard.press(key);
      await expect(page.getByRole('dialog')).toBeVisible();
      found.push(...(await complaints(page, key)));
      await page.keyboard.press('Escape');
    }
    expect(found).toEqual([]);
    await context.close();
  });

  test(`axe finds nothing in any place of a phone, and nothing is cut off: ${language}, ${theme}`, async ({
    browser,
  }) => {
    test.setTimeout(AXE_LIMIT_MS);
    const context = await contextFor(browser, language, theme, 390, 844);
    const page = await context.newPage();
    await page.goto('./');
    await expect(page.getByRole('timer')).toBeVisible();
    const found: unknown[] = [];
    for (const name of names.places) {
      await page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
      await page.waitForTimeout(600);
      found.push(...(await complaints(page, name)));
      const cut = await page
        .locator('.topbar, .runbar, .places, .guide')
        .evaluateAll((bars) => bars.filter((bar) => bar.scrollWidth > bar.clientWidth + 1).map((bar) => bar.className));
      expect([name, cut]).toEqual([name, []]);
    }
    expect(found).toEqual([]);
    await context.close();
  });
}
