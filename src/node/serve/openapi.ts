/** `/openapi/v3` and `/openapi/v2` over HTTP. The schemas are large, so they are read when the first client asks. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KIND_VERSIONS, KINDS } from '../../sim/api/index.ts';
import { answer, type HttpAnswer, type HttpQuestion } from '../../sim/apiserver/http.ts';
import { openApiDocument, openApiIndex, type Schemas } from '../../sim/apiserver/openapi.ts';
import { OPENAPI_V2_PROTOBUF, openApiV2, openApiV2Protobuf } from './openapi-v2.ts';

const file = resolve(import.meta.dirname, '../../sim/apiserver/generated/openapi.json');
let schemas: Schemas | undefined;
const SERVED = [...KINDS, ...KIND_VERSIONS];
/** Documents by their path, and by their type where it is not JSON. */
const documents = new Map<string, string | Uint8Array>();

const json = (text: string): HttpAnswer => answer(200, text, { 'content-type': 'application/json' });

/** Undefined for any other path. `ask` asks the server itself, which says whether the asker may read the path. */
export function openApiAnswer(question: HttpQuestion, ask: (path: string) => HttpAnswer): HttpAnswer | undefined {
  const path = question.path.replace(/\?.*$/, '').replace(/\/$/, '');
  if (question.method !== 'GET' || !/^\/openapi\/v[23](\/|$)/.test(path)) return undefined;
  const asked = ask(path);
  if (asked.status !== 404) return asked;
  if (path === '/openapi/v3') return json(JSON.stringify(openApiIndex(SERVED)));
  const isProtobuf = path === '/openapi/v2' && (question.headers['accept'] ?? '').includes('proto-openapi.spec.v2');
  const key = isProtobuf ? `${path} as protobuf` : path;
  const document = documents.get(key) ?? make(path, isProtobuf);
  if (document === undefined) return asked;
  documents.set(key, document);
  return typeof document === 'string'
    ? json(document)
    : { status: 200, headers: { 'content-type': OPENAPI_V2_PROTOBUF }, body: document };
}

function make(path: string, isProtobuf: boolean): string | Uint8Array | undefined {
  schemas ??= JSON.parse(readFileSync(file, 'utf8')) as Schemas;
  if (path === '/openapi/v2') {
    const document = openApiV2(SERVED, schemas);
    return isProtobuf ? openApiV2Protobuf(document) : JSON.stringify(document);
  }
  const document = openApiDocument(SERVED, schemas, path.replace('/openapi/v3/', ''));
  return document === undefined ? undefined : JSON.stringify(document);
}
