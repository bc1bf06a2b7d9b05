/**
 * Changes one object of a text as a person would: what is not concerned keeps its comments, quotes and order. The texts of
 * other documents stay as they are, to the letter.
 */
import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type Scalar,
  type ToStringOptions,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { KubeObject } from '../sim/api/object.ts';
import { PARSE_OPTIONS } from './kubectl-yaml.ts';
import { parseManifest, type ManifestDocument } from './parse.ts';
import { stringify } from './stringify.ts';

export interface EditedText {
  readonly text: string;
  /** Lines of the document in the new text, from 1. */
  readonly from: number;
  readonly to: number;
}

/** Undefined when no document of the text is the wanted one. */
export function editManifest(
  text: string,
  isWanted: (object: KubeObject) => boolean,
  edit: (object: KubeObject) => KubeObject,
): EditedText | undefined {
  const find = (all: string): ManifestDocument | undefined =>
    parseManifest('', all).documents.find(({ object }) => isWanted(object));
  const found = find(text);
  if (!found) return undefined;
  const { from, to } = partOf(text, found.source.startLine);
  const lines = text.split('\n');
  const part = lines.slice(from - 1, to).join('\n');
  const edited = editPart(part, found.object, edit(found.object));
  const whole = [...lines.slice(0, from - 1), ...edited.split('\n'), ...lines.slice(to)].join('\n');
  const source = find(whole)?.source ?? found.source;
  return { text: whole, from: source.startLine, to: source.endLine };
}

/** Lines of the document that begins in a line, without the separators around it. */
function partOf(text: string, line: number): { from: number; to: number } {
  const lines = text.split('\n');
  const isSeparator = (at: number): boolean => /^---(\s|$)/.test(lines[at - 1] ?? '');
  let from = line;
  while (from > 1 && !isSeparator(from - 1) && !isSeparator(from)) from -= 1;
  let to = from;
  while (to < lines.length && !isSeparator(to + 1)) to += 1;
  return { from, to };
}

function editPart(part: string, before: KubeObject, after: KubeObject): string {
  const end = /\n*$/.exec(part)![0];
  if (part.trimStart().startsWith('{')) return JSON.stringify(after, null, 2) + end;
  const document = parseDocument(part, { ...PARSE_OPTIONS, keepSourceTokens: true });
  const style = styleOf(part, document);
  // Behind an alias stands a text that others share; and an item of a List is not the document.
  if (hasAlias(document) || (document.toJS() as KubeObject).kind !== before.kind)
    return stringify(after) + end.slice(1);
  change(document, [], before, after);
  return document.toString(style).replace(/\n*$/, end);
}

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, { Alias: () => ((found = true), visit.BREAK) });
  return found;
}

/** The way of writing that gives the text back as it is, or nearly so. */
function styleOf(part: string, document: Document): ToStringOptions {
  const lines = part.split('\n');
  const distance = (style: ToStringOptions): number => {
    const printed = new Set(document.toString(style).split('\n'));
    return lines.filter((line) => !printed.has(line)).length;
  };
  const styles = [true, false].flatMap((indentSeq) =>
    [true, false].map((flowCollectionPadding): ToStringOptions => ({ indentSeq, flowCollectionPadding, lineWidth: 0 })),
  );
  return styles.reduce((best, style) => (distance(style) < distance(best) ? style : best));
}

type Path = readonly (string | number)[];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSame = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

/** Carries the difference of two values over to the document, as little of it as says the same. */
function change(document: Document, path: Path, before: unknown, after: unknown): void {
  if (isSame(before, after)) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of Object.keys(before)) if (after[key] === undefined) remove(document, [...path, key]);
    for (const [key, value] of Object.entries(after)) change(document, [...path, key], before[key], value);
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) return changeList(document, path, before, after);
  const node = document.getIn(path, true);
  if (isScalar(node) && !isRecord(after) && !Array.isArray(after)) setScalar(node, after);
  else document.setIn(path, document.createNode(after));
}

function setScalar(node: Scalar, value: unknown): void {
  node.value = value;
  delete node.type;
  delete node.source;
}

function changeList(document: Document, path: Path, before: readonly unknown[], after: readonly unknown[]): void {
  if (after.length === before.length) {
    return after.forEach((item, index) => change(document, [...path, index], before[index], item));
  }
  const gone = before.flatMap((item, index) => (after.some((other) => isSame(item, other)) ? [] : [index]));
  const fresh = after.filter((item) => !before.some((other) => isSame(item, other)));
  for (const index of [...gone].reverse()) remove(document, [...path, index]);
  for (const item of fresh) {
    const list = document.getIn(path, true);
    if (isSeq(list)) list.add(document.createNode(item));
    else document.setIn(path, document.createNode([item]));
  }
}

/** What becomes empty by it goes as well: an empty selector or affinity says nothing. */
function remove(document: Document, path: Path): void {
  document.deleteIn(path);
  const parent = path.slice(0, -1);
  const left = parent.length > 0 ? (document.getIn(parent, true) as YAMLMap | YAMLSeq | undefined) : undefined;
  if ((isMap(left) || isSeq(left)) && left.items.length === 0) remove(document, parent);
}
