/** Files that a person opens or drops, read into the editor beside what is there. */
import { notify } from '../../state/notices.ts';
import { addFile, texts, isEdited, setTexts } from '../../state/texts.ts';

/** What the simulation reads at most. */
const LIMIT_MB = 8;

export async function openFiles(list: Iterable<File>): Promise<void> {
  for (const file of list) {
    if (file.size > LIMIT_MB * 1024 * 1024) {
      notify({ code: 'file.tooLarge', values: { name: file.name, limit: LIMIT_MB } });
      continue;
    }
    const text = await file.text();
    if (text.includes('\0') || text.includes('\uFFFD')) notify({ code: 'file.notText', values: { name: file.name } });
    else take(file.name, text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
  }
}

/** A text that nobody has worked on gives its place up. */
function take(name: string, text: string): void {
  const { files, active } = texts.getState();
  const isSpare = Object.keys(files).length === 1 && !isEdited(files[active] ?? '');
  if (isSpare) setTexts({ [name]: text });
  else addFile(name, text);
}
