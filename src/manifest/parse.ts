/**
 * YAML and JSON texts to objects with source spans. Everything that is wrong is a fault with its place; nothing is thrown
 * for what a person has typed. Limits are stated, and the cheap ones are checked before any work is done.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node as YamlNode,
  type Pair,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Fault, TextFix } from '../run/types.ts';
import type { KubeObject } from '../sim/api/object.ts';
import type { SourceSpan } from '../sim/kernel/index.ts';
import { wordFault, type FaultCode, type FaultValues } from './fault-texts.ts';
import { PARSE_OPTIONS } from './kubectl-yaml.ts';

export const DOCUMENT_LIMIT = 20_000;
export const TEXT_LIMIT_BYTES = 8 * 1024 * 1024;
/** Aliases may multiply a small text into a huge object. */
export const ALIAS_LIMIT = 100;

export interface ManifestDocument {
  readonly object: KubeObject;
  readonly source: SourceSpan;
  /** Where a field stands, by its path: `spec.containers[0].image`; the nearest field above when it is not there. */
  spanOf(path: string): Span;
  /** Where the key of a field stands; undefined for items of lists and for fields that are not there. */
  keySpanOf(path: string): Span | undefined;
  /** The text of a field's value as it is written, quotes included; empty when the field is not there. */
  textOf(path: string): string;
}

/** Lines and columns count from 1; the end is behind the last character. */
export interface Span {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface ParsedManifest {
  readonly documents: readonly ManifestDocument[];
  readonly faults: readonly Fault[];
}

/** A text as it is being read. */
interface Reading {
  readonly file: string;
  readonly text: string;
  readonly counter: LineCounter;
  readonly faults: Fault[];
}

const TOP: Span = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };

export function makeFault(
  file: string,
  span: Span,
  severity: Fault['severity'],
  code: FaultCode,
  values: FaultValues = {},
  fix?: TextFix,
): Fault {
  return { file, ...span, severity, code, values, message: wordFault(code, values), ...(fix ? { fix } : {}) };
}

export function parseManifest(file: string, text: string): ParsedManifest {
  const refused = (code: FaultCode, limit: number): ParsedManifest => ({
    documents: [],
    faults: [makeFault(file, TOP, 'error', code, { limit })],
  });
  if (text.length > TEXT_LIMIT_BYTES) return refused('manifest.limitBytes', TEXT_LIMIT_BYTES);
  const separators = text.match(/^---(\s|$)/gm)?.length ?? 0;
  if (separators > DOCUMENT_LIMIT) return refused('manifest.limitDocuments', DOCUMENT_LIMIT);
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, { ...PARSE_OPTIONS, lineCounter: counter });
  const reading: Reading = { file, text, counter, faults: [] };
  const all = (Array.isArray(parsed) ? parsed : []) as unknown as Document.Parsed[];
  const documents = all.flatMap((document) => {
    const isBroken = document.errors.map((error) => noteError(reading, error)).includes('error');
    return isBroken || document.contents === null ? [] : objectsOf(reading, document);
  });
  if (documents.length > DOCUMENT_LIMIT) return refused('manifest.limitDocuments', DOCUMENT_LIMIT);
  return { documents, faults: reading.faults };
}

/** The objects alone, of a text that is known to be right; faults are left out. */
export function toObjects(text: string): readonly KubeObject[] {
  return parseManifest('', text).documents.map(({ object }) => object);
}

function noteError({ file, text, counter, faults }: Reading, error: YAMLError): Fault['severity'] {
  const [start, end] = error.pos;
  const add = (severity: Fault['severity'], code: FaultCode, values?: FaultValues): Fault['severity'] => {
    const span = spanBetween(counter, start, end);
    faults.push(makeFault(file, span, severity, code, values, code === 'yaml.tab' ? untabbed(text, span) : undefined));
    return severity;
  };
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return add('warning', 'yaml.duplicateKey', { key: /^[^:\n]*/.exec(text.slice(start))![0].trim() });
    case 'TAB_AS_INDENT':
      return add('error', 'yaml.tab');
    case 'BAD_INDENT':
      // The same code stands for brackets that are not closed, of which the parser's own text says more.
      if (/same column/.test(error.message)) return add('error', 'yaml.indent');
      return add('error', 'yaml.syntax', { reason: error.message });
    default:
      return add('error', 'yaml.syntax', { reason: error.message });
  }
}

/** Two spaces for each tab in the indentation of a line. */
function untabbed(text: string, { startLine }: Span): TextFix {
  const indent = /^[ \t]*/.exec(text.split('\n')[startLine - 1] ?? '')![0];
  const place = { startLine, startColumn: 1, endLine: startLine, endColumn: indent.length + 1 };
  return { ...place, text: indent.replaceAll('\t', '  ') };
}

function spanBetween(counter: LineCounter, start: number, end: number): Span {
  const from = counter.linePos(start);
  const to = counter.linePos(Math.max(start + 1, end));
  return {
    startLine: from.line || 1,
    startColumn: from.col || 1,
    endLine: to.line || from.line || 1,
    endColumn: to.col || from.col + 1,
  };
}

