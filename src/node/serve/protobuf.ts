/**
 * Bodies in protobuf, as typed clients of 1.32 and later send them: `k8s\0`, then an `Unknown` that holds the object.
 * Decoded with the field numbers of release 1.35 (data/protobuf-fields.json) to what the same client would say in JSON.
 * Upstream: apimachinery/pkg/runtime/serializer/protobuf, generated.proto of each group.
 */
import protobuf from 'protobufjs';
import fields from './data/protobuf-fields.json' with { type: 'json' };

type Field = readonly [number: number, type: string, rule?: string];
type Message = Readonly<Record<string, Field>>;

const MESSAGES = fields as unknown as Readonly<Record<string, Message>>;
const UNKNOWN = 'k8s.io.apimachinery.pkg.runtime.Unknown';
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Go embeds these: their fields stand in the message itself. */
const INLINE = new Set(
  'volumeSource handler ephemeralContainerCommon localObjectReference persistentVolumeSource ingressRuleValue'.split(
    ' ',
  ),
);

/** Numbers and flags that Go always writes: a zero says nothing. All others are pointers, whose zero is meant. */
const PLAIN_SCALARS = new Set(
  (
    'minReadySeconds observedGeneration generation port nodePort weight initialDelaySeconds timeoutSeconds periodSeconds ' +
    'successThreshold failureThreshold containerPort hostPort maxReplicas count hostNetwork hostPID hostIPC stdin ' +
    'stdinOnce tty readOnly unschedulable publishNotReadyAddresses paused remainingItemCount healthCheckNodePort ' +
    'active succeeded failed ready currentReplicas desiredReplicas updatedReplicas readyReplicas availableReplicas ' +
    'globalDefault number'
  ).split(' '),
);
/** Plain in Go, but always said in JSON too. */
const KEPT_ZEROS = new Set([
  'PriorityClass.value',
  'ControllerRevision.revision',
  'HorizontalPodAutoscalerSpec.maxReplicas',
]);

let root: protobuf.Root | undefined;

const dotless = (name: string): string => name.replaceAll('.', '_');

function loaded(): protobuf.Root {
  if (root) return root;
  root = new protobuf.Root();
  for (const [name, message] of Object.entries(MESSAGES)) {
    const type = new protobuf.Type(dotless(name));
    for (const [field, [id, kind, rule]] of Object.entries(message)) {
      const map = /^map<string,(.+)>$/.exec(kind);
      if (map) type.add(new protobuf.MapField(field, id, 'string', typeName(name, map[1]!)));
      else type.add(new protobuf.Field(field, id, typeName(name, kind), rule));
    }
    root.add(type);
  }
  root.resolveAll();
  return root;
}

const SCALARS = new Set(['int64', 'int32', 'string', 'bool', 'bytes', 'double', 'uint32', 'uint64']);

/** A short name is of the same package. */
function qualified(owner: string, type: string): string {
  return type.includes('.') ? type : `${owner.slice(0, owner.lastIndexOf('.'))}.${type}`;
}

function typeName(owner: string, type: string): string {
  return SCALARS.has(type) ? type : dotless(qualified(owner, type));
}

export class ProtobufFault extends Error {}

/** The object of a body, as JSON would have it. */
export function decodeProtobuf(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, 4).equals(MAGIC)) {
    throw new ProtobufFault('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const envelope = read(UNKNOWN, body.subarray(4)) as {
    typeMeta?: { apiVersion?: string; kind?: string };
    raw?: Uint8Array;
  };
  const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {};
  const name = messageOf(apiVersion, kind);
  if (!name) throw new ProtobufFault(`no kind "${kind}" is registered for version "${apiVersion}" in protobuf`);
  const object = plain(name, read(name, envelope.raw ?? new Uint8Array()));
  return { kind, apiVersion, ...(object as Record<string, unknown>) };
}

