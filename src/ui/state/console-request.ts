/**
 * `pilothouse.request`: the simulated API server from the browser's console. Reads look at a copy and leave the run as it
 * is; everything else is a command of the run, logged and replayed like those of the editor.
 */
import type { SimulationClient } from '../../worker/client-port.ts';
import { askFork } from './notices.ts';

export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface RequestInit {
  readonly method?: string;
  /** An object is sent as JSON; a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const KNOWN = new Set(['method', 'body', 'headers']);

function fail(what: string): never {
  throw new TypeError(`pilothouse.request: ${what}`);
}

/** The parts of a request, checked: what is wrong is said before anything is sent. */
export function checkedRequest(
  path: unknown,
  init: unknown,
): { readonly method: string; readonly path: string; readonly headers: Record<string, string>; readonly body: string } {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    fail(`path must be a text that begins with "/", such as "/api/v1/pods", not ${JSON.stringify(path)}.`);
  }
  if (typeof init !== 'object' || init === null || Array.isArray(init)) {
    fail('the second argument must be an object with method, body and headers.');
  }
  const unknown = Object.keys(init).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) fail(`there is no option "${unknown}"; known are method, body and headers.`);
  const { method = 'GET', body, headers = {} } = init as RequestInit;
  const verb = METHODS.find((known) => known === String(method).toUpperCase());
  if (!verb) fail(`method must be one of ${METHODS.join(', ')}, not ${JSON.stringify(method)}.`);
  const stream = streamOf(path);
  if (stream) fail(`${stream} is a stream, which a single answer cannot carry. Ask again instead.`);
  if (typeof headers !== 'object' || headers === null) fail('headers must be an object of names and values.');
  const sent = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  if (body !== undefined) sent['content-type'] ??= contentType(verb, body);
  return { method: verb, path, headers: sent, body: textOf(body) };
}

function streamOf(path: string): string | undefined {
  const [place = '', search = ''] = path.split('?', 2);
  const query = new URLSearchParams(search);
  const isOn = (name: string): boolean => /^(true|1)$/.test(query.get(name) ?? '');
  if (isOn('watch') || /^\/apis?\/.*\/watch\//.test(place)) return 'A watch';
  if (isOn('follow') && place.endsWith('/log')) return 'A log that is followed';
  return /\/(exec|attach|portforward)$/.exec(place)?.[1];
}

/** A patch without a type is what `kubectl patch` sends; a list is a JSON patch. */
function contentType(method: string, body: unknown): string {
  if (method !== 'PATCH') return 'application/json';
  const isList = Array.isArray(body) || (typeof body === 'string' && body.trimStart().startsWith('['));
  return isList ? 'application/json-patch+json' : 'application/strategic-merge-patch+json';
}

function textOf(body: unknown): string {
  if (body === undefined) return '';
  if (typeof body === 'string') return body;
  try {
    return JSON.stringify(body) ?? fail('body must be a text or an object.');
  } catch (error) {
    if (error instanceof TypeError) return fail(`body cannot be sent as JSON: ${error.message}`);
    throw error;
  }
}

export async function consoleRequest(
  client: SimulationClient,
  path: string,
  init: RequestInit = {},
): Promise<ConsoleAnswer> {
  const question = checkedRequest(path, init);
  if (question.method === 'GET') return client.call('query', question);
  const notice = await client.call('forkNotice', {});
  if (notice.discardedCommands > 0 && !(await askFork(notice))) {
    throw new Error('pilothouse.request: not sent, because later commands of the run were to be kept.');
  }
  const { response } = await client.call('command', { command: { verb: 'request', ...question }, confirmFork: true });
  if (!response) throw new Error('pilothouse.request: the run was replaced before the answer came.');
  return response;
}
