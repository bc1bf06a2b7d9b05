/** Bodies of requests: read up to the limit, unpacked, and turned into JSON from protobuf and YAML. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { BODY_LIMIT_BYTES, TOO_LARGE } from '../../sim/apiserver/http.ts';
import { badRequest, failure, type Status } from '../../sim/api/status.ts';
import { decodeProtobuf, PROTOBUF, ProtobufFault } from './protobuf.ts';

const YAML_TYPES = new Set(['application/yaml', 'application/apply-patch+yaml']);
const KNOWN_TYPES = new Set([
  '',
  'application/json',
  PROTOBUF,
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/x-www-form-urlencoded',
  ...YAML_TYPES,
]);

/** The bytes of a body, or undefined once there are too many: the rest is not read. */
export async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const declared = Number(incoming.headers['content-length'] ?? 0);
  if (declared > BODY_LIMIT_BYTES) return undefined;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_LIMIT_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

export function jsonBody(bytes: Buffer | undefined, incoming: IncomingMessage): { readonly text: string } | Status {
  if (!bytes) return TOO_LARGE;
  const type = (incoming.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (!KNOWN_TYPES.has(type)) {
    const message = `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, ${PROTOBUF}`;
    return failure({ code: 415, reason: 'UnsupportedMediaType', message });
  }
  const raw = unpacked(bytes, incoming.headers['content-encoding']);
  if (!Buffer.isBuffer(raw)) return raw;
  if (raw.length === 0) return { text: '' };
  if (type === PROTOBUF) return fromProtobuf(raw);
  const text = raw.toString('utf8');
  return YAML_TYPES.has(type) && !/^\s*[{[]/.test(text) ? fromYaml(text) : { text };
}

function unpacked(bytes: Buffer, encoding: string | undefined): Buffer | Status {
  if (!encoding || encoding === 'identity') return bytes;
  if (encoding !== 'gzip') {
    const message = `the body of the request is encoded as ${encoding}, which is not understood; send it plain or as gzip`;
    return failure({ code: 415, reason: 'UnsupportedMediaType', message });
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
      ? TOO_LARGE
      : badRequest(`the body of the request is not gzip: ${reason}`);
  }
}

function fromProtobuf(bytes: Buffer): { readonly text: string } | Status {
  try {
    return { text: JSON.stringify(decodeProtobuf(bytes)) };
  } catch (error) {
    if (error instanceof ProtobufFault || error instanceof SyntaxError) return badRequest(error.message);
    throw error;
  }
}

function fromYaml(text: string): { readonly text: string } | Status {
  try {
    return { text: JSON.stringify(parse(text, { maxAliasCount: 100 })) };
  } catch (error) {
    if (error instanceof Error) return badRequest(`error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}
