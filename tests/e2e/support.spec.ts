import { expect, test, type Locator, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';

async function openFromPalette(page: Page): Promise<Locator> {
  await page.goto('./');
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('what is supported');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'What is supported' });
  await expect(dialog).toBeVisible();
  return dialog;
}

const kinds = (dialog: Locator): Locator => dialog.getByRole('region', { name: 'Kinds' }).getByRole('heading');

test('what is supported is found by kind, by behaviour and by verb, with the keyboard alone', async ({ page }) => {
  const dialog = await openFromPalette(page);
  const search = dialog.getByRole('searchbox');
  await search.focus();
  await page.keyboard.type('networkpol');
  await expect(kinds(dialog)).toHaveText(['NetworkPolicy']);
  await expect(dialog.getByRole('listitem')).toContainText('Stored only');
  await expect(dialog.getByRole('listitem')).toContainText('Not enforced, as on AKS');
  await search.fill('');
  await dialog.getByRole('combobox', { name: 'Verb' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'watch' }).press('Enter');
  await expect(kinds(dialog).filter({ hasText: /^Pod$/ })).toHaveCount(1);
  await expect(kinds(dialog).filter({ hasText: 'SubjectAccessReview' })).toHaveCount(0);
  await dialog.getByRole('combobox', { name: 'Behaviour' }).press('Enter');
  await page.getByRole('option', { name: 'Stored only' }).press('Enter');
  await expect(kinds(dialog).filter({ hasText: /^Pod$/ })).toHaveCount(0);
  await expect(kinds(dialog).filter({ hasText: 'CustomResourceDefinition' })).toHaveCount(1);
  await search.fill('no such thing');
  await dialog.getByRole('button', { name: 'Show everything' }).click();
  await expect(kinds(dialog).filter({ hasText: /^Pod$/ })).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('commands and deviations are told, and every part is clean for assistive technology', async ({ page }) => {
  const dialog = await openFromPalette(page);
  const clean = (): Promise<void> => expectAccessible(page, 'support', '[role=dialog]');
  await clean();
  await dialog.getByRole('radio', { name: /^kubectl/ }).click();
  await expect(dialog.getByRole('listitem').filter({ hasText: 'rollout' })).toContainText('undo');
  await clean();
  await dialog.getByRole('radio', { name: /^Shell/ }).click();
  await expect(dialog.getByText('nslookup', { exact: true })).toBeVisible();
  await clean();
  await dialog.getByRole('radio', { name: /^Deviations/ }).click();
  await expect(dialog.getByRole('heading', { name: 'Requests without credentials' })).toBeVisible();
  await expect(dialog.getByText('AKS turns anonymous authentication off.')).toBeVisible();
  await clean();
});

test('an object of a stored kind says so, and leads to why', async ({ page }) => {
  await page.goto('./');
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
  await page.evaluate(async () => {
    const { pilothouse } = window as unknown as {
      pilothouse: { request(path: string, init: object): Promise<{ status: number }> };
    };
    await pilothouse.request('/apis/networking.k8s.io/v1/namespaces/default/networkpolicies', {
      method: 'POST',
      body: { metadata: { name: 'nobody' }, spec: { podSelector: {} } },
    });
  });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('nobody');
  await page.getByRole('option', { name: /^nobody/ }).click();
  await page.getByRole('button', { name: 'Stored only' }).click();
  const dialog = page.getByRole('dialog', { name: 'What is supported' });
  await expect(kinds(dialog)).toHaveText(['NetworkPolicy']);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
});
