/** The page as tests drive it. */
import { expect, type Page } from '@playwright/test';

export interface Console {
  request(
    path: string,
    init?: { method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; headers: Record<string, string>; body: never }>;
  load(scenario: unknown): Promise<{ startTime: number }>;
  seek(time: number): Promise<{ time: number }>;
  hash(): Promise<string>;
}

/** Every message of the page's console that is not silence, and every request that leaves this machine. */
export function listen(page: Page): { faults: string[]; outside: string[] } {
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

/** Opens the page and waits until the first application runs. */
export async function open(page: Page, address = './'): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole('button', { name: /^default\/web-.*Running/ }).first()).toBeVisible();
}

/**
 * Puts another text into the editor, as pasting does; again where the editor was not ready to take it. Its last line has
 * to be one that the text before does not have.
 */
export async function write(page: Page, text: string): Promise<void> {
  await expect(async () => {
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press('ControlOrMeta+A');
    // Typing would be indented line by line.
    await page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      document.activeElement!.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    }, text);
    // The cursor stands at the end, so the last line is in sight; what is short of it says enough.
    const last = text.trimEnd().split('\n').at(-1)!.trim().slice(0, 40);
    const lines = page.locator('.monaco-editor').first().locator('.view-lines');
    await expect(lines).toContainText(last, { timeout: 15_000 });
  }).toPass();
}

export const problems = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('list', { name: 'Problems of the text' });
