import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { listen, open } from './support/page.ts';

const pilothouse = (page: Page, work: string): Promise<unknown> => page.evaluate(work);

const rows = (page: Page): ReturnType<Page['locator']> => page.locator('.xterm-rows');

async function openTerminal(page: Page, name = 'Terminal'): Promise<void> {
  await page.getByRole('tab', { name }).click();
  await page.locator('.xterm-helper-textarea').focus();
}

/** Types a line as a person does: what is not ASCII comes from an input method. */
async function type(page: Page, line: string): Promise<void> {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.insertText(line);
  await page.keyboard.press('Enter');
}

test('a line is run and logged, with pipes, history and completion', async ({ page }) => {
  const heard = listen(page);
  await open(page);
  await openTerminal(page);
  await type(page, 'kubectl get nodes --no-headers | wc -l');
  await expect(rows(page)).toContainText(/wc -l\s*3/);
  await type(page, 'echo 한글도 됩니다');
  await expect(rows(page)).toContainText(/\$ echo 한글도 됩니다\s*한글도 됩니다/);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(rows(page)).toContainText(/wc -l\s*3[\s\S]*wc -l\s*3/);
  await page.keyboard.type('kubectl api-res');
  await page.keyboard.press('Tab');
  await expect(rows(page)).toContainText('kubectl api-resources');
  await page.keyboard.press('Control+C');
  await type(page, 'kubctl');
  await expect(rows(page)).toContainText("Did you mean 'kubectl'?");
  expect(heard.faults).toEqual([]);
});

test('what it prints is what a query gives, and a write is seen on the stage', async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await type(page, 'kubectl scale deployment web --replicas=4');
  await expect(rows(page)).toContainText('deployment.apps/web scaled');
  await expect
    .poll(() =>
      pilothouse(
        page,
        "pilothouse.request('/apis/apps/v1/namespaces/default/deployments/web').then((answer) => answer.body.spec.replicas)",
      ),
    )
    .toBe(4);
});

test('a shell in a container asks for lines and is left with Ctrl+D', async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await type(page, 'kubectl exec -it deploy/visitor -- sh');
  await expect(rows(page)).toContainText('/ #');
  await type(page, 'echo "in $(pwd)"');
  await expect(rows(page)).toContainText('in /');
  await page.keyboard.press('Control+D');
  await type(page, 'echo back');
  await expect(rows(page)).toContainText(/\$ echo back\s*back/);
});

test('kubectl edit opens the editor, and what is saved there is applied', async ({ page }) => {
  const heard = listen(page);
  await open(page);
  await openTerminal(page);
  await type(page, 'kubectl edit deployment web');
  const tab = page.getByRole('tab', { name: 'kubectl-edit-web.yaml' });
  await expect(tab).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText('kubectl-edit-web.yaml is open in the editor.')).toBeVisible();
  await page.getByRole('button', { name: 'Save and apply' }).click();
  await expect(rows(page)).toContainText('Edit cancelled, no changes made.');
  await expect(tab).toHaveCount(0);
  expect(heard.faults).toEqual([]);
});

test('watch follows the cluster until Ctrl+C gives the screen back', async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await type(page, 'echo before');
  await type(page, 'watch kubectl get deployments');
  await expect(rows(page)).toContainText('Every 2.0s: kubectl get deployments');
  await page.keyboard.press('Control+C');
  await expect(rows(page)).toContainText('before');
  await expect(rows(page)).not.toContainText('Every 2.0s');
});

test('rewound, it shows what it showed then; a link carries it on', async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await type(page, 'echo first');
  await expect(rows(page)).toContainText(/\$ echo first\s*first/);

  await page.waitForTimeout(1_500);
  await page.getByRole('button', { name: 'Pause' }).click();
  await type(page, 'echo second');
  await expect(rows(page)).toContainText(/\$ echo second\s*second/);
  await page.getByRole('button', { name: 'To the start', exact: true }).click();
  await expect(rows(page)).not.toContainText('echo first');
  await page.getByRole('button', { name: 'To the end', exact: true }).first().click();
  await expect(rows(page)).toContainText(/\$ echo first\s*first\s*\$ echo second\s*second/);
});

test('a terminal without faults for assistive technology, in both languages and themes, and on a phone', async ({
  page,
}) => {
  await open(page);
  await openTerminal(page);
  await type(page, 'kubectl get nodes');
  await expect(rows(page)).toContainText('Ready');
  const scan = (): Promise<void> => expectAccessible(page, 'terminal', '.terminal');
  await scan();
  await page.emulateMedia({ colorScheme: 'dark' });
  await scan();
  await page.keyboard.press('Escape');
  await expect(page.locator('.xterm-helper-textarea')).not.toBeFocused();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole('navigation').getByRole('button').last().click();
  await expect(rows(page)).toContainText('Ready');
  await scan();
  // An edit goes to the editor, out of sight of the terminal, and says how to come back and save it.
  await page.locator('.xterm-host').click();
  await type(page, 'kubectl edit deployment web');
  await expect(page.getByRole('tab', { name: 'kubectl-edit-web.yaml' })).toBeVisible();
  await expectAccessible(page, 'edit', '.edit-waits');
  await page.getByRole('button', { name: 'To the terminal' }).click();
  await page.getByRole('button', { name: 'Save and apply' }).click();
  await expect(rows(page)).toContainText('Edit cancelled, no changes made.');
});

test('a release from the panel is applied and waited for', async ({ page }) => {
  await open(page);
  await page.getByRole('tab', { name: 'Pipeline' }).click();
  await page.getByRole('button', { name: 'Release' }).click();
  await expect(page.getByRole('heading', { name: /^Release 1:/ })).toBeVisible();
  await expect(page.locator('.pipeline-panel li.succeeded')).toHaveCount(2);
});
