import { expect, test, type Browser, type Locator, type Page } from '@playwright/test';
import { expectAccessible as expectPartAccessible } from './support/axe.ts';
import { listen, open, write, type Console } from './support/page.ts';

type WithConsole = Window & typeof globalThis & { pilothouse: Console };

const WORDS = {
  en: {
    ...{ scenarios: 'Scenarios', apply: 'Apply', details: 'Details', decision: 'Decision', editor: 'Editor' },
    ...{ pending: /A pod that fits nowhere/, preemption: /A pod that makes room/, full: /A cluster that fills up/ },
    ...{ steps: 'Steps of the attempt', configuration: 'Scheduler configuration', compare: 'Compare' },
    ...{ fit: 'What would make it fit?', expand: 'Expand', close: 'Close' },
  },
  ko: {
    ...{ scenarios: '시나리오', apply: '적용', details: '상세', decision: '결정', editor: '편집기' },
    ...{ pending: /자리가 없는 Pod/, preemption: /자리를 빼앗는 Pod/, full: /가득 차는 클러스터/ },
    ...{ steps: '시도의 단계', configuration: '스케줄러 구성', compare: '비교' },
    ...{ fit: '어떻게 하면 들어갈까요?', expand: '크게 보기', close: '닫기' },
  },
} as const;
type Words = (typeof WORDS)[keyof typeof WORDS];

const panel = (page: Page): Locator => page.locator('.panel.right .decision');
const stepper = (page: Page, words: Words = WORDS.en): Locator =>
  panel(page).getByRole('group', { name: words.steps }).first();
const attempts = (page: Page): Locator => panel(page).locator('.attempt-list button');

async function request(page: Page, path: string, method = 'GET', body?: object): Promise<{ items?: unknown[] }> {
  return page.evaluate(
    async ([at, verb, what]) => {
      const { pilothouse } = window as unknown as WithConsole;
      return (await pilothouse.request(at, { method: verb, body: what })).body as { items?: unknown[] };
    },
    [path, method, body] as const,
  );
}

/** Opens a scenario of the gallery and applies it as it is. */
async function apply(page: Page, title: RegExp, words: Words = WORDS.en): Promise<void> {
  await page.getByRole('tab', { name: words.scenarios, exact: true }).click();
  await page.locator('.scenario').filter({ hasText: title }).first().click();
  await page.getByRole('button', { name: words.apply, exact: true }).click();
}

async function showDecisions(page: Page, words: Words = WORDS.en): Promise<void> {
  const tab = page.getByRole('tab', { name: words.decision, exact: true });
  if (!(await tab.isVisible())) await page.getByRole('button', { name: words.details, exact: true }).click();
  await tab.click();
}

/** Opens the first attempt of a pod whose name begins so. */
async function openAttempt(page: Page, app: string): Promise<void> {
  await attempts(page)
    .filter({ hasText: `${app}-` })
    .last()
    .click();
  await expect(panel(page).getByRole('heading', { name: new RegExp(`^${app}-`) })).toBeVisible();
}

async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let count = 0; count < 60; count += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab does not come to it');
}

test('an attempt is stepped through forward and back by the keyboard alone', async ({ page }) => {
  const heard = listen(page);
  await open(page);
  await page.getByRole('button', { name: 'Details', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'Inspector', exact: true }).focus();
  await page.keyboard.press('ArrowRight');
  await tabTo(page, attempts(page).filter({ hasText: 'web-' }).first());
  await page.keyboard.press('Enter');
  await expect(panel(page).getByRole('heading', { name: /^web-/ })).toBeVisible();
  const status = stepper(page).getByRole('status');
  await expect(status).toContainText('Total');
  await tabTo(page, stepper(page).getByRole('button', { name: 'Previous step' }));
  const seen: string[] = [];
  const read = async (): Promise<string> => (await status.textContent()) ?? '';
  for (let text = await read(); !/ 1\//.test(text); text = await read()) {
    seen.push(text);
    await page.keyboard.press('ArrowLeft');
    await expect(status).not.toHaveText(text);
  }
  await expect(status).toContainText('PreEnqueue');
  const walked: string[] = [];
  for (;;) {
    const text = await read();
    const [, at, all] = /(\d+)\/(\d+)$/.exec(text)!;
    walked.push(/^\w+/.exec(text)![0]);
    if (at === all) break;
    await page.keyboard.press('ArrowRight');
    await expect(status).not.toHaveText(text);
  }
  const points = ['PreEnqueue', 'QueueSort', 'PreFilter', 'Filter', 'PreScore', 'Score', 'NormalizeScore', 'Total'];
  expect([...new Set(walked)]).toEqual([...points, 'Pick', 'Reserve', 'Permit', 'PreBind', 'Bind', 'PostBind']);
  expect(seen.length).toBeGreaterThan(30);
  expect(heard).toEqual({ faults: [], outside: [] });
});

