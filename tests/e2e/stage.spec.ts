import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';

const webPods = (page: Page): Locator => page.getByRole('button', { name: /^default\/web-.*Running/ });

async function open(page: Page): Promise<void> {
  await page.goto('./');
  await expect(webPods(page).first()).toBeVisible();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
}

/** Smallest type of any text inside the cards that can be seen, as it is on screen. */
function smallestText(page: Page): Promise<number> {
  return page.evaluate(() => {
    let least = Number.POSITIVE_INFINITY;
    for (const element of document.querySelectorAll<HTMLElement>('.face *, .ground *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      const box = element.getBoundingClientRect();
      if (!hasText || box.width === 0 || element.offsetWidth === 0) continue;
      const face = element.closest('.face')!;
      const scale = face.getBoundingClientRect().width / Number.parseFloat(getComputedStyle(face).width);
      const size = Number.parseFloat(getComputedStyle(element).fontSize) * scale;
      if (size > 0.5) least = Math.min(least, size);
    }
    return least;
  });
}

test('no text of the stage is ever smaller than eleven pixels, at any zoom', async ({ page }) => {
  await open(page);
  const zoom = (): Promise<number> =>
    page.locator('.graph').evaluate((graph) => Number((graph as HTMLElement).style.getPropertyValue('--zoom')));
  const zooms: number[] = [];
  for (const presses of ['', '---', '----', '0', '+++', '++']) {
    for (const key of presses) await page.locator('[data-stage-card]').first().press(key);
    await page.waitForTimeout(500);
    expect(await smallestText(page)).toBeGreaterThanOrEqual(10.9);
    zooms.push(await zoom());
  }
  const [first = 0, out = 0, farOut = 0, fitting = 0, near = 0, nearer = 0] = zooms;
  expect(out).toBeLessThan(first);
  expect(farOut).toBeLessThan(out);
  expect(fitting).toBeCloseTo(first, 1);
  expect(near).toBeGreaterThan(fitting);
  expect(nearer).toBeGreaterThan(near);
});

test('selecting a pod moves nothing, and lets what is unrelated step back', async ({ page }) => {
  await open(page);
  const pod = webPods(page).first();
  const boxBefore = await pod.boundingBox();
  await pod.click();
  await expect(page.getByRole('heading', { name: /^Pod web-/ })).toBeVisible();
  await expect(page.locator('.service.dimmed')).not.toHaveCount(0);
  await expect(page.locator('.service', { hasText: 'web' })).not.toHaveClass(/dimmed/);
  const boxAfter = await pod.boundingBox();
  expect(boxAfter?.x).toBeCloseTo(boxBefore!.x, 0);
  expect(boxAfter?.y).toBeCloseTo(boxBefore!.y, 0);
  await pod.focus();
  await page.keyboard.press('Escape');
  await expect(page.locator('.dimmed')).toHaveCount(0);
});

test('arrow keys walk from card to card, and Enter selects', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: /^Scheduler/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('button', { name: /^Controller manager/ })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('button', { name: /^API server/ })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('.card.kube-apiserver')).toHaveClass(/selected/);
});

test('a search that finds nothing says so and offers the way back', async ({ page }) => {
  await open(page);
  await page.getByRole('searchbox', { name: /^Search: name/ }).fill('status:crashloopbackoff');
  await expect(page.getByText('Nothing on the stage matches.')).toBeVisible();
  await page.locator('.stage-notice').getByRole('button', { name: 'Clear the filter' }).click();
  await page.getByRole('searchbox', { name: /^Search: name/ }).fill('app=web');
  // Three pods and the Service that selects them.
  await expect(page.getByText('4 match')).toBeVisible();
  await expect(page.getByRole('button', { name: /^kube-system\// })).toHaveCount(0);
});

test('from near, a pod shows its containers; from afar, nodes are cells', async ({ page }) => {
  await open(page);
  const box = (await webPods(page).first().boundingBox())!;
  await page.mouse.move(box.x + 8, box.y + 8);
  for (let turn = 0; turn < 12; turn += 1) await page.mouse.wheel(0, -200);
  await expect(page.locator('.graph')).toHaveAttribute('data-step', 'pod');
  await expect(page.locator('.containers', { hasText: 'nginx:1.27' }).first()).toBeVisible();
  for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, 200);
  await expect(page.locator('.graph')).toHaveAttribute('data-step', 'fleet');
  await page.getByRole('button', { name: 'Show everything' }).click();
  await expect(page.locator('.graph')).toHaveAttribute('data-step', 'node');
});

test('the list says in words what the graph draws, and axe finds nothing in it', async ({ page }) => {
  await open(page);
  await page.getByRole('radio', { name: 'List' }).click();
  const pods = page.getByRole('table', { name: 'Pod', exact: true });
  await expect(pods.getByRole('button', { name: /^default\/web-/ })).toHaveCount(3);
  await expectAccessible(page, 'list', '.stage');
  await pods
    .getByRole('button', { name: /^default\/web-/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: /^Pod web-/ })).toBeVisible();
});

test('a step is told where it happens, and a kind of packet can be switched off', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Forward', exact: true }).first().click();
  await expect(page.locator('.caption')).toBeVisible();
  const entry = page.getByRole('group', { name: 'Legend' }).getByRole('button', { name: 'Watch delivery' });
  await entry.click();
  await expect(entry).toHaveAttribute('aria-pressed', 'false');
});

