/** `/openapi/v3` over HTTP. The schemas are large, so they are read when the first client asks. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KINDS } from '../../sim/api/index.ts';
import { answer, type HttpAnswer, type HttpQuestion } from '../../sim/apiserver/http.ts';
import { openApiDocument, openApiIndex, type Schemas } from '../../sim/apiserver/openapi.ts';

const file = resolve(import.meta.dirname, '../../sim/apiserver/generated/openapi.json');
let schemas: Schemas | undefined;
const documents = new Map<string, string>();

const json = (text: string): HttpAnswer => answer(200, text, { 'content-type': 'application/json' });

/** Undefined for any other path. `ask` asks the server itself, which says whether the asker may read the path. */
export function openApiAnswer(question: HttpQuestion, ask: (path: string) => HttpAnswer): HttpAnswer | undefined {
  const path = question.path.replace(/\?.*$/, '').replace(/\/$/, '');
  if (question.method !== 'GET' || !/^\/openapi\/v3(\/|$)/.test(path)) return undefined;
  const asked = ask(path);
  if (asked.status !== 404) return asked;
  if (path === '/openapi/v3') return json(JSON.stringify(openApiIndex(KINDS)));
  const known = documents.get(path);
  if (known) return json(known);
  schemas ??= JSON.parse(readFileSync(file, 'utf8')) as Schemas;
  const document = openApiDocument(KINDS, schemas, path.replace('/openapi/v3/', ''));
  if (!document) return asked;
  const text = JSON.stringify(document);
  documents.set(path, text);
  return json(text);
}
