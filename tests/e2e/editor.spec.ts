import { expect, test } from '@playwright/test';
import { deployment, service } from '../support/world.ts';
import { listen, open, problems, write } from './support/page.ts';

const TWO = `${deployment('one', 1, 'nginx:1.27')}---\n${deployment('two', 1, 'nginx:1.27')}`;

test('completion, hover and marks come from the schema in every document of a text', async ({ page }) => {
  await open(page);
  // A document cut off in the middle: what may follow under its spec is asked for.
  await write(
    page,
    `${deployment('one', 1, 'nginx:1.27')}---\napiVersion: apps/v1\nkind: Deployment\nspec: # cut off\n`,
  );
  await page.keyboard.insertText('  ');
  await page.keyboard.type('repl');
  // The schema may still be loading when it is first asked.
  await expect(async () => {
    await page.keyboard.press('Control+Space');
    await expect(page.locator('.suggest-widget')).toContainText('replicas', { timeout: 2_000 });
  }).toPass();
  await page.keyboard.press('Escape');

  await write(page, TWO);
  const second = page.locator('.view-line', { hasText: 'replicas' }).last().getByText('replicas');
  await expect(async () => {
    await page.mouse.move(0, 0);
    await second.hover();
    await expect(page.locator('.monaco-hover', { hasText: /desired pods/i }).first()).toBeVisible({ timeout: 3_000 });
  }).toPass();

  await write(page, TWO.replace(/replicas(?![\s\S]*replicas)/, 'replica'));
  await expect(problems(page).getByRole('button', { name: /unknown field "spec.replica"/ })).toBeVisible();
  await expect(page.locator('.monaco-editor .squiggly-error').first()).toBeVisible();
});

test('a problem leads to its line, and a certain mend is one click', async ({ page }) => {
  await open(page);
  await write(page, TWO.replace(/replicas(?![\s\S]*replicas)/, 'replica'));
  const problem = problems(page).getByRole('button', { name: /unknown field "spec.replica"/ });
  await problem.click();
  await page.keyboard.press('Home');
  await page.keyboard.insertText('#');
  await expect(problem).toBeHidden();
  await page.keyboard.press('ControlOrMeta+Z');
  await expect(problem).toBeVisible();
  await page.getByRole('button', { name: 'Change to replicas' }).click();
  await expect(page.getByText('No problems found')).toBeVisible();
});

test('Ctrl+Enter applies, the outcome leads to the object, and undo goes on behind Apply', async ({ page }) => {
  await open(page);
  await write(page, TWO);
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(page.getByText('2 created')).toBeVisible();
  await page.getByRole('button', { name: 'Deployment/two created' }).click();
  await expect(page.getByRole('heading', { name: /two/ }).first()).toBeVisible();
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('ControlOrMeta+Z');
  await expect(page.locator('.view-lines')).toContainText('pilothouse/client');
});

test('one document of a text can be applied by itself', async ({ page }) => {
  await open(page);
  await write(page, TWO);
  await page.keyboard.press('ControlOrMeta+End');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Apply this document' }).click();
  await expect(page.getByText('Deployment/two created')).toBeVisible();
  await expect(page.getByText('Deployment/one created')).toBeHidden();
});

test('what Apply would change is shown object by object before it happens', async ({ page }) => {
  await open(page);
  const before = `${deployment('shop', 2, 'nginx:1.27')}---\n${service('shop')}`;
  await write(page, before);
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(page.getByText('2 created')).toBeVisible();
  await write(page, before.replace('replicas: 2', 'replicas: 5') + '---\n' + deployment('more', 1, 'nginx:1.27'));
  await page.getByRole('button', { name: 'Diff' }).click();
  const dialog = page.getByRole('dialog', { name: 'What Apply would change' });
  await expect(dialog).toContainText('1 will be created · 1 will be configured · 1 unchanged');
  await dialog.getByRole('button', { name: /default\/shop configured/ }).click();
  await expect(dialog.locator('.line-insert').first()).toBeVisible();
  await expect(dialog.locator('.modified .view-lines:not(.line-delete)')).toContainText('replicas: 5');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.getByText('1 created · 1 configured · 1 unchanged')).toBeVisible();
});

test('what the server refuses stands at the lines that caused it', async ({ page }) => {
  await open(page);
  const text = deployment('fixed', 1, 'nginx:1.27');
  await write(page, text);
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(page.getByText('1 created')).toBeVisible();
  await write(page, text.replaceAll('app: fixed', 'app: changed'));
  await page.keyboard.press('ControlOrMeta+Enter');
  await expect(page.getByText('1 refused')).toBeVisible();
  await expect(page.getByText('422 Invalid', { exact: true })).toBeVisible();
  const problem = problems(page).getByRole('button', { name: /field is immutable/ });
  await expect(problem).toContainText('line 8');
});

test('several files are edited side by side, and all of them survive a refresh', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'New file' }).click();
  const name = page.getByRole('textbox', { name: 'File name' });
  await name.fill('manifest.yaml');
  await expect(page.getByText('There is a file of this name.')).toBeVisible();
  await name.fill('shop.yaml');
  await name.press('Enter');
  await write(page, service('shop'));
  await page.getByRole('tab', { name: 'manifest.yaml' }).click();
  await expect(page.locator('.view-lines')).toContainText('kind: Deployment');
  await page.getByRole('tab', { name: 'shop.yaml' }).click();
  await expect(page.locator('.view-lines')).toContainText('name: shop');
  await page.waitForTimeout(700);
  await page.reload();
  await expect(page.getByRole('tab', { name: 'shop.yaml' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.view-lines')).toContainText('name: shop');
  await page.getByRole('button', { name: 'Remove shop.yaml' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('tab', { name: 'shop.yaml' })).toBeHidden();
});

test('a file is opened from the disk, formatted, and undo takes the formatting back', async ({ page }) => {
  await open(page);
  await page
    .locator('.actions input[type=file]')

    .setInputFiles({
      name: 'dropped.yaml',
      mimeType: 'text/yaml',
      buffer: Buffer.from(
        'apiVersion: v1\nkind: ConfigMap # kept\nmetadata: {name:   dropped}\ndata:\n      a:   "1"\n',
      ),
    });
  await expect(page.getByRole('tab', { name: 'dropped.yaml' })).toBeVisible();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Format' }).click();
  await expect(page.locator('.view-lines')).toContainText(/metadata:\s\{name:\sdropped\}/);
  await expect(page.locator('.view-lines')).toContainText('# kept');
  await page.locator('.monaco-editor .view-lines').first().click();
  await page.keyboard.press('ControlOrMeta+Z');
  await expect(page.locator('.view-lines')).toContainText(/name:\s{3}dropped/);
});

test('where the full editor cannot be loaded, a plain one says so and does the work', async ({ page }) => {
  await page.route(/MonacoText-.*\.js/, (route) => route.abort());
  const heard = listen(page);
  await open(page);
  await expect(page.getByText('The full editor could not be loaded')).toBeVisible();
  const area = page.getByRole('textbox', { name: 'manifest.yaml' });
  await area.fill(TWO.replace('replicas', 'replica'));
  await page.getByRole('button', { name: 'Change to replicas' }).click();
  await expect(area).toHaveValue(TWO);
  await area.press('ControlOrMeta+Enter');
  await expect(page.getByText('2 created')).toBeVisible();
  expect(heard.outside).toEqual([]);
});
