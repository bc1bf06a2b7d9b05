/** Runs as files: saved by the browser's own download, opened from a picker or by dropping one on the page. */
import { ask, currentScenario, loadAnew } from './session.ts';
import { notify } from './notices.ts';

/** More than any run needs; larger files are not even read. */
const FILE_LIMIT = 16 * 1024 * 1024;

export function saveToFile(): void {
  const scenario = currentScenario();
  if (!scenario) return;
  const blob = new Blob([JSON.stringify(scenario, undefined, 2)], { type: 'application/json' });
  const address = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = `${(scenario.title ?? 'pilothouse').replace(/[^\p{L}\p{N}._-]+/gu, '-')}.json`;
  anchor.click();
  URL.revokeObjectURL(address);
}

export async function openFile(file: File): Promise<void> {
  if (file.size > FILE_LIMIT) {
    notify({ code: 'notAScenario' });
    return;
  }
  const read = await ask('parseScenario', { text: await file.text() });
  if (read) await loadAnew(read.scenario, false);
}
