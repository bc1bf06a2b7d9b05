/** The texts being edited: files by name, in the order of their tabs. They live in the page, whatever the
 * worker does, and are kept with the run. */
import { createStore } from 'zustand/vanilla';
import { GALLERY, START_TEXT } from '../../lessons/index.ts';

export const FIRST_FILE = 'manifest.yaml';

export interface Texts {
  readonly files: Readonly<Record<string, string>>;
  readonly active: string;
}

export const texts = createStore<Texts>(() => ({ files: { [FIRST_FILE]: START_TEXT }, active: FIRST_FILE }));

export const activeText = ({ files, active }: Texts): string => files[active] ?? '';

export function setTexts(files: Readonly<Record<string, string>>, active?: string): void {
  const names = Object.keys(files);
  if (names.length === 0) return;
  texts.setState({ files, active: active !== undefined && names.includes(active) ? active : names[0]! });
}

export function changeText(file: string, text: string): void {
  texts.setState(({ files }) => (files[file] === undefined ? {} : { files: { ...files, [file]: text } }));
}

export function openFile(file: string): void {
  texts.setState(({ files }) => (files[file] === undefined ? {} : { active: file }));
}

/** Adds a file under a name that is free, and shows it. */
export function addFile(wanted: string, text = ''): string {
  const { files } = texts.getState();
  const name = freeName(wanted, files);
  texts.setState({ files: { ...files, [name]: text }, active: name });
  return name;
}

export function freeName(wanted: string, files: Readonly<Record<string, string>>): string {
  if (files[wanted] === undefined) return wanted;
  const [, stem = wanted, ending = ''] = /^(.*?)(\.[^.]+)?$/.exec(wanted) ?? [];
  for (let count = 2; ; count += 1) {
    const name = `${stem}-${count}${ending}`;
    if (files[name] === undefined) return name;
  }
}

/** What is wrong with a name, or undefined. */
export function faultOfName(name: string, others: readonly string[]): 'empty' | 'taken' | 'letters' | undefined {
  if (name === '') return 'empty';
  if (others.includes(name)) return 'taken';
  // Names of digits alone would be sorted before the others.
  return /^(?!\d+$)[\p{L}\p{N}][\p{L}\p{N} ._-]{0,79}$/u.test(name) ? undefined : 'letters';
}

/** The place among the tabs stays. */
export function renameFile(before: string, after: string): void {
  texts.setState(({ files, active }) => ({
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name === before ? after : name, text])),
    active: active === before ? after : active,
  }));
}

/** The last file stays, emptied. */
export function removeFile(file: string): void {
  const { files, active } = texts.getState();
  const names = Object.keys(files);
  const { [file]: _removed, ...rest } = files;
  if (names.length === 1) return setTexts({ [FIRST_FILE]: '' });
  const neighbour = names[names.indexOf(file) + 1] ?? names[names.indexOf(file) - 1];
  setTexts(rest, active === file ? neighbour : active);
}

/** A text that a person has worked on: neither empty nor one of those that come with the app. */
export function isEdited(text: string): boolean {
  return text.trim() !== '' && text !== START_TEXT && !GALLERY.some((entry) => entry.text === text);
}

/** Shows another text: in the place of one that nobody has worked on, else in a file of its own beside it. */
export function openBeside(name: string, text: string): void {
  const state = texts.getState();
  if (isEdited(activeText(state))) addFile(name, text);
  else changeText(state.active, text);
}
