/** Bodies of requests: read up to the limit, unpacked, and turned into JSON from protobuf and YAML. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { BODY_LIMIT_BYTES, summarized, TOO_LARGE } from '../../sim/apiserver/body-faults.ts';
import type { HttpQuestion } from '../../sim/apiserver/http.ts';
import { failure, type Status } from '../../sim/api/status.ts';
import { decodeProtobuf, PROTOBUF, ProtobufFault } from './protobuf.ts';
import { jsonOfYaml, YamlFault } from './yaml-body.ts';

const YAML_TYPES = new Set(['application/yaml', 'application/apply-patch+yaml']);
const OBJECT_TYPES = ['application/json', 'application/yaml', PROTOBUF];
/** All bodies that are being read together; beyond, clients are told to come again. */
const HELD_LIMIT_BYTES = 256 * 1024 * 1024;

/** Upstream: apiserver/pkg/server/filters/maxinflight.go (tooManyRequests). */
const TOO_MANY: Status = failure({
  code: 429,
  reason: 'TooManyRequests',
  message: 'Too many requests, please try again later.',
  retryAfterSeconds: 1,
});

/** What is known of a body: JSON, or why there is none. */
export type ReadBody = Pick<HttpQuestion, 'body' | 'bodyFault' | 'duplicates'>;

/** Reads bodies, and keeps account of how much of them is held. */
export class BodyReader {
  private held = 0;

  get heldBytes(): number {
    return this.held;
  }

  /** The bytes, or why they are not read to their end. Throws when the client goes away. */
  async read(incoming: IncomingMessage): Promise<Buffer | Status> {
    const declared = Number(incoming.headers['content-length'] ?? 0);
    if (declared > BODY_LIMIT_BYTES) return TOO_LARGE;
    const parts: Buffer[] = [];
    let size = 0;
    try {
      // The socket has to live on when reading stops, so that the client hears why.
      for await (const part of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += part.length;
        this.held += part.length;
        if (size > BODY_LIMIT_BYTES) return TOO_LARGE;
        if (this.held > HELD_LIMIT_BYTES) return TOO_MANY;
        parts.push(part);
      }
      return Buffer.concat(parts);
    } finally {
      this.held -= size;
    }
  }
}

/** Which types a body may have depends on the method: patches name theirs themselves. */
export function decodedBody(bytes: Buffer, { method = 'GET', headers }: IncomingMessage): ReadBody {
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  const isObject = method === 'POST' || method === 'PUT' || (method === 'DELETE' && bytes.length > 0);
  if (isObject && type !== '' && !OBJECT_TYPES.includes(type)) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${OBJECT_TYPES.join(', ')}`;
    return refused(failure({ code: 415, reason: 'UnsupportedMediaType', message }));
  }
  const raw = unpacked(bytes, headers['content-encoding']);
  if (!Buffer.isBuffer(raw)) return raw;
  if (raw.length === 0) return type === PROTOBUF && isObject ? unreadable('empty data', raw) : { body: '' };
  if (type === PROTOBUF) return fromProtobuf(raw);
  const text = raw.toString('utf8');
  return YAML_TYPES.has(type) && !/^\s*[{[]/.test(text) ? fromYaml(raw, text) : { body: text };
}

export const refused = (status: Status): ReadBody => ({ body: '', bodyFault: { status } });

const unreadable = (reason: string, bytes: Buffer): ReadBody => ({
  body: '',
  bodyFault: { reason, summary: summarized(bytes) },
});

function unpacked(bytes: Buffer, encoding: string | undefined): Buffer | ReadBody {
  if (!encoding || encoding === 'identity') return bytes;
  if (encoding !== 'gzip') {
    const message = `the body of the request is encoded as ${encoding}, which is not understood; send it plain or as gzip`;
    return refused(failure({ code: 415, reason: 'UnsupportedMediaType', message }));
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: BODY_LIMIT_BYTES });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
      ? refused(TOO_LARGE)
      : unreadable(`the body of the request is not gzip: ${reason}`, bytes);
  }
}

function fromProtobuf(bytes: Buffer): ReadBody {
  try {
    return { body: JSON.stringify(decodeProtobuf(bytes)) };
  } catch (error) {
    if (error instanceof ProtobufFault || error instanceof SyntaxError) return unreadable(error.message, bytes);
    throw error;
  }
}

function fromYaml(bytes: Buffer, text: string): ReadBody {
  try {
    const { json, duplicates } = jsonOfYaml(text);
    return { body: json, ...(duplicates.length > 0 ? { duplicates } : {}) };
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    return unreadable(`error converting YAML to JSON: yaml: ${error.message}`, bytes);
  }
}
