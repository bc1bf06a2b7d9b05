/** Command lines: flags apart from operands. */

export interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: Readonly<Record<string, string>>;
  readonly operands: readonly string[];
}

/** `-n 5`, `-n5`, `-abc`, `--name=value`, `--name value`; `valued` names those that take a value. */
export function parseOptions(words: readonly string[], valued: readonly string[] = []): Options {
  const flags = new Set<string>();
  const values: Record<string, string> = {};
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (word === '--') {
      operands.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    if (word.startsWith('--')) {
      const [name = '', value] = word.slice(2).split(/=(.*)/s);
      if (value !== undefined) values[name] = value;
      else if (valued.includes(name)) values[name] = words[(at += 1)] ?? '';
      else flags.add(name);
      continue;
    }
    for (let index = 1; index < word.length; index += 1) {
      const letter = word[index]!;
      if (!valued.includes(letter)) {
        flags.add(letter);
        continue;
      }
      values[letter] = word.slice(index + 1) || (words[(at += 1)] ?? '');
      break;
    }
  }
  return { flags, values, operands };
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `5`, `0.5`, `2m`, `infinity`; NaN for what is none. */
export function seconds(text: string): number {
  if (/^inf(inity)?$/.test(text)) return Infinity;
  const match = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1) : Number.NaN;
}
