import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { listen, open, type Console } from './support/page.ts';

type WithConsole = Window & typeof globalThis & { pilothouse: Console };

const inspector = (page: Page): Locator => page.locator('.panel.right .inspector');

/** Opens a scenario of the gallery and applies it. */
async function apply(page: Page, title: RegExp, names = { scenarios: 'Scenarios', apply: 'Apply' }): Promise<void> {
  await page.getByRole('tab', { name: names.scenarios }).click();
  await page.locator('.scenario').filter({ hasText: title }).first().click();
  await page.getByRole('button', { name: names.apply, exact: true }).click();
  // It opens on what was applied: only then is it there to be played on.
  await expect(inspector(page).getByRole('heading').first()).toBeVisible();
}

/** Puts the playhead at a second of the run. */
async function goTo(page: Page, seconds: number): Promise<void> {
  await page.evaluate((at) => (window as unknown as WithConsole).pilothouse.seek(at * 1000), seconds);
}

async function patch(page: Page, path: string, body: object): Promise<void> {
  const status = await page.evaluate(
    async ([at, what]) => {
      const headers = { 'content-type': 'application/strategic-merge-patch+json' };
      const init = { method: 'PATCH', body: what, headers };
      return (await (window as unknown as WithConsole).pilothouse.request(at, init)).status;
    },
    [path, body] as const,
  );
  expect(status).toBe(200);
}

test('a rollout is drawn with its room and its revisions, and the past shows what it was', async ({ page }) => {
  const heard = listen(page);
  await open(page);
  await apply(page, /A rolling update/);
  const rollout = inspector(page).getByRole('region', { name: 'Rollout', exact: true });
  await expect(rollout).toContainText('at most 7 pods and at least 5 available');
  await goTo(page, 200);
  await expect(rollout).toContainText('Complete');
  const container = { name: 'shop', image: 'pilothouse/web:broken' };
  const spec = { progressDeadlineSeconds: 30, template: { spec: { containers: [container] } } };
  await patch(page, '/apis/apps/v1/namespaces/default/deployments/shop', { spec });
  await goTo(page, 260);
  await expect(rollout).toContainText('Stuck');
  await expect(rollout).toContainText('ProgressDeadlineExceeded');
  await expect(rollout).toContainText(/In the way: shop-\S+ CrashLoopBackOff/);
  await expect(rollout.getByRole('img', { name: /7 pods of at most 7, 5 available of at least 5/ })).toBeVisible();
  const history = rollout.getByRole('region', { name: 'Revision history' }).locator('tbody tr');
  await expect(history).toHaveCount(2);
  await goTo(page, 199);
  await expect(rollout).toContainText('Complete');
  await expect(history).toHaveCount(1);
  expect(heard).toEqual({ faults: [], outside: [] });
});

test('a plot is read by arrow keys, told as a table, and takes the playhead along', async ({ page }) => {
  await open(page);
  await apply(page, /A rolling update/);
  await goTo(page, 200);
  const rollout = inspector(page).getByRole('region', { name: 'Rollout', exact: true });
  const plot = rollout.getByRole('slider', { name: /Plot: Pods by revision/ });
  await expect(plot).toHaveAttribute('aria-valuetext', /rev 1 6/);
  await plot.focus();
  await page.keyboard.press('Home');
  await expect(plot).toHaveAttribute('aria-valuetext', /rev 1 0/);
  await rollout.getByText('Numbers', { exact: true }).click();
  await expect(rollout.getByRole('region', { name: 'Numbers: Pods by revision' }).locator('tbody tr')).not.toHaveCount(
    0,
  );
  const before = await page.getByRole('timer').textContent();
  await plot.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('timer')).not.toHaveText(before!);
  await expect(rollout).toContainText('0 available');
});

