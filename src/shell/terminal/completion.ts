/** What Tab offers: commands, what kubectl knows, and files. */
import { COMMAND_NAMES, type Files } from '../../sim/workloads/index.ts';
import { TERMINAL_COMMANDS } from './commands.ts';

export interface Completion {
  /** Where in the line the word begins that is being completed. */
  readonly from: number;
  readonly words: readonly string[];
}

export interface CompletionPorts {
  readonly aliases: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly files: Files;
  kubectl(words: readonly string[]): readonly string[];
}

/** Words that stand before a command. */
const PREFIXES = new Set(['watch', 'time', 'sudo', 'command', 'xargs', 'nohup', 'env']);

/** The line up to the cursor. */
export function completionOf(line: string, ports: CompletionPorts): Completion {
  const { words, from } = lastCommand(line);
  const typed = words.at(-1) ?? '';
  const offer = (all: readonly string[]): Completion => ({
    from,
    words: [...new Set(all)].filter((word) => word.startsWith(typed)).sort(),
  });
  const before = words.slice(0, -1);
  while (PREFIXES.has(before[0] ?? '') || /^-[a-z]?$/.test(before[0] ?? '') || /^\d+$/.test(before[0] ?? ''))
    before.shift();
  if (before.length === 0 && !typed.includes('/'))
    return offer([...Object.keys(ports.aliases), ...TERMINAL_COMMANDS, ...COMMAND_NAMES]);
  const [name = '', ...rest] = before;
  const called = `${ports.aliases[name] ?? name}`.split(/\s+/).filter(Boolean);
  if (called[0] === 'kubectl' && !isFileName(before, typed))
    return offer(ports.kubectl([...called.slice(1), ...rest, typed]));
  return { from, words: filesFor(typed, ports) };
}

const isFileName = (before: readonly string[], typed: string): boolean =>
  /^(-f|--filename|-k|--kustomize)$/.test(before.at(-1) ?? '') || /^--filename=/.test(typed);

function filesFor(given: string, { files, directory }: CompletionPorts): readonly string[] {
  const prefix = /^--filename=/.exec(given)?.[0] ?? '';
  const typed = given.slice(prefix.length);
  const slash = typed.lastIndexOf('/') + 1;
  const folder = typed.slice(0, slash);
  const place = folder.startsWith('/') ? folder.replace(/(.)\/$/, '$1') : `${directory}/${folder}`.replace(/\/$/, '');
  return files
    .list(place)
    .filter((name) => name.startsWith(typed.slice(slash)))
    .map((name) => `${prefix}${folder}${name}${files.isDirectory(`${place === '/' ? '' : place}/${name}`) ? '/' : ''}`);
}

/** The words of the simple command that the cursor stands in, and where the last of them begins. */
function lastCommand(line: string): { readonly words: readonly string[]; readonly from: number } {
  let [words, from, word, quote]: [string[], number, string, string] = [[], 0, '', ''];
  let isInWord = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at]!;
    if (quote) {
      if (letter === quote) quote = '';
      else word += letter;
    } else if (/[|;&(]/.test(letter)) {
      [words, word, isInWord] = [[], '', false];
    } else if (/\s/.test(letter)) {
      if (isInWord) words.push(word);
      [word, isInWord] = ['', false];
    } else {
      if (!isInWord) from = at;
      isInWord = true;
      if (letter === '"' || letter === "'") quote = letter;
      else word += letter;
    }
  }
  return { words: [...words, word], from: isInWord ? from : line.length };
}
