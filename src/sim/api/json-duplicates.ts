/**
 * Fields that an object of a JSON text has twice, of which the last counts. Upstream: sigs.k8s.io/json (UnmarshalStrict),
 * whose texts these are.
 */

/** More are not looked for: a warning names them all. */
const LIMIT = 100;
/** Nothing that is nested deeper is accepted anyway. */
const DEPTH_LIMIT = 128;

interface Open {
  /** Names so far of an object; undefined for a list. */
  readonly names?: Set<string>;
  readonly path: string;
  index: number;
  /** The name or number under which the next value stands. */
  at: string;
}

/** `duplicate field "spec.replicas"`, in the order of the text, each once. The text must be JSON. */
export function duplicateFields(text: string): readonly string[] {
  const found = new Set<string>();
  const open: Open[] = [];
  for (let at = 0; at < text.length && found.size < LIMIT && open.length <= DEPTH_LIMIT; at += 1) {
    const char = text[at];
    if (char === '{' || char === '[') {
      const path = open.at(-1)?.at ?? '';
      open.push({ ...(char === '{' ? { names: new Set<string>() } : {}), path, index: 0, at: `${path}[0]` });
    } else if (char === '}' || char === ']') open.pop();
    else if (char === ',') {
      const list = open.at(-1);
      if (!list || list.names) continue;
      list.index += 1;
      list.at = `${list.path}[${list.index}]`;
    } else if (char === '"') {
      const end = endOfString(text, at);
      const object = open.at(-1);
      if (object?.names && isName(text, end)) {
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        object.at = object.path === '' ? name : `${object.path}.${name}`;
        if (object.names.has(name)) found.add(`duplicate field "${object.at}"`);
        object.names.add(name);
      }
      at = end;
    }
  }
  return [...found];
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\r\n'.includes(text[at] ?? 'x')) at += 1;
  return text[at] === ':';
}