function objectsOf(reading: Reading, document: Document.Parsed): readonly ManifestDocument[] {
  const { file, counter, faults } = reading;
  const contents = document.contents as YamlNode;
  const range = contents.range ?? [0, 1, 1];
  const refuse = (code: FaultCode, values?: FaultValues): readonly [] => {
    faults.push(makeFault(file, spanBetween(counter, range[0], range[1]), 'error', code, values));
    return [];
  };
  // A document of comments or blanks alone is fine.
  if (isScalar(contents) && contents.value === null) return [];
  if (!isMap(contents)) return refuse('manifest.notAMapping');
  if (isTooAliased(document)) return refuse('manifest.limitAliases', { limit: ALIAS_LIMIT });
  const read = valueOf(document);
  if (read instanceof Error) return refuse('yaml.syntax', { reason: read.message });
  const object = read as KubeObject & { items?: unknown };
  if (typeof object.kind !== 'string' || !object.kind.endsWith('List') || !Array.isArray(object.items)) {
    return [makeDocument(reading, object, contents, '')];
  }
  return object.items.flatMap((item: unknown, index) => {
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      return [makeDocument(reading, item as KubeObject, contents, `items[${index}]`)];
    }
    const span = spanAt(reading, contents, `items[${index}]`);
    faults.push(makeFault(file, span, 'error', 'manifest.notAMapping'));
    return [];
  });
}

/** The parser finds some faults only now: a merge of what is no mapping, an alias without an anchor. */
function valueOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Whether aliases would be written out more often than the limit, those within anchors counted as often as they repeat. */
function isTooAliased(document: Document.Parsed): boolean {
  const weights = new Map<YamlNode, number>();
  const weigh = (root: YamlNode): number => {
    let weight = 0;
    visit(root, {
      Alias: (_key, alias) => {
        const target = alias.resolve(document) as YamlNode | undefined;
        weight += 1 + (target ? (weights.get(target) ?? 0) : 0);
      },
      Node: (_key, node) => {
        if (node === root || isAlias(node) || !(node as { anchor?: string }).anchor) return undefined;
        weights.set(node, weigh(node));
        weight += weights.get(node)!;
        return visit.SKIP;
      },
    });
    return weight;
  };
  return weigh(document.contents as YamlNode) > ALIAS_LIMIT;
}

function spanAt({ counter }: Reading, root: YamlNode, path: string): Span {
  const range = nodeAt(root, splitPath(path)).range ?? root.range ?? [0, 1, 1];
  return spanBetween(counter, range[0], range[1]);
}

function makeDocument(reading: Reading, object: KubeObject, root: YamlNode, base: string): ManifestDocument {
  const full = (path: string): string => (base && path && !path.startsWith('[') ? `${base}.${path}` : base + path);
  const spanOf = (path: string): Span => spanAt(reading, root, full(path));
  const { startLine, endLine } = spanOf('');
  return {
    object,
    source: { file: reading.file, startLine, endLine },
    spanOf,
    keySpanOf(path) {
      const parts = splitPath(full(path));
      const parent = nodeAt(root, parts.slice(0, -1), true);
      const key = isMap(parent) ? parent.items.find((item) => isNamed(item, parts.at(-1)))?.key : undefined;
      const range = (key as YamlNode | undefined)?.range;
      return range ? spanBetween(reading.counter, range[0], range[1]) : undefined;
    },
    textOf(path) {
      const range = nodeAt(root, splitPath(full(path)), true)?.range;
      return range ? reading.text.slice(range[0], range[1]) : '';
    },
  };
}

/** `spec.containers[0].env[name]` to its parts; brackets may hold indexes or keys. */
export function splitPath(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracket, name]) => {
    const part = bracket ?? name ?? '';
    return bracket !== undefined && /^\d+$/.test(part) ? Number(part) : part;
  });
}

/** The node at a path; the key where the value is empty; the deepest node that exists, or none when it must be exact. */
function nodeAt(root: YamlNode, path: readonly (string | number)[]): YamlNode;
function nodeAt(root: YamlNode, path: readonly (string | number)[], isExact: true): YamlNode | undefined;
function nodeAt(root: YamlNode, path: readonly (string | number)[], isExact = false): YamlNode | undefined {
  let node: YamlNode = root;
  for (let index = 0; index < path.length; index += 1) {
    let next: YamlNode | undefined;
    if (isMap(node)) {
      const found = childOf(node, path, index);
      next = found?.node;
      index += (found?.used ?? 1) - 1;
    } else if (isSeq(node) && typeof path[index] === 'number') next = node.items[path[index] as number] as YamlNode;
    if (!next || isAlias(next)) return isExact ? undefined : node;
    node = next;
  }
  return node;
}

const isNamed = ({ key }: Pair, name: string | number | undefined): boolean =>
  isScalar(key) && String(key.value) === String(name);

/** Keys may hold dots (`nginx.conf`, `app.kubernetes.io/name`): the longest run of parts that is a key wins. */
function childOf(
  map: YAMLMap,
  path: readonly (string | number)[],
  index: number,
): { readonly node: YamlNode | undefined; readonly used: number } | undefined {
  for (let used = Math.min(path.length - index, 8); used >= 1; used -= 1) {
    const key = path.slice(index, index + used).join('.');
    const pair = map.items.find((item) => isNamed(item, key));
    if (!pair) continue;
    const value = pair.value as YamlNode | null | undefined;
    const isEmpty = !value || (isScalar(value) && value.value === null);
    return { node: isEmpty ? (pair.key as YamlNode) : value, used };
  }
  return undefined;
}
