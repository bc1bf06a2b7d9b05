/** What is wrong with a text beyond its YAML: unknown kinds, the schema, the server's rules, and what it refers to. */
import {
  apiVersionOf,
  fieldsAt,
  kindOf,
  KINDS,
  validateMetadata,
  validateSchema,
  type KindDefinition,
} from '../sim/api/index.ts';
import type { KubeObject, Status } from '../sim/api/object.ts';
import type { Fault } from '../run/types.ts';
import type { FaultCode, FaultValues } from './fault-texts.ts';
import { makeFault, parseManifest, type ManifestDocument, type ParsedManifest } from './parse.ts';
import { checkReferences } from './references.ts';
import { namespaceOf, TextIndex, type LiveView } from './text-index.ts';

/** More faults than this help nobody; the rest is left out, and a last fault says so. */
export const FAULT_LIMIT = 1_000;

/** Parses and checks a text; `live` adds what depends on the cluster, `others` what stands in other files beside it. */
export function checkManifest(
  file: string,
  text: string,
  live?: LiveView,
  others: Readonly<Record<string, string>> = {},
): readonly Fault[] {
  const parsed = parseManifest(file, text);
  const around = Object.entries(others).flatMap(([name, other]) => parseManifest(name, other).documents);
  const faults = [...parsed.faults, ...checkDocuments(parsed, live, around)];
  if (faults.length <= FAULT_LIMIT) return faults;
  const first = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
  const limit = makeFault(file, first, 'warning', 'manifest.limitFaults', { limit: FAULT_LIMIT });
  return [...faults.slice(0, FAULT_LIMIT), limit];
}

export function checkDocuments(
  { documents }: ParsedManifest,
  live?: LiveView,
  around: readonly ManifestDocument[] = [],
): readonly Fault[] {
  const index = new TextIndex(live);
  for (const document of around) {
    const definition = kindOf(String(document.object.apiVersion), String(document.object.kind));
    if (definition && checkShape(document, definition).length === 0) index.add(document, definition);
  }
  const faults: Fault[] = [];
  const sound: ManifestDocument[] = [];
  for (const document of documents) {
    const { object } = document;
    const definition = kindOf(String(object.apiVersion), String(object.kind));
    const found = definition ? checkShape(document, definition) : [strange(document)];
    faults.push(...found);
    if (found.length > 0 || !definition) continue;
    sound.push(document);
    faults.push(...checkRules(document, definition));
    const before = index.add(document, definition);
    if (before?.source.file === document.source.file && object.metadata?.name) {
      const values = { kind: definition.kind, name: object.metadata.name };
      faults.push(fault(document, 'metadata.name', 'warning', 'manifest.duplicateObject', values));
    }
  }
  for (const document of sound) {
    faults.push(...checkNamespace(document, index), ...checkReferences(document, index));
  }
  return faults;
}

function fault(
  document: ManifestDocument,
  path: string,
  severity: Fault['severity'],
  code: FaultCode,
  values: FaultValues = {},
  replacement?: string,
): Fault {
  const span = document.spanOf(path);
  const fix = replacement === undefined ? undefined : { ...span, text: replacement };
  return makeFault(document.source.file, span, severity, code, values, fix);
}

/** A fault of a field that should not be there, at its key; `suggestion` renames it unless that would make two of it. */
function strangeField(document: ManifestDocument, path: string, known: readonly string[]): Fault {
  const dot = path.lastIndexOf('.');
  const suggestion = nearest(path.slice(dot + 1), known);
  const span = document.keySpanOf(path) ?? document.spanOf(path);
  const { file } = document.source;
  if (!suggestion) return makeFault(file, span, 'error', 'manifest.unknownField', { path });
  const isFree = document.keySpanOf(`${path.slice(0, dot + 1)}${suggestion}`) === undefined;
  const fix = document.keySpanOf(path) && isFree ? { ...span, text: suggestion } : undefined;
  return makeFault(file, span, 'error', 'manifest.unknownFieldNear', { path, suggestion }, fix);
}

