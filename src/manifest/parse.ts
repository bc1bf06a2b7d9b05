/**
 * YAML texts to objects with source spans. Everything that is wrong is a fault with its place; nothing is thrown for what
 * a person has typed. Limits are stated and checked before any work is done.
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
} from 'yaml';
import type { KubeObject } from '../sim/api/object.ts';
import type { SourceSpan } from '../sim/kernel/index.ts';
import type { Fault } from '../run/types.ts';

export const DOCUMENT_LIMIT = 5_000;
export const TEXT_LIMIT_BYTES = 3 * 1024 * 1024;
/** Aliases may multiply a small text into a huge object. */
const ALIAS_LIMIT = 100;

export interface ManifestDocument {
  readonly object: KubeObject;
  readonly source: SourceSpan;
  /** Where a field stands, by its path: `spec.containers[0].image`; the nearest field above when it is not there. */
  spanOf(path: string): Span;
}

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

export function parseManifest(file: string, text: string): ParsedManifest {
  if (text.length > TEXT_LIMIT_BYTES) {
    return {
      documents: [],
      faults: [
        limitFault(
          file,
          'limitBytes',
          TEXT_LIMIT_BYTES,
          `The text is longer than ${TEXT_LIMIT_BYTES} bytes; split it into several files.`,
        ),
      ],
    };
  }
  const separators = text.match(/^---(\s|$)/gm)?.length ?? 0;
  if (separators > DOCUMENT_LIMIT) {
    return {
      documents: [],
      faults: [
        limitFault(
          file,
          'limitDocuments',
          DOCUMENT_LIMIT,
          `The text has more than ${DOCUMENT_LIMIT} documents; split it into several files.`,
        ),
      ],
    };
  }
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true });
  const all = (Array.isArray(parsed) ? parsed : []) as unknown as Document.Parsed[];
  const documents: ManifestDocument[] = [];
  const faults: Fault[] = [];
  for (const document of all) {
    for (const error of document.errors) {
      const span = spanBetween(counter, error.pos[0], error.pos[1]);
      faults.push({
        file,
        ...span,
        severity: 'error',
        code: 'yaml.syntax',
        values: { reason: error.message },
        message: `YAML: ${error.message}`,
      });
    }
    if (document.errors.length > 0 || document.contents === null) continue;
    documents.push(...objectsOf(file, document, counter, faults));
  }
  return { documents, faults };
}

const limitFault = (file: string, code: string, limit: number, message: string): Fault => ({
  file,
  startLine: 1,
  startColumn: 1,
  endLine: 1,
  endColumn: 2,
  severity: 'error',
  code: `manifest.${code}`,
  values: { limit },
  message,
});

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

function objectsOf(
  file: string,
  document: Document.Parsed,
  counter: LineCounter,
  faults: Fault[],
): readonly ManifestDocument[] {
  const contents = document.contents as YamlNode;
  const range = contents.range ?? [0, 1, 1];
  const place = spanBetween(counter, range[0], range[1]);
  const refuse = (code: string, message: string): readonly [] => {
    faults.push({ file, ...place, severity: 'error', code: `manifest.${code}`, message });
    return [];
  };
  if (!isMap(contents)) {
    // A document of comments or blanks alone is fine.
    if (isScalar(contents) && contents.value === null) return [];
    return refuse('notAMapping', 'A manifest is a mapping with apiVersion, kind and metadata.');
  }
  let aliases = 0;
  visit(document, { Alias: () => void (aliases += 1) });
  if (aliases > ALIAS_LIMIT) return refuse('limitAliases', `The document uses more than ${ALIAS_LIMIT} aliases.`);
  const object = document.toJS({ maxAliasCount: ALIAS_LIMIT }) as KubeObject & { items?: unknown };
  if (object.kind === 'List' && Array.isArray(object.items)) {
    return object.items.map((item, index) =>
      makeDocument(file, item as KubeObject, contents, counter, `items[${index}]`),
    );
  }
  return [makeDocument(file, object, contents, counter, '')];
}

function makeDocument(
  file: string,
  object: KubeObject,
  root: YamlNode,
  counter: LineCounter,
  base: string,
): ManifestDocument {
  const spanOf = (path: string): Span => {
    const node = nodeAt(root, [...splitPath(base), ...splitPath(path)]);
    const range = node.range ?? root.range ?? [0, 1, 1];
    return spanBetween(counter, range[0], range[1]);
  };
  const { startLine, endLine } = spanOf('');
  return { object, source: { file, startLine, endLine }, spanOf };
}

/** `spec.containers[0].env[name]` to its parts; brackets may hold indexes or keys. */
export function splitPath(path: string): readonly (string | number)[] {
  return [...path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map(([, bracket, name]) => {
    const part = bracket ?? name ?? '';
    return bracket !== undefined && /^\d+$/.test(part) ? Number(part) : part;
  });
}

/** The node at a path; the key where the value is empty; the deepest node that exists. */
function nodeAt(root: YamlNode, path: readonly (string | number)[]): YamlNode {
  let node: YamlNode = root;
  for (const part of path) {
    let next: YamlNode | undefined;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      const value = pair?.value as YamlNode | null | undefined;
      next = value && !(isScalar(value) && value.value === null) ? value : (pair?.key as YamlNode | undefined);
    } else if (isSeq(node) && typeof part === 'number') next = node.items[part] as YamlNode | undefined;
    if (!next || isAlias(next)) return node;
    node = next;
  }
  return node;
}
