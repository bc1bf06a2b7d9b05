/** YAML as the inspector shows it: the server's bookkeeping folded away, keys and values told apart. */

/** Leaves out metadata.managedFields, whatever the indentation of its list. */
export function withoutManagedFields(yaml: string): string {
  const kept: string[] = [];
  let isInside = false;
  for (const line of yaml.split('\n')) {
    if (/^ {2}managedFields:/.test(line)) {
      isInside = true;
      continue;
    }
    if (isInside && (/^ {3,}/.test(line) || /^ {2}-/.test(line))) continue;
    isInside = false;
    kept.push(line);
  }
  return kept.join('\n');
}

export interface Piece {
  readonly kind: 'plain' | 'key' | 'string' | 'number' | 'word' | 'comment';
  readonly text: string;
}

/** One line in pieces that are coloured apart. */
export function piecesOf(line: string): readonly Piece[] {
  const comment = /^(\s*)(#.*)$/.exec(line);
  if (comment) return [plain(comment[1]!), { kind: 'comment', text: comment[2]! }];
  const match = /^(\s*(?:- )*)((?:"[^"]*"|'[^']*'|[^\s:#"'][^:#]*?|[^\s:]+(?::[^\s:]+)*):)(\s+|$)(.*)$/.exec(line);
  if (!match) {
    const item = /^(\s*(?:- )*)(.*)$/.exec(line)!;
    return [plain(item[1]!), valueOf(item[2]!)];
  }
  const [, lead = '', key = '', gap = '', value = ''] = match;
  return [plain(lead), { kind: 'key', text: key }, plain(gap), valueOf(value)];
}

const plain = (text: string): Piece => ({ kind: 'plain', text });

function valueOf(text: string): Piece {
  if (/^-?\d+(\.\d+)?$/.test(text)) return { kind: 'number', text };
  if (/^(true|false|null|~|\{\}|\[\])$/.test(text)) return { kind: 'word', text };
  return text === '' ? plain(text) : { kind: 'string', text };
}