test('nodes are sorted and filtered, and the score of the plugin at hand is on the stage', async ({ page }) => {
  await open(page);
  await showDecisions(page);
  await openAttempt(page, 'web');
  const heat = page.locator('.node .heat');
  const legend = page.locator('.heat-legend');
  await expect(legend).toContainText('Scores: Total');
  await stepper(page).getByRole('button', { name: 'NormalizeScore', exact: true }).click();
  await stepper(page).getByRole('button', { name: 'NodeResourcesFit', exact: true }).click();
  await expect(legend).toContainText('Scores: NodeResourcesFit');
  const rows = panel(page).locator('.node-table tbody tr');
  await expect(rows).toHaveCount(3);
  const shown = async (): Promise<Record<string, string>> => {
    const texts = await rows.allInnerTexts();
    return Object.fromEntries(
      texts.map((text) => [/vmss\d+/.exec(text)![0], /→ (\d+)/.exec(text.replaceAll(/\s+/g, ' '))![1]!]),
    );
  };
  const table = await shown();
  for (const [node, score] of Object.entries(table)) {
    const card = page.locator('.node').filter({ hasText: node });
    await expect(card.locator('.heat')).toHaveText(score);
  }
  const values = async (): Promise<number[]> => Object.values(await shown()).map(Number);
  expect(await values()).toEqual([...(await values())].sort((left, right) => right - left));
  await panel(page).getByRole('button', { name: 'Normalised × weight' }).click();
  await expect(panel(page).getByRole('columnheader', { name: 'Normalised × weight' })).toHaveAttribute(
    'aria-sort',
    'ascending',
  );
  expect(await values()).toEqual([...(await values())].sort((left, right) => left - right));
  await panel(page).getByRole('radio', { name: 'Turned down' }).click();
  await expect(panel(page)).toContainText('No node fits this filter.');
  await panel(page).getByRole('radio', { name: 'Feasible' }).click();
  await expect(rows).toHaveCount(3);
  // Before scores there are none to show.
  await stepper(page).getByRole('button', { name: 'PreScore', exact: true }).click();
  await expect(legend).toBeHidden();
  await expect(heat).toHaveCount(0);
});

test('what would make a pod fit is found, shown as a diff, applied with one press, and the pod runs', async ({
  page,
}) => {
  const heard = listen(page);
  await open(page);
  await apply(page, WORDS.en.pending);
  await showDecisions(page);
  await openAttempt(page, 'greedy');
  await expect(stepper(page).getByRole('status')).toContainText('Filter · NodeResourcesFit');
  await expect(page.locator('.heat-legend')).toContainText('Filter: NodeResourcesFit');
  await expect(page.locator('.node .heat.rejected')).toHaveCount(3);
  const lesson = page.getByRole('region', { name: /^Lesson/ });
  await expect(lesson.getByRole('status')).toHaveText('All goals reached');
  const fit = panel(page).getByRole('region', { name: 'What would make it fit?' });
  await panel(page).getByRole('button', { name: 'What would make it fit?' }).click();
  const first = fit.getByRole('listitem').first();
  await expect(first).toContainText(/Lower the cpu request of container greedy from 8 to/, { timeout: 60_000 });
  await first.getByRole('button', { name: /^Show the change/ }).click();
  const dialog = page.getByRole('dialog', { name: /^The change of/ });
  await expect(dialog).toContainText('An edit of Deployment greedy in manifest.yaml');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await first.getByRole('button', { name: /^Apply/ }).click();
  await expect(fit.getByRole('status').filter({ hasText: 'Applied in manifest.yaml' })).toBeVisible();
  await expect(page.locator('.monaco-editor').first().locator('.view-lines')).not.toContainText('cpu: "8"');
  const running = page.getByRole('button', { name: /^default\/greedy-.*Running/ });
  await expect(running.first()).toBeVisible({ timeout: 60_000 });
  // The pod that did not fit has been replaced: its attempts are still there, and say so.
  await panel(page).getByRole('button', { name: 'All attempts' }).click();
  await expect(attempts(page).filter({ hasText: 'greedy-' }).last()).toContainText('gone');
  expect(heard).toEqual({ faults: [], outside: [] });
});

