/** Questions off the socket, and answers onto it. Upstream: apiserver/pkg/endpoints/handlers/responsewriters/writers.go. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { stringify } from 'yaml';
import { refusal, type HttpAnswer, type HttpQuestion } from '../../sim/apiserver/http.ts';
import { failure, type Status } from '../../sim/api/status.ts';
import type { ReadBody } from './request-body.ts';
import { encode, encodeBytes, indented } from './wire.ts';

export function questionOf({ method = 'GET', url = '/', headers }: IncomingMessage, body: ReadBody): HttpQuestion {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return { method, path: url, headers: Object.fromEntries(entries) as Record<string, string>, ...body };
}

const YAML = /(^|,)\s*application\/yaml\b/;

export function reply(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpAnswer): void {
  const { accept = '', 'user-agent': agent = '' } = incoming.headers;
  if (answer.body instanceof Uint8Array) {
    outgoing.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.byteLength });
    outgoing.end(answer.body);
    return;
  }
  const { body } = answer;
  const isStructured = typeof body === 'object' && body !== null;
  const wantsYaml = isStructured && YAML.test(accept) && !accept.includes('application/json');
  const isForPeople = /^(curl|Wget|Mozilla\/5\.0)/.test(agent) || /[?&]pretty=(1|true)\b/.test(incoming.url ?? '');
  const shown = shownBody(body, wantsYaml, isForPeople);
  outgoing.writeHead(answer.status, {
    ...answer.headers,
    ...(wantsYaml ? { 'content-type': 'application/yaml' } : {}),
    'cache-control': 'no-cache, private',
    'content-length': shown.byteLength,
  });
  outgoing.end(incoming.method === 'HEAD' ? undefined : shown);
}

function shownBody(body: unknown, wantsYaml: boolean, isForPeople: boolean): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof body !== 'object' || body === null) return Buffer.from(`${encode(body)}\n`);
  if (wantsYaml) return Buffer.from(stringify(JSON.parse(encode(body))));
  return isForPeople ? Buffer.from(indented(encode(body))) : encodeBytes(body);
}

/** An answer where there is no request, or none that HTTP's own machinery would answer; it ends the connection. */
export function replyRaw(socket: Duplex, { status, body }: HttpAnswer): void {
  const text = encode(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
  );
}

/** What is said to bytes that are no HTTP request. */
export function faultOfHttp({ code = '', message }: Error & { code?: string }): HttpAnswer {
  const known: Readonly<Record<string, Status>> = {
    HPE_HEADER_OVERFLOW: failure({
      code: 431,
      reason: 'RequestHeaderFieldsTooLarge',
      message: 'the headers of the request are too large',
    }),
    ERR_HTTP_REQUEST_TIMEOUT: failure({
      code: 408,
      reason: 'Timeout',
      message: 'the request did not arrive within the allowed duration',
    }),
  };
  return refusal(
    known[code] ?? failure({ code: 400, reason: 'BadRequest', message: `malformed HTTP request: ${message}` }),
  );
}