test('on a phone and in a middling window every card says its whole name, and the scheduler all its queues', async ({
  browser,
}) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'en-US' });
  const page = await context.newPage();
  await page.goto('./');
  const cutNames = (): Promise<string[]> =>
    page
      .locator('.component .title strong')
      .evaluateAll((names) =>
        names.filter((name) => name.scrollWidth > name.clientWidth).map(({ textContent }) => textContent),
      );
  const queuesOutside = (): Promise<number> =>
    page.locator('.kube-scheduler').evaluate((card) => {
      const { right } = card.getBoundingClientRect();
      const queues = [...card.querySelectorAll('.queues span')].map((queue) => queue.getBoundingClientRect());
      return queues.filter((queue) => queue.width === 0 || queue.right > right).length;
    });
  const arrangements = [
    { width: 390, height: 844, shape: 'tall' },
    { width: 1024, height: 768, shape: 'medium' },
  ];
  for (const { shape, ...size } of arrangements) {
    await page.setViewportSize(size);
    await expect(page.locator('.graph')).toHaveAttribute('data-shape', shape);
    await expect(page.getByRole('button', { name: /vmss000000/ }).first()).toBeVisible();
    for (const language of ['한국어', 'English']) {
      expect([shape, language, await cutNames()]).toEqual([shape, language, []]);
      await expect(page.locator('.kube-scheduler .queues span')).toHaveCount(3);
      expect(await queuesOutside()).toBe(0);
      expect(await smallestText(page)).toBeGreaterThanOrEqual(10.9);
      await page.getByRole('button', { name: language, exact: true }).click();
    }
  }
  await context.close();
});

test('a cluster of two hundred nodes is shown as cells in the shape of the window', async ({ page }) => {
  await open(page);
  await page.evaluate(async () => {
    const { pilothouse } = globalThis as unknown as { pilothouse: { load(scenario: unknown): Promise<unknown> } };
    const pool = { name: 'nodepool1', mode: 'System', vmSize: 'Standard_D4s_v5', count: 200, zones: ['1', '2', '3'] };
    await pilothouse.load({
      version: 1,
      options: { pools: [{ ...pool, maxPods: 250, labels: {}, taints: [] }] },
      files: {},
      commands: [],
      time: 0,
      speed: 1,
    });
  });
  await expect(page.locator('.graph')).toHaveAttribute('data-step', 'fleet', { timeout: 60_000 });
  await expect(page.getByText('200 of 200 ready')).toBeVisible();
  const ground = (await page.locator('.ground.yours').boundingBox())!;
  expect(ground.width).toBeGreaterThan(500);
  await page.mouse.move(ground.x + ground.width * 0.4, ground.y + ground.height * 0.6);
  await expect(page.getByRole('tooltip')).toContainText(/aks-nodepool1|default|Service/);
  // Zoomed into, only the cards in sight are mounted: never all of them at once, which would hold the page up for seconds.
  await page.evaluate(() => {
    const mounted = { most: 0 };
    Object.assign(window, { mounted });
    const count = (): void => {
      mounted.most = Math.max(mounted.most, document.querySelectorAll('.card.node').length);
    };
    new MutationObserver(count).observe(document.querySelector('.graph')!, { childList: true, subtree: true });
  });
  const graph = page.locator('.graph');
  await expect(async () => {
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect(graph).toHaveAttribute('data-step', 'pool', { timeout: 500 });
  }).toPass();
  await expect(page.locator('.card.node').first()).toBeVisible();
  const most = await page.evaluate(() => (window as unknown as { mounted: { most: number } }).mounted.most);
  expect(most).toBeGreaterThan(3);
  expect(most).toBeLessThan(120);
});