/** A pod that so many of its own terms keep waiting that taking away one of them helps nothing, and trying each takes a while. */
const PICKY = `apiVersion: v1
kind: Pod
metadata: { name: picky-1, labels: { app: picky } }
spec:
  containers: [{ name: main, image: 'nginx:1.27' }]
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
${Array.from({ length: 24 }, (_, index) => `        - { topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: none-${index} } } }`).join('\n')}
`;

test('the search for what fits is broken off at once, and leaves manifest and cluster as they were', async ({
  page,
}) => {
  await open(page);
  await write(page, PICKY);
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await showDecisions(page);
  await openAttempt(page, 'picky');
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const state = async (): Promise<unknown> => ({
    hash: await page.evaluate(() => (window as unknown as WithConsole).pilothouse.hash()),
    text: await page.locator('.monaco-editor').first().locator('.view-lines').innerText(),
    objects: (await request(page, '/api/v1/pods')).items,
  });
  const before = await state();
  const fit = panel(page).getByRole('region', { name: 'What would make it fit?' });
  await panel(page).getByRole('button', { name: 'What would make it fit?' }).click();
  await expect(fit).toContainText('No single change was found', { timeout: 60_000 });
  expect(await state()).toEqual(before);
  // Pressed in the very turn of the page in which it appears, long before a search of many changes can be through.
  await page.evaluate(() => {
    const watch = new MutationObserver(() => {
      const stop = [...document.querySelectorAll<HTMLElement>('.fit button')].find((one) => one.textContent === 'Stop');
      if (!stop) return;
      watch.disconnect();
      stop.click();
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
  await fit.getByRole('button', { name: 'Search again' }).click();
  await expect(fit).toContainText('The search ended early.');
  await expect(fit.getByRole('button', { name: 'Stop' })).toBeHidden();
  await expect(fit).not.toContainText('No single change was found');
  expect(await state()).toEqual(before);
});

test('a preemption shows its candidates, its victims and the criterion; a later attempt differs node by node', async ({
  page,
}) => {
  await open(page);
  await apply(page, WORDS.en.preemption);
  const lesson = page.getByRole('region', { name: /^Lesson/ });
  await expect(lesson.getByRole('status')).toHaveText('All goals reached');
  await page.evaluate(() => (window as unknown as WithConsole).pilothouse.seek(100_000));
  await showDecisions(page);
  await lesson
    .getByRole('button', { name: /^Reached at .*: show the decision/ })
    .last()
    .click();
  await expect(panel(page).getByRole('heading', { name: /^urgent-/ })).toBeVisible();
  await expect(stepper(page).getByRole('status')).toContainText('PostFilter · DefaultPreemption');
  await expect(panel(page).getByRole('button', { name: 'What would make it fit?' })).toBeHidden();
  const preemption = panel(page).getByRole('region', { name: 'Preemption', exact: true });
  await expect(preemption).toContainText(/Of \d candidates, this decided|All \d candidates are equal|only node/);
  const candidates = preemption.locator('.candidates > li');
  await expect(candidates.first()).toContainText('nominated');
  await expect(candidates.first().locator('.victims li').first()).toContainText(/batch-\S+ *priority 0/);
  await expect(page.locator('.node .nominated')).toHaveCount(1);
  const verdicts = panel(page).locator('.node-table tbody td');
  await expect(verdicts.filter({ hasText: /nominated: \d victim/ })).toHaveCount(1);
  await panel(page).getByRole('combobox', { name: 'Compare with' }).click();
  await page.getByRole('option', { name: /attempt 2/ }).click();
  const comparison = panel(page).locator('.comparison');
  await expect(comparison).toContainText(/The later one came about because pod default\/batch-\S+ was deleted/);
  await expect(comparison.locator('tbody tr').first()).toContainText('Insufficient cpu');
  await panel(page).getByRole('button', { name: 'Later attempt of this pod' }).click();
  await expect(panel(page)).toContainText('queueing hint of NodeResourcesFit');
  await expect(panel(page)).toContainText(/Nominated node \S+, tried first/);
});

test('goals follow the playhead: open before it, reached after', async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window as unknown as WithConsole).pilothouse.seek(65_000));
  await apply(page, WORDS.en.full);
  const lesson = page.getByRole('region', { name: /^Lesson/ });
  await expect(lesson.getByRole('status')).toHaveText('All goals reached');
  await page.evaluate(() => (window as unknown as WithConsole).pilothouse.seek(30_000));
  await expect(lesson.getByRole('status')).toHaveText('0 of 2 goals reached');
  await page.evaluate(() => (window as unknown as WithConsole).pilothouse.seek(90_000));
  await expect(lesson.getByRole('status')).toHaveText('All goals reached');
  await lesson.getByRole('button', { name: 'Put the lesson away' }).click();
  await expect(lesson).toBeHidden();
});

test('a configuration is completed and marked from its schema, says where it is wrong, and decides from then on', async ({
  page,
}) => {
  const heard = listen(page);
  await open(page);
  await showDecisions(page);
  await panel(page).getByRole('button', { name: 'Scheduler configuration' }).click();
  const dialog = page.getByRole('dialog', { name: 'Scheduler configuration' });
  const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
  const text = dialog.locator('.monaco-editor').first();
  await expect(text.locator('.view-lines')).toContainText('default-scheduler');
  const replace = async (next: string): Promise<void> => {
    await expect(async () => {
      await text.locator('.view-lines').click();
      await page.keyboard.press('ControlOrMeta+A');
      await page.evaluate((pasted) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', pasted);
        const init = { clipboardData, bubbles: true, cancelable: true };
        document.activeElement!.dispatchEvent(new ClipboardEvent('paste', init));
      }, next);
      const last = next.trimEnd().split('\n').at(-1)!.trim();
      await expect(text.locator('.view-lines')).toContainText(last, { timeout: 5_000 });
    }).toPass();
  };
  await replace(
    `${head}profiles:\n  - schedulerName: default-scheduler\n    plugins:\n      score:\n        enabled: [{name: ImageLocalty}]\n`,
  );
  const problem = dialog.getByRole('list', { name: 'Problems of the text' });
  await expect(problem).toContainText('ImageLocalty');
  await expect(problem).toContainText('7');
  await expect(dialog.getByRole('button', { name: 'Put in force' })).toBeDisabled();
  await expect(text.locator('.squiggly-error').first()).toBeVisible();
  await replace(`${head}p`);
  await page.keyboard.press('Control+Space');
  await expect(dialog.locator('.suggest-widget')).toContainText('percentageOfNodesToScore');
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: /^Bin packing/ }).click();
  await dialog.getByRole('button', { name: 'Put in force' }).click();
  await expect(dialog.locator('.in-force')).toContainText('Bin packing');
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await expect(dialog).toBeHidden();
  const container = { name: 'a', image: 'nginx:1.27', resources: { requests: { cpu: '50m', memory: '32Mi' } } };
  for (let index = 0; index < 6; index += 1) {
    const metadata = { name: `packed-${index}` };
    await request(page, '/api/v1/namespaces/default/pods', 'POST', { metadata, spec: { containers: [container] } });
  }
  await page.evaluate(() => (window as unknown as WithConsole).pilothouse.seek(120_000));
  const { items = [] } = await request(page, '/api/v1/namespaces/default/pods');
  const packed = (items as { metadata: { name: string }; spec: { nodeName: string } }[]).filter(({ metadata }) =>
    metadata.name.startsWith('packed-'),
  );
  expect(packed).toHaveLength(6);
  expect(new Set(packed.map(({ spec }) => spec.nodeName)).size).toBe(1);
  expect(heard).toEqual({ faults: [], outside: [] });
});