/** Unknown fields, wrong types, and no name. */
function checkShape(document: ManifestDocument, definition: KindDefinition): readonly Fault[] {
  const { object } = document;
  const { unknown, errors } = validateSchema(definition, object);
  const faults = unknown.map((path) => {
    const parent = path.slice(0, Math.max(path.lastIndexOf('.'), 0));
    return strangeField(document, path, fieldsAt(definition, parent));
  });
  for (const { path, message } of errors) {
    const text = document.textOf(path);
    const isBare = /unmarshal (bool|number) .* of type string$/.test(message) && /^[^"'\s]+$/.test(text);
    faults.push(
      isBare
        ? fault(document, path, 'error', 'manifest.needsQuotes', { path, reason: message, text }, `"${text}"`)
        : fault(document, path, 'error', 'manifest.wrongType', { path, reason: message }),
    );
  }
  const { name, generateName } = object.metadata ?? {};
  if (faults.length === 0 && !name && !generateName) {
    faults.push(fault(document, 'metadata', 'error', 'manifest.noName'));
  }
  return faults;
}

/** What a strategy may ask of a server that is not there. */
const NOWHERE = {
  nowEpochMs: 0,
  formatTime: () => '',
  find: () => undefined,
  list: () => [],
  user: { name: '', groups: [] },
};

/** The server's rules, on a copy that has its defaults; and whether anything will act on the kind. */
function checkRules(document: ManifestDocument, definition: KindDefinition): readonly Fault[] {
  const copy = JSON.parse(JSON.stringify(document.object)) as KubeObject;
  definition.applyDefaults?.(copy);
  definition.prepareForCreate?.(copy, NOWHERE);
  const { generateName, ...metadata } = copy.metadata ?? {};
  const named = { ...metadata, name: metadata.name ?? `${generateName ?? ''}x` };
  const errors = [...validateMetadata(definition, named), ...(definition.validate?.(copy) ?? [])];
  const faults = errors.map(({ field, message }) =>
    fault(document, field, 'error', 'manifest.rule', { field, reason: message }),
  );
  if (definition.support === 'stored') {
    faults.push(fault(document, 'kind', 'info', 'manifest.storedOnly', { kind: definition.kind }));
  }
  return faults;
}

function checkNamespace(document: ManifestDocument, index: TextIndex): readonly Fault[] {
  const { object } = document;
  const isNamespaced = kindOf(object.apiVersion ?? '', object.kind ?? '')?.isNamespaced;
  if (!index.isLive || !isNamespaced || !object.metadata?.namespace) return [];
  const namespace = namespaceOf(object);
  if (index.find('namespaces', undefined, namespace)) return [];
  return [fault(document, 'metadata.namespace', 'warning', 'manifest.noNamespace', { namespace })];
}

/** An object of no kind that the server knows, and which one was probably meant. */
function strange(document: ManifestDocument): Fault {
  const { apiVersion, kind } = document.object as { apiVersion?: unknown; kind?: unknown };
  if (!kind || typeof kind !== 'string') return fault(document, kind ? 'kind' : '', 'error', 'manifest.noKind');
  const sameKind = KINDS.find((item) => item.kind.toLowerCase() === kind.toLowerCase());
  if (!apiVersion || typeof apiVersion !== 'string') {
    const suggestion = sameKind ? apiVersionOf(sameKind) : 'v1';
    return fault(document, apiVersion ? 'apiVersion' : '', 'error', 'manifest.noApiVersion', { suggestion });
  }
  if (sameKind) {
    const field = sameKind.kind === kind ? 'apiVersion' : 'kind';
    const suggestion = `${apiVersionOf(sameKind)} ${sameKind.kind}`;
    const meant = field === 'kind' ? sameKind.kind : apiVersionOf(sameKind);
    return fault(document, field, 'error', 'manifest.unknownVersion', { kind, apiVersion, suggestion }, meant);
  }
  const suggestion = nearest(
    kind,
    KINDS.map((item) => item.kind),
  );
  return suggestion
    ? fault(document, 'kind', 'error', 'manifest.unknownKindNear', { kind, apiVersion, suggestion }, suggestion)
    : fault(document, 'kind', 'error', 'manifest.unknownKind', { kind, apiVersion });
}

/** The name that differs least, by two letters at most, by one for short names. */
/** The name that was probably meant; undefined when none is near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const limit = name.length <= 4 ? 1 : 2;
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const difference = distance(candidate.toLowerCase(), name.toLowerCase());
    if (difference < least) [best, least] = [candidate, difference];
  }
  return best;
}

/** Levenshtein distance. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + Number(left[i - 1] !== right[j - 1])));
    }
    row = next;
  }
  return row[right.length]!;
}

/** Where the causes of a Status stand in a text. */
export function faultsOfStatus(document: ManifestDocument, status: Status): readonly Fault[] {
  const causes = status.details?.causes ?? [];
  const message = status.message ?? status.reason ?? '';
  if (causes.length > 0) {
    return causes.map((cause) =>
      fault(document, cause.field ?? '', 'error', 'manifest.server', { reason: cause.message ?? message }),
    );
  }
  // Strict decoding names its fields in the text only.
  const unknown = [...message.matchAll(/unknown field "([^"]+)"/g)].map((match) => match[1]!);
  return (unknown.length > 0 ? unknown : ['']).map((path) =>
    fault(document, path, 'error', 'manifest.server', { reason: path ? `unknown field "${path}"` : message }),
  );
}
