/** Objects as typed clients write them in protobuf, by the numbers of release 1.35. */
import protobuf from 'protobufjs';
import fields from '../../src/node/serve/data/protobuf-fields.json' with { type: 'json' };

type Message = Readonly<Record<string, readonly [number, string, string?]>>;
const MESSAGES = fields as unknown as Readonly<Record<string, Message>>;

const PACKAGES = ['k8s.io.api', 'k8s.io'];
const UNKNOWN = 'k8s.io.apimachinery.pkg.runtime.Unknown';
const SCALARS = new Set(['int64', 'int32', 'string', 'bool', 'bytes', 'double', 'uint32', 'uint64']);
/** Structs that Go embeds: in JSON their fields stand a level higher. */
const EMBEDDED = ['volumeSource', 'handler', 'localObjectReference', 'persistentVolumeSource', 'ingressRuleValue'];

export const messageOf = (apiVersion: string, kind: string): string | undefined => {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  return PACKAGES.map((start) => `${start}.${group.split('.')[0]}.${version}.${kind}`).find((name) => MESSAGES[name]);
};

export function encodeProtobuf(object: { readonly apiVersion: string; readonly kind: string }): Buffer {
  const { apiVersion, kind } = object;
  const raw = written(messageOf(apiVersion, kind)!, object as unknown as Json);
  const envelope = written(UNKNOWN, { typeMeta: { apiVersion, kind }, raw: Buffer.from(raw).toString('base64') });
  return Buffer.concat([Buffer.from('k8s\0'), envelope]);
}

type Json = Readonly<Record<string, unknown>>;

function written(name: string, value: Json): Uint8Array {
  const writer = protobuf.Writer.create();
  const whole = special(name, value) ?? value;
  for (const [field, [id, type, rule]] of Object.entries(MESSAGES[name] ?? {})) {
    const item = EMBEDDED.includes(field) ? embedded(name, type, whole) : whole[field];
    if (item === undefined || item === null) continue;
    const map = /^map<string,(.+)>$/.exec(type);
    if (map) {
      for (const [key, one] of Object.entries(item as Json)) {
        writer.uint32((id << 3) | 2).fork();
        writer.uint32((1 << 3) | 2).string(key);
        write(writer, name, 2, map[1]!, one);
        writer.ldelim();
      }
    } else if (rule === 'repeated') for (const one of item as readonly unknown[]) write(writer, name, id, type, one);
    else write(writer, name, id, type, item);
  }
  return writer.finish();
}

/** The fields of an embedded struct, if it has any. */
function embedded(owner: string, type: string, value: Json): Json | undefined {
  const own = MESSAGES[qualified(owner, type)] ?? {};
  return Object.keys(own).some((field) => value[field] !== undefined) ? value : undefined;
}

const qualified = (owner: string, type: string): string =>
  type.includes('.') ? type : `${owner.slice(0, owner.lastIndexOf('.'))}.${type}`;

function write(writer: protobuf.Writer, owner: string, id: number, type: string, value: unknown): void {
  if (type === 'string') return void writer.uint32((id << 3) | 2).string(value as string);
  if (type === 'bool') return void writer.uint32(id << 3).bool(value as boolean);
  if (type === 'bytes') return void writer.uint32((id << 3) | 2).bytes(Buffer.from(value as string, 'base64'));
  if (type === 'int32') return void writer.uint32(id << 3).int32(value as number);
  if (SCALARS.has(type)) return void writer.uint32(id << 3).int64(value as number);
  const name = qualified(owner, type);
  const inner = written(name, typeof value === 'object' ? (value as Json) : { plain: value });
  writer.uint32((id << 3) | 2).bytes(inner);
}

/** Types that are plain values in JSON. */
function special(name: string, { plain }: Json): Json | undefined {
  if (name.endsWith('.Quantity')) return { string: String(plain) };
  if (name.endsWith('.IntOrString')) {
    return typeof plain === 'number' ? { type: 0, intVal: plain } : { type: 1, strVal: plain };
  }
  if (name.endsWith('.Time')) return { seconds: Math.floor(Date.parse(String(plain)) / 1000), nanos: 0 };
  return undefined;
}