test('two configurations are compared on the same pods: placement, balance, use of every node and cost', async ({
  page,
}) => {
  await open(page);
  await write(
    page,
    `apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 6
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: nginx:1.27
          resources: {requests: {cpu: 200m, memory: 128Mi}}
`,
  );
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect(page.getByRole('button', { name: /^default\/api-.*Running/ }).first()).toBeVisible();
  await showDecisions(page);
  await panel(page).getByRole('button', { name: 'Compare', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Scheduler configuration' });
  await dialog.getByRole('combobox', { name: 'Right' }).click();
  await page.getByRole('option', { name: 'Bin packing' }).click();
  await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
  const summary = dialog.getByRole('region', { name: 'At a glance' });
  await expect(summary).toContainText('Nodes in use', { timeout: 60_000 });
  for (const row of ['Pending pods', 'Unevenness of CPU', 'Unevenness of memory', 'Cost an hour', 'Cost a month'])
    await expect(summary).toContainText(row);
  const nodesInUse = summary.getByRole('row', { name: /^Nodes in use/ });
  const [left, right] = (await nodesInUse.getByRole('cell').allInnerTexts()).map((cell) => Number.parseInt(cell, 10));
  expect(right).toBeLessThan(left!);
  await expect(dialog).toContainText('Node by node');
  await expect(dialog).toContainText(/Pods that land elsewhere: [1-9]/);
});

test('the invariants of a run are checked, and held', async ({ page }) => {
  await open(page);
  await page.keyboard.press('ControlOrMeta+K');
  await page.getByRole('combobox').last().fill('Check invariants');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Check invariants' });
  await expect(dialog.getByRole('status').filter({ hasText: 'All invariants held over' })).toBeVisible({
    timeout: 80_000,
  });
  await expect(dialog.getByRole('heading', { name: 'Holds after every step' })).toBeVisible();
  expect(await dialog.getByRole('listitem').count()).toBeGreaterThan(15);
  await expectPartAccessible(page, 'invariants', '[role=dialog]');
});

async function newPage(browser: Browser, language: 'en' | 'ko', theme: 'dark' | 'light', width = 1440): Promise<Page> {
  const context = await browser.newContext({
    locale: language === 'ko' ? 'ko-KR' : 'en-US',
    colorScheme: theme,
    viewport: { width, height: width < 500 ? 844 : 900 },
    reducedMotion: 'reduce',
  });
  return context.newPage();
}

for (const language of ['en', 'ko'] as const) {
  test(`axe finds nothing in any panel about decisions, dark or light: ${language}`, async ({ browser }) => {
    test.setTimeout(240_000);
    const words = WORDS[language];
    const page = await newPage(browser, language, 'light');
    const expectAccessible = async (where: string, ...parts: readonly string[]): Promise<void> => {
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
        await expectPartAccessible(page, `${where}, ${colorScheme}`, ...parts);
      }
    };
    await open(page);
    await apply(page, words.pending, words);
    await showDecisions(page, words);
    await expect(attempts(page).filter({ hasText: 'greedy-' }).first()).toBeVisible();
    await expectAccessible('attempts and lesson', '.panel.right', '.lesson');
    await openAttempt(page, 'greedy');
    await panel(page).getByRole('button', { name: words.fit }).click();
    await expect(panel(page).locator('.fit li').first()).toBeVisible({ timeout: 60_000 });
    await expectAccessible('what would fit, and verdicts on the stage', '.panel.right', '.stage');
    await apply(page, words.preemption, words);
    await panel(page).locator('.attempt-head .link').click();
    await openAttempt(page, 'urgent');
    await expect(panel(page).locator('.preemption .candidates').first()).toBeVisible();
    await expectAccessible('preemption', '.panel.right');
    await page.setViewportSize({ width: 1024, height: 768 });
    await panel(page).locator('.row').getByRole('button', { name: words.expand }).click();
    const whole = page.getByRole('dialog');
    await expect(whole.locator('.matrix tbody tr').first()).toBeVisible();
    await expect(whole.getByRole('button', { name: words.close, exact: true })).toBeInViewport();
    await expectAccessible('every node and every plugin', '[role=dialog]');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 1440, height: 900 });
    await panel(page).getByRole('button', { name: words.configuration }).click();
    const dialog = page.getByRole('dialog', { name: words.configuration });
    await expect(dialog.locator('.monaco-editor .view-lines').first()).toContainText('default-scheduler');
    await expectAccessible('configuration', '[role=dialog]');
    await dialog.getByRole('tab', { name: words.compare, exact: true }).click();
    await dialog.getByRole('button', { name: words.compare, exact: true }).click();
    await expect(dialog.getByRole('table').first()).toBeVisible({ timeout: 60_000 });
    await expectAccessible('comparison', '[role=dialog]');
    await page.context().close();
  });
}