test('a StatefulSet shows its ordinals with their disks, also in a window that one Escape closes', async ({ page }) => {
  await open(page);
  await apply(page, /A StatefulSet keeps names and disks/);
  await goTo(page, 240);
  const picture = inspector(page).getByRole('region', { name: 'Identities and volumes' });
  const ordinals = picture.getByRole('list', { name: 'Ordinals' }).getByRole('listitem');
  await expect(ordinals).toHaveCount(3);
  await expect(ordinals.first()).toContainText('db-0.db.default.svc.cluster.local');
  await expect(ordinals.first()).toContainText('Bound 8Gi');
  await expect(ordinals.first()).toContainText(/zone koreacentral-\d/);
  await patch(page, '/apis/apps/v1/namespaces/default/statefulsets/db', { spec: { replicas: 1 } });
  await goTo(page, 340);
  await expect(ordinals).toHaveCount(3);
  await expect(ordinals.last()).toContainText('Only its claims');
  await expect(picture).toContainText('whose claims are kept, and paid for: 2');
  await picture.getByRole('button', { name: 'Show the chart larger' }).click();
  const dialog = page.getByRole('dialog', { name: 'Identities and volumes: db' });
  await expect(dialog.getByRole('listitem').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('an autoscaler shows its metric against the target, the replicas and why', async ({ page }) => {
  await open(page);
  await apply(page, /An autoscaler follows the load/);
  await goTo(page, 300);
  const picture = inspector(page).getByRole('region', { name: 'Scaling', exact: true });
  await expect(picture).toContainText(/3 replicas now, 3 wanted/);
  await expect(picture).toContainText(/cpu is at \d+%, its target is 50%/);
  await expect(picture).toContainText('ReadyForNewScale');
  await expect(picture.getByRole('slider', { name: /Plot: cpu against its target/ })).toHaveAttribute(
    'aria-valuetext',
    /Target 50%, Grows above 55%, Shrinks below 45%/,
  );
  await expect(picture.getByRole('slider', { name: /Plot: Replicas/ })).toHaveAttribute('aria-valuetext', /Now 3/);
});

test('an autoscaler by the depth of a queue shows it, mean and target, on a cluster with an adapter', async ({
  page,
}) => {
  await open(page);
  await page.getByRole('tab', { name: 'Scenarios' }).click();
  await page
    .locator('.scenario')
    .filter({ hasText: /Consumers as many as the queue is deep/ })
    .click();
  await page.getByRole('button', { name: 'Start the run', exact: true }).click();
  await expect(inspector(page).getByRole('heading').first()).toBeVisible();
  await goTo(page, 270);
  const picture = inspector(page).getByRole('region', { name: 'Scaling', exact: true });
  await expect(picture).toContainText(/queue_messages_ready \/ Pod \(Service queue\) is at [\d.]+, its target is 10/);
  await expect(
    picture
      .getByRole('slider', { name: 'Plot: queue_messages_ready / Pod (Service queue) against its target' })
      .first(),
  ).toHaveAttribute('aria-valuetext', /Target 10, Grows above 11, Shrinks below 9/);
  await expect(page.getByText('prometheus-adapter.yaml').first()).toBeVisible();
});

test('Jobs show their indexes, CronJobs their next runs, budgets who may go', async ({ page }) => {
  await open(page);
  await apply(page, /A Job that divides its work/);
  await goTo(page, 300);
  const job = inspector(page).getByRole('region', { name: 'Progress', exact: true });
  await expect(job.getByRole('img', { name: '12 done, 0 at work, 0 failed, 0 to come' })).toBeVisible();
  await apply(page, /A CronJob, every minute/);
  await goTo(page, 600);
  const cron = inspector(page).getByRole('region', { name: 'Runs', exact: true });
  await expect(cron.getByText('next', { exact: true })).toHaveCount(3);
  await expect(cron.getByText(/cleaned away/).first()).toBeVisible();
  await apply(page, /A disruption budget and a quota/);
  await goTo(page, 700);
  const budget = inspector(page).getByRole('region', { name: 'Budget', exact: true });
  await expect(budget).toContainText('1 may be evicted');
  await expect(budget.getByRole('img', { name: '4 of 4 pods healthy, 3 have to stay.' })).toBeVisible();
});

/** Applying plays the run on. */
const pause = (page: Page): Promise<void> => page.getByRole('button', { name: 'Pause', exact: true }).click();

test('pictures go back with the playhead: a Job at work, an autoscaler before the load', async ({ page }) => {
  await open(page);
  const begin = 60;
  await pause(page);
  await goTo(page, begin);
  await apply(page, /A Job that divides its work/);
  await pause(page);
  const job = inspector(page).getByRole('region', { name: 'Progress', exact: true });
  const indexes = job.getByRole('img', { name: /done, \d+ at work/ });
  await goTo(page, begin + 240);
  await expect(indexes).toHaveAccessibleName('12 done, 0 at work, 0 failed, 0 to come');
  await expect(job).toContainText('12 of 12 completions');
  await goTo(page, begin + 20);
  await expect(indexes).toHaveAccessibleName(/^[1-9] done, [1-3] at work, 0 failed, [1-9] to come$/);
  await expect(job).toContainText(/[1-9] of 12 completions/);
  await goTo(page, begin + 240);

  await apply(page, /An autoscaler follows the load/);
  await pause(page);
  const load = begin + 240;
  const scaling = inspector(page).getByRole('region', { name: 'Scaling', exact: true });
  const replicas = scaling.getByRole('slider', { name: /Plot: Replicas/ });
  await goTo(page, load + 300);
  await expect(scaling).toContainText('3 replicas now');
  await expect(replicas).toHaveAttribute('aria-valuetext', /Now 3/);
  await goTo(page, load + 20);
  await expect(scaling).toContainText('1 replica now');
  await expect(scaling).toContainText('cpu: there is no value yet.');
  await expect(replicas).toHaveAttribute('aria-valuetext', /Now 1/);
});

test('a budget that is used up and a quota that has room again are what they were in the past', async ({ page }) => {
  await open(page);
  const begin = 60;
  await pause(page);
  await goTo(page, begin);
  await apply(page, /A disruption budget and a quota/);
  await pause(page);
  const budget = inspector(page).getByRole('region', { name: 'Budget', exact: true });
  await goTo(page, begin + 60);
  await expect(budget).toContainText('1 may be evicted');
  await patch(page, '/apis/apps/v1/namespaces/default/deployments/shop', { spec: { replicas: 3 } });
  await goTo(page, begin + 90);
  await expect(budget).toContainText('0 may be evicted');
  await expect(budget).toContainText('An eviction is refused now (429).');
  await goTo(page, begin + 59);
  await expect(budget).toContainText('1 may be evicted');
  await expect(budget).not.toContainText('refused');

  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: /Search objects/ }).fill('team resourcequota');
  await page.keyboard.press('Enter');
  const quota = inspector(page).getByRole('region', { name: 'Quota', exact: true });
  const row = (name: string): Locator => quota.locator('.measure').filter({ hasText: name });
  /** How much of its bar a measure fills, from 0 to 1. */
  const share = (name: string): Promise<number> =>
    row(name)
      .locator('.bar span')
      .evaluate((filled) => filled.clientWidth / filled.parentElement!.clientWidth);
  // Four pods of shop, and the four of the first visit.
  await expect(row('pods')).toContainText('8 / 8');
  await expect(row('pods')).toContainText('used up');
  expect(await share('pods')).toBeCloseTo(1, 1);
  expect(await share('requests.cpu')).toBeCloseTo(0.8, 1);
  await goTo(page, begin + 90);
  await expect(row('pods')).toContainText('7 / 8');
  await expect(row('pods')).not.toContainText('used up');
  await expect(row('requests.cpu')).toContainText('600m / 1');
  expect(await share('requests.cpu')).toBeCloseTo(0.6, 1);
});

test('where less motion is wanted, packets do not fly: both ends of their way are marked', async ({ browser }) => {
  for (const reducedMotion of ['reduce', 'no-preference'] as const) {
    const context = await browser.newContext({
      reducedMotion,
      locale: 'en-US',
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const drawn = { flights: 0, rings: 0 };
      Object.assign(window, { drawn });
      const { translate, arc } = CanvasRenderingContext2D.prototype;
      const isPackets = (context: CanvasRenderingContext2D): boolean => context.canvas.className === 'packet-canvas';
      CanvasRenderingContext2D.prototype.translate = function (...where) {
        if (isPackets(this)) drawn.flights += 1;
        return translate.apply(this, where);
      };
      CanvasRenderingContext2D.prototype.arc = function (...where) {
        if (isPackets(this)) drawn.rings += 1;
        return arc.apply(this, where);
      };
    });
    await open(page);
    const drawn = () => page.evaluate(() => (window as unknown as { drawn: { flights: number; rings: number } }).drawn);
    await expect.poll(async () => (await drawn()).rings, { timeout: 30_000 }).toBeGreaterThan(0);
    const { flights } = await drawn();
    if (reducedMotion === 'reduce') expect(flights).toBe(0);
    else expect(flights).toBeGreaterThan(0);
    await context.close();
  }
});

for (const [language, theme] of [
  ['en', 'dark'],
  ['ko', 'light'],
] as const) {
  test(`axe finds nothing in the pictures: ${language}, ${theme}`, async ({ browser }) => {
    test.setTimeout(240_000);
    const context = await browser.newContext({
      locale: language === 'ko' ? 'ko-KR' : 'en-US',
      colorScheme: theme,
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await open(page);
    const names =
      language === 'ko' ? { scenarios: '시나리오', apply: '적용' } : { scenarios: 'Scenarios', apply: 'Apply' };
    const titles = [
      /롤링 업데이트|A rolling update/,
      /StatefulSet/,
      /Job으로|인덱스로|divides/,
      /CronJob/,
      /HPA|autoscaler/,
      /중단 예산|disruption budget/,
    ];
    let time = 100;
    for (const title of titles) {
      await apply(page, title, names);
      time += 200;
      await goTo(page, time);
      await expect(inspector(page).locator('.picture .plot, .picture .runs').first()).toBeVisible();
      await expectAccessible(page, String(title), '.panel.right');
    }
    await context.close();
  });
}