function read(name: string, bytes: Uint8Array): Record<string, unknown> {
  const type = loaded().lookupType(dotless(name));
  try {
    return type.toObject(type.decode(bytes), { longs: Number, arrays: false });
  } catch (error) {
    throw new ProtobufFault(`unable to decode protobuf: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Packages are named after the group's folder: `k8s.io.api.apps.v1.Deployment`, `k8s.io.api.rbac.v1.Role`. */
function messageOf(apiVersion: string, kind: string): string | undefined {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const folder = FOLDERS[group] ?? group.split('.')[0]!;
  const candidates = [
    `k8s.io.api.${folder}.${version}.${kind}`,
    `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`,
    `k8s.io.${folder}.${version}.${kind}`,
  ];
  return candidates.find((name) => MESSAGES[name]);
}

const FOLDERS: Readonly<Record<string, string>> = { 'flowcontrol.apiserver.k8s.io': 'flowcontrol' };

const WELL_KNOWN: Readonly<Record<string, (value: Record<string, never>) => unknown>> = {
  'k8s.io.apimachinery.pkg.apis.meta.v1.Time': ({ seconds, nanos }) => timeText(seconds, nanos, 0),
  'k8s.io.apimachinery.pkg.apis.meta.v1.MicroTime': ({ seconds, nanos }) => timeText(seconds, nanos, 6),
  'k8s.io.apimachinery.pkg.apis.meta.v1.Duration': ({ duration }) => `${Number(duration ?? 0) / 1e9}s`,
  'k8s.io.apimachinery.pkg.api.resource.Quantity': ({ string }) => string ?? '0',
  'k8s.io.apimachinery.pkg.util.intstr.IntOrString': ({ type, intVal, strVal }) =>
    Number(type ?? 0) === 1 ? (strVal ?? '') : (intVal ?? 0),
  'k8s.io.apimachinery.pkg.apis.meta.v1.FieldsV1': ({ Raw }) => jsonOf(Raw),
  'k8s.io.apimachinery.pkg.runtime.RawExtension': ({ raw }) => jsonOf(raw),
};

function timeText(seconds: number | undefined, nanos: number | undefined, digits: 0 | 6): string | undefined {
  if (seconds === undefined && nanos === undefined) return undefined;
  const text = new Date((seconds ?? 0) * 1000).toISOString().slice(0, 19);
  const fraction = digits ? `.${String(Math.floor((nanos ?? 0) / 1000)).padStart(6, '0')}` : '';
  return `${text}${fraction}Z`;
}

function jsonOf(raw: Uint8Array | undefined): unknown {
  const text = raw ? Buffer.from(raw).toString() : '';
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

/** A decoded message as JSON has it; undefined where Go would leave it out. */
function plain(name: string, value: Record<string, unknown>): unknown {
  const known = WELL_KNOWN[name];
  if (known) return known(value as Record<string, never>);
  const message = MESSAGES[name] ?? {};
  // An `ExtraValue` is a list by another name.
  if (name.endsWith('.ExtraValue')) return value['items'] ?? [];
  const result: Record<string, unknown> = {};
  for (const [field, [, type, rule]] of Object.entries(message)) {
    const item = value[field];
    if (item === undefined) continue;
    const map = /^map<string,(.+)>$/.exec(type);
    if (map) result[field] = plainMap(name, map[1]!, item as Record<string, unknown>);
    else if (rule === 'repeated') result[field] = (item as unknown[]).map((one) => plainValue(name, type, one));
    else if (INLINE.has(field)) Object.assign(result, plainValue(name, type, item));
    else {
      const one = plainValue(name, type, item);
      if (one !== undefined && !isSilent(name, field, one)) result[field] = one;
    }
  }
  return result;
}

function isSilent(name: string, field: string, value: unknown): boolean {
  if (value === '') return true;
  if (value !== 0 && value !== false) return false;
  const owner = name.slice(name.lastIndexOf('.') + 1);
  if (KEPT_ZEROS.has(`${owner}.${field}`)) return false;
  return PLAIN_SCALARS.has(field) || owner.endsWith('Status');
}

function plainValue(owner: string, type: string, value: unknown): unknown {
  if (type === 'bytes') return Buffer.from(value as Uint8Array).toString('base64');
  return SCALARS.has(type) ? value : plain(qualified(owner, type), value as Record<string, unknown>);
}

function plainMap(owner: string, type: string, items: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(items).map(([key, item]) => [key, plainValue(owner, type, item)]));
}