test('on a phone nothing of a decision reaches out of the window', async ({ browser }) => {
  test.setTimeout(180_000);
  const words = WORDS.ko;
  const page = await newPage(browser, 'ko', 'light', 390);
  await page.goto('./');
  const place = (index: number): Locator => page.locator('nav.places button').nth(index);
  await place(0).click();
  await apply(page, words.preemption, words);
  await expect(page.locator('.lesson .goals .reached')).toHaveCount(2);
  const isWithin = async (scope: string): Promise<void> => {
    const wide = await page.locator(scope).evaluateAll((roots) =>
      roots.flatMap((root) =>
        [...root.querySelectorAll<HTMLElement>('p, h2, h3, li, button, dl')]
          .filter((element) => !element.closest('.scroll, .monaco-editor, [role=tablist]'))
          .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
          .map((element) => element.outerHTML.slice(0, 120)),
      ),
    );
    expect(wide).toEqual([]);
  };
  await isWithin('.lesson');
  await place(2).click();
  await page.getByRole('tab', { name: words.decision, exact: true }).click();
  await openAttempt(page, 'urgent');
  await expect(panel(page).locator('.preemption .candidates').first()).toBeVisible();
  await isWithin('.panel.right');
  await panel(page).locator('.row').getByRole('button', { name: words.expand }).click();
  const dialog = page.getByRole('dialog');
  await isWithin('[role=dialog]');
  // Upright names leave room for several plugins beside each other, and a press on a cell says the rest.
  const inSight = await dialog
    .locator('.matrix thead tr:nth-child(2) th')
    .evaluateAll((names) => names.filter((name) => name.getBoundingClientRect().right <= innerWidth).length);
  expect(inSight).toBeGreaterThanOrEqual(4);
  await dialog.locator('.matrix td .problem').first().click();
  await expect(dialog.locator('.arithmetic')).toContainText('Insufficient cpu');
  await page.keyboard.press('Escape');
  await panel(page).getByRole('button', { name: words.configuration }).click();
  await expect(dialog.locator('.presets')).toBeVisible();
  await isWithin('[role=dialog]');
  await dialog.getByRole('tab', { name: words.compare, exact: true }).click();
  await dialog.getByRole('button', { name: words.compare, exact: true }).click();
  const summary = dialog.locator('.scroll:has(.summary)');
  await expect(summary).toBeVisible({ timeout: 60_000 });
  await isWithin('[role=dialog]');
  expect(await summary.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0);
  await page.context().close();
});

test('a pool is made larger from one of its nodes, and the new node joins', async ({ page }) => {
  await open(page);
  await page.locator('.node .name').first().click();
  const pool = page.getByRole('form', { name: 'Node pool nodepool1' });
  await expect(pool).toContainText('The pool nodepool1 has 3 nodes.');
  await pool.getByLabel('Nodes to add').fill('0');
  await expect(pool.getByRole('button', { name: 'Add nodes' })).toBeDisabled();
  await pool.getByLabel('Nodes to add').fill('1');
  await pool.getByRole('button', { name: 'Add nodes' }).click();
  await expect(pool.getByRole('status')).toContainText('az aks nodepool scale --name nodepool1 --node-count 4');
  await pool.getByRole('button', { name: 'Add nodes' }).click();
  await expect(pool.getByRole('status')).toContainText('--node-count 5');
  await page.evaluate(() => (window as unknown as WithConsole).pilothouse.seek(400_000));
  await expect(page.locator('.node')).toHaveCount(5);
  await expect(pool).toContainText('The pool nodepool1 has 5 nodes.');
});
