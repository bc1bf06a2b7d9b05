import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';

async function open(page: Page): Promise<void> {
  await page.goto('./');
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
}

const panel = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

async function selectPod(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^default\/web-/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: /^Pod web-/ })).toBeVisible();
}

test('a pod leads to what it belongs to, and back', async ({ page }) => {
  await open(page);
  await selectPod(page);
  await expect(page.getByRole('img', { name: /Statechart of Pod web-.*running/ })).toBeVisible();
  await page.getByRole('button', { name: 'Service web' }).click();
  await expect(page.getByRole('heading', { name: 'Service web' })).toBeVisible();
  await page
    .getByRole('button', { name: /^Pod web-/ })
    .first()
    .click();
  await expect(page.getByRole('heading', { name: /^Pod web-/ })).toBeVisible();
  await page.getByText('Live YAML').click();
  const yaml = page.getByRole('region', { name: 'Live YAML' });
  await expect(yaml).toContainText('podIP:');
  await expect(yaml).not.toContainText('managedFields');
});

test('the events of a pod say when and by whom, whichever API they came by', async ({ page }) => {
  await open(page);
  await selectPod(page);
  const events = page.getByRole('region', { name: 'Kubernetes Events' });
  const scheduled = events.getByRole('row', { name: /^Scheduled/ });
  await expect(scheduled).toContainText('default-scheduler');
  await expect(scheduled.getByRole('cell').first()).toHaveText(/^\d+(s|m)/);
  await expect(events.getByRole('row', { name: /^Started/ })).toContainText('kubelet');
});

test('why ends at the command, and its steps move the playhead', async ({ page }) => {
  await open(page);
  await selectPod(page);
  await page.getByRole('button', { name: 'Why?' }).first().click();
  const steps = page.locator('.causes > li');
  await expect(steps.first()).toContainText('You run: kubectl apply -f manifest.yaml');
  await expect(page.getByText('It began with this command.')).toBeVisible();
  const count = await steps.count();
  expect(count).toBeLessThan(14);
  const clock = page.getByRole('timer');
  const created = steps.filter({ hasText: /ReplicaSet controller creates Pod/ });
  await created.getByRole('button').first().click();
  await expect(clock).toHaveText(/^00:00\./);
  await expect(created).toHaveAttribute('aria-current', 'step');
  await expect(steps).toHaveCount(count);
  // The chain reaches ahead of the playhead now, and can be followed forward again.
  await steps.last().getByRole('button').first().click();
  await expect(steps.last()).toHaveAttribute('aria-current', 'step');
  await page.getByRole('button', { name: 'Show these lines' }).click();
  await expect(page.locator('.monaco-editor').first()).toBeVisible();
});

test('a decision is stepped through with the arrow keys, to the last digit', async ({ page }) => {
  await open(page);
  await selectPod(page);
  await panel(page, 'Decision').click();
  const stepper = page.getByRole('group', { name: 'Steps of the attempt' });
  await expect(stepper.getByRole('status')).toContainText('Total');
  await stepper.getByRole('button', { name: 'Previous step' }).focus();
  for (let count = 0; count < 2; count += 1) await page.keyboard.press('ArrowLeft');
  await expect(stepper.getByRole('status')).toContainText('NormalizeScore');
  await expect(page.getByRole('region', { name: 'Arithmetic' })).toContainText(
    /raw \d+ → normalised \d+ → \d+ × \d+ = \d+/,
  );
  await stepper.getByRole('button', { name: 'Filter', exact: true }).click();
  await stepper.getByRole('button', { name: 'NodeResourcesFit' }).click();
  await expect(page.getByRole('region', { name: 'Arithmetic' })).toContainText('≤');
  await page.getByRole('button', { name: 'Expand' }).click();
  const dialog = page.getByRole('dialog', { name: /Every node and every plugin/ });
  await expect(dialog.getByRole('columnheader', { name: 'TaintToleration', exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
});

test('a request that fails says what that means; one that works shows the rule and the answer', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Details', exact: true }).click();
  await panel(page, 'Request').click();
  const address = page.getByLabel('Address');
  await address.fill('http://web:x');
  await expect(page.getByText('The port is a number from 1 to 65535.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send once' })).toBeDisabled();
  await address.fill('http://nowhere');
  await page.getByRole('button', { name: 'Send once' }).click();
  await expect(page.getByText('curl: (6) Could not resolve host: nowhere').first()).toBeVisible();
  await expect(page.getByText(/No name of the search list has an address/)).toBeVisible();
  await address.fill('http://web');
  await page.getByRole('button', { name: 'Send once' }).click();
  await expect(page.getByText('Is there a web.default.svc.cluster.local?')).toBeVisible();
  await expect(page.getByText(/KUBE-SVC-/)).toBeVisible();
});

test('events are narrated in step with the playhead and can be narrowed down', async ({ page }) => {
  await open(page);
  const rows = page.locator('.events .rows li');
  await expect(rows.first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Filter events' }).fill('creates Pod web-');
  await expect(rows.first()).toContainText(/ReplicaSet controller creates Pod web-/);
  await rows.first().locator('.row-main').click();
  await expect(page.getByRole('timer')).toHaveText(/^00:00\./);
  await expect(rows.first()).toHaveAttribute('aria-current', 'step');
  await expect(rows.nth(1)).toHaveClass(/ahead/);
  await rows.first().getByRole('button', { name: 'Why did this happen?' }).click();
  await expect(page.getByRole('heading', { name: /ReplicaSet controller creates Pod web-/ })).toBeVisible();
});

for (const [language, theme] of [
  ['en', 'dark'],
  ['ko', 'light'],
] as const) {
  test(`axe finds nothing in the explanations: ${language}, ${theme}`, async ({ browser }) => {
    const context = await browser.newContext({
      locale: language === 'ko' ? 'ko-KR' : 'en-US',
      colorScheme: theme,
      viewport: { width: 1440, height: 900 },
    });
    const page = await context.newPage();
    await open(page);
    await page
      .getByRole('button', { name: /^default\/web-/ })
      .first()
      .click();
    const names =
      language === 'ko' ? ['결정', '요청', '왜?', '살펴보기'] : ['Decision', 'Request', 'Why?', 'Inspector'];
    for (const name of names) {
      await panel(page, name).click();
      await expect(page.locator('.panel.right .content')).toBeVisible();
      await expectAccessible(page, name, '.panel.right', '.drawer');
    }
    await context.close();
  });
}
