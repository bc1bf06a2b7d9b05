/** The file that `kubectl edit` asks the editor to open: it stands there until it is saved or given up. */
import { ask } from '../../state/session.ts';
import { addFile, changeText, openFile, removeFile, texts } from '../../state/texts.ts';
import { showLeft } from '../../state/view.ts';
import type { TerminalText } from '../../state/simulation.ts';

interface Opened {
  readonly name: string;
  readonly round: number;
  /** What was open before. */
  readonly before: string;
}

let opened: Opened | undefined;

/** Opens what is to be edited, again where it came back with what is wrong in it, and closes what is over. */
export async function followEdit(editing: TerminalText['editing']): Promise<void> {
  if (!editing) return close();
  if (opened?.name === editing.name && opened.round === editing.round) return;
  if (opened && opened.name !== editing.name) close();
  const before = opened?.before ?? texts.getState().active;
  opened = { ...editing, before };
  const text = await ask('terminalFile', { name: editing.name });
  if (text === undefined) return;
  if (texts.getState().files[editing.name] === undefined) addFile(editing.name, text);
  else changeText(editing.name, text);
  openFile(editing.name);
  showLeft('editor');
}

function close(): void {
  if (!opened) return;
  const { name, before } = opened;
  opened = undefined;
  if (texts.getState().files[name] !== undefined && Object.keys(texts.getState().files).length > 1) removeFile(name);
  openFile(before);
}
