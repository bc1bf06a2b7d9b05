/** KYAML: YAML that is nearly JSON, as `-o kyaml` prints. Upstream: sigs.k8s.io/yaml/kyaml. Left out: comments. */
import { byNature } from '../text/go-yaml.ts';
import { isMapping } from '../../../sim/api/go-json.ts';

export function kyaml(value: unknown): string {
  return `---\n${node(value, 0)}\n`;
}

function node(value: unknown, depth: number): string {
  if (Array.isArray(value)) return list(value, depth);
  if (isMapping(value)) {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort(byNature);
    if (keys.length === 0) return '{}';
    const pad = '  '.repeat(depth + 1);
    const lines = keys.map((key) => `${pad}${keyText(key)}: ${node(value[key], depth + 1)},\n`);
    return `{\n${lines.join('')}${'  '.repeat(depth)}}`;
  }
  if (typeof value === 'string' && value.includes('\n')) return folded(value, depth);
  return value === undefined ? 'null' : JSON.stringify(value);
}

function list(items: readonly unknown[], depth: number): string {
  if (items.length === 0) return '[]';
  const isCuddled = items.every((item) => isMapping(item) || Array.isArray(item));
  if (isCuddled) return `[${items.map((item) => node(item, depth)).join(', ')}]`;
  const pad = '  '.repeat(depth + 1);
  return `[\n${items.map((item) => `${pad}${node(item, depth + 1)},\n`).join('')}${'  '.repeat(depth)}]`;
}

/** A text of several lines: each on its own, joined by escaped line ends. */
function folded(value: string, depth: number): string {
  const pad = ' '.repeat(2 * depth + 2);
  const lines = value.split('\n');
  const shown = lines.map(
    (line, index) => `${JSON.stringify(line).slice(1, -1)}${index < lines.length - 1 ? '\\n\\' : ''}`,
  );
  const last = shown.at(-1);
  const body = shown
    .slice(0, -1)
    .map((line) => `${pad} ${line}\n`)
    .join('');
  return `"\\\n${body}${pad}${last === '' ? '' : ` ${last}`}"`;
}

const RESERVED = /^(y|yes|n|no|on|off|true|false|null|~|\.inf|\.nan|[-+]?[\d.].*|)$/i;
const keyText = (key: string): string =>
  /^[A-Za-z_][\w./-]*$/.test(key) && !RESERVED.test(key) ? key : JSON.stringify(key);
