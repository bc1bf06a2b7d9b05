/**
 * Answers as text, as Go's encoder writes them: fields in the order of their structs, `<`, `>` and `&` escaped, items of
 * a list without kind and apiVersion. Upstream: apimachinery/pkg/runtime/serializer/json, types.go of each group.
 */
import { WRITTEN_LISTS } from '../../sim/api/conform.ts';
import { escapedJson, sortedDeep } from '../../sim/api/go-json.ts';
import fields from './data/protobuf-fields.json' with { type: 'json' };

type Message = Readonly<Record<string, readonly [number, string, string?]>>;

const MESSAGES = fields as unknown as Readonly<Record<string, Message>>;

/** The order of a struct's fields, and the struct that each of them holds. */
interface Order {
  readonly fields: readonly string[];
  readonly types: ReadonlyMap<string, string>;
}

const orders = new Map<string, Order | undefined>();
const HEAD = ['kind', 'apiVersion', 'metadata'];
const INLINE = new Set(
  'volumeSource handler ephemeralContainerCommon localObjectReference persistentVolumeSource ingressRuleValue'.split(
    ' ',
  ),
);

function orderOf(name: string): Order | undefined {
  if (orders.has(name)) return orders.get(name);
  const message = MESSAGES[name];
  if (!message) {
    orders.set(name, undefined);
    return undefined;
  }
  const own: string[] = [];
  const types = new Map<string, string>();
  for (const [field, [, kind]] of Object.entries(message)) {
    const type = kind.replace(/^map<string,(.+)>$/, '$1');
    const full = type.includes('.') ? type : `${name.slice(0, name.lastIndexOf('.'))}.${type}`;
    if (INLINE.has(field)) {
      const inner = orderOf(full);
      own.push(...(inner?.fields ?? []));
      for (const [key, value] of inner?.types ?? []) types.set(key, value);
      continue;
    }
    own.push(field);
    if (MESSAGES[full]) types.set(field, full);
  }
  const order = { fields: own, types };
  orders.set(name, order);
  return order;
}

const MAPS = new Set(['labels', 'annotations', 'data', 'stringData', 'binaryData', 'fieldsV1', 'parameters']);

function messageOf(apiVersion: string, kind: string): string {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  if (group === 'meta.k8s.io' || kind === 'Status') return `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`;
  return `k8s.io.api.${group.split('.')[0]}.${version}.${kind}`;
}

interface Typed {
  readonly kind?: string;
  readonly apiVersion?: string;
}

interface List extends Typed {
  readonly items: readonly object[];
}

/** Texts of stored objects, which never change. */
const known = new WeakMap<object, string>();
/** As items of a list, each with a comma before it: a list is copied together from them. */
const knownItems = new WeakMap<object, Buffer>();
/** As events of a watch, by their type: all watches are sent the same bytes. */
const knownEvents = new WeakMap<object, Map<string, Buffer>>();

export function encode(body: unknown): string {
  if (typeof body !== 'object' || body === null) return escapedJson(JSON.stringify(body));
  if (isTypedList(body)) return encodeList(body, '').toString();
  const { kind = '', apiVersion = '' } = body as Typed;
  if (kind === 'Table') return escapedJson(JSON.stringify(orderedTable(body as Table)));
  return MESSAGES[messageOf(apiVersion, kind)] ? encodeObject(body) : escapedJson(JSON.stringify(body));
}

/** A body as it goes out, with the line break at its end. */
export function encodeBytes(body: object): Buffer {
  return isTypedList(body) ? encodeList(body, '\n') : Buffer.from(`${encode(body)}\n`);
}

/** One event of a watch. */
export function encodeEvent(type: string, object: object): Buffer {
  let events = knownEvents.get(object);
  if (!events) knownEvents.set(object, (events = new Map<string, Buffer>()));
  let bytes = events.get(type);
  if (!bytes) events.set(type, (bytes = Buffer.from(`{"type":"${type}","object":${encode(object)}}\n`)));
  return bytes;
}

function isTypedList(body: object): body is List {
  const { kind = '', apiVersion = '', items } = body as Partial<List>;
  return kind.endsWith('List') && items !== undefined && MESSAGES[messageOf(apiVersion, kind)] !== undefined;
}

function encodeObject(object: Typed): string {
  const found = known.get(object);
  if (found !== undefined) return found;
  const name = messageOf(object.apiVersion ?? '', object.kind ?? '');
  const text = escapedJson(JSON.stringify(ordered(object as Record<string, unknown>, name)));
  known.set(object, text);
  return text;
}

function encodeItem(object: Typed): Buffer {
  const found = knownItems.get(object);
  if (found !== undefined) return found;
  const { kind, apiVersion, ...rest } = object;
  const text = escapedJson(JSON.stringify(ordered(rest, messageOf(apiVersion ?? '', kind ?? ''))));
  const bytes = Buffer.from(`,${text}`);
  knownItems.set(object, bytes);
  return bytes;
}

function encodeList({ items, ...head }: List, end: string): Buffer {
  const start = escapedJson(JSON.stringify(ordered(head as Record<string, unknown>, undefined)));
  const parts = items.map(encodeItem);
  // The first has nothing before it.
  if (parts[0]) parts[0] = parts[0].subarray(1);
  return Buffer.concat([Buffer.from(`${start.slice(0, -1)},"items":[`), ...parts, Buffer.from(`]}${end}`)]);
}

interface Table extends Typed {
  readonly rows: readonly { readonly object: Record<string, unknown> | null }[];
}

function orderedTable({ rows, ...head }: Table): object {
  return { ...head, rows: rows.map((row) => ({ ...row, object: row.object && orderedObject(row.object) })) };
}

function orderedObject(object: Record<string, unknown>): object {
  const { apiVersion = '', kind = '' } = object as Typed;
  return ordered(object, messageOf(apiVersion, kind));
}

/** A copy with its fields in order: those of the struct first, as it has them, then any other; keys of maps by name. */
function ordered(value: Record<string, unknown>, name: string | undefined, isRoot = true): Record<string, unknown> {
  const order = name ? orderOf(name) : undefined;
  const struct = name?.slice(name.lastIndexOf('.') + 1) ?? '';
  const result: Record<string, unknown> = {};
  const take = (key: string): void => {
    if (key in result || value[key] === undefined) return;
    const type = order?.types.get(key) ?? (key === 'metadata' ? OBJECT_META : undefined);
    const item = value[key];
    const isEmptyList = Array.isArray(item) && item.length === 0;
    const isNull = isEmptyList && WRITTEN_LISTS.has(`${struct}.${key}`);
    result[key] = isNull ? null : orderedValue(key, item, type);
  };
  if (isRoot) for (const key of HEAD) take(key);
  for (const key of order?.fields ?? []) take(key);
  for (const key of Object.keys(value)) take(key);
  return result;
}

const OBJECT_META = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';

function orderedValue(key: string, value: unknown, type: string | undefined): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => orderedValue('', item, type));
  const mapping = value as Record<string, unknown>;
  if (MAPS.has(key) || !type) return sortedDeep(mapping);
  return isMapField(type) ? sortedDeep(mapping) : ordered(mapping, type, false);
}

const isMapField = (type: string): boolean => type.endsWith('.Quantity') || type.endsWith('.ExtraValue');

/** Text for people who ask with a browser or curl: indented by two. */
export function indented(text: string): string {
  return escapedJson(JSON.stringify(JSON.parse(text), undefined, 2));
}
