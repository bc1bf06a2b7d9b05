/**
 * What is said of a body that cannot be read. Upstream: apiserver/pkg/endpoints/handlers/rest.go (transformDecodeError,
 * summarizeData), apimachinery/pkg/runtime/serializer/json/meta.go, apimachinery/pkg/api/errors/errors.go.
 */
import { badRequest, failure, type Status } from '../api/status.ts';

/** Upstream: apiserver/pkg/server/options (MaxRequestBodyBytes). */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

export const tooLarge = (why: string): Status =>
  failure({ code: 413, reason: 'RequestEntityTooLarge', message: `Request entity too large: ${why}` });

export const TOO_LARGE = tooLarge(`limit is ${BODY_LIMIT_BYTES}`);

export const notAcceptable = (types: string): Status =>
  failure({
    code: 406,
    reason: 'NotAcceptable',
    message: `only the following media types are accepted: ${types}`,
  });

const SUMMARY_BYTES = 30;
const OPEN_BRACE = 0x7b;

/** How a body begins: as it is where it looks like an object, in hexadecimal else. */
export function summarized(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>';
  const start = bytes.subarray(0, SUMMARY_BYTES);
  const shown =
    bytes[0] === OPEN_BRACE
      ? new TextDecoder().decode(start)
      : [...start].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return bytes.length > SUMMARY_BYTES ? `${shown} ...` : shown;
}

export const unrecognized = (kind: string, reason: string, summary: string): Status =>
  badRequest(`the object provided is unrecognized (must be of type ${kind}): ${reason} (${summary})`);

export const emptyBody = (kind: string): Status =>
  unrecognized(
    kind,
    "couldn't get version/kind; json parse error: unexpected end of JSON input",
    summarized(new Uint8Array()),
  );

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What Go says when it looks for the kind and version of a value that cannot have them. */
export function typeMetaFault(body: unknown): string | undefined {
  if (body === null) return undefined;
  if (typeof body !== 'object' || Array.isArray(body)) {
    return `json: cannot unmarshal ${goKind(body)} into Go value of type ${TYPE_META}`;
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const value = (body as Readonly<Record<string, unknown>>)[field];
    if (value === undefined || value === null || typeof value === 'string') continue;
    return `json: cannot unmarshal ${goKind(value)} into Go struct field .${field} of type string`;
  }
  return undefined;
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
