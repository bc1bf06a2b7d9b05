/** Commands that ask the network: wget, curl, nc, nslookup, dig, host, getent. Upstream: busybox networking; curl; bind. */
import { isWait, type Command, type CommandIo, type Step } from '../command-io.ts';
import type { NetworkReply } from '../host.ts';
import type { Wait } from '../state.ts';
import { parseOptions } from './options.ts';

type HttpReply = NetworkReply & { kind: 'http' };

const HTTP_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

const HOST = /^(?:\w+:\/\/)?([^/:?]+)(?::(\d+))?/;
const hostOf = (url: string): string => HOST.exec(url)?.[1] ?? url;
const portOf = (url: string): string => HOST.exec(url)?.[2] ?? (url.startsWith('https') ? '443' : '80');
const fileOf = (url: string): string => /^(?:\w+:\/\/)?[^/]+\/(?:.*\/)?([^/?]+)/.exec(url)?.[1] ?? 'index.html';
const withScheme = (url: string): string => (/^\w+:\/\//.test(url) ? url : `http://${url}`);

/** busybox waits 15 minutes for an answer unless told otherwise. */
const WGET_SECONDS = 900;

const wget: Command = (io, [, ...words]) => {
  const long = words.map((word) =>
    word
      .replace(/^--timeout=/, '-T')
      .replace(/^--output-document=/, '-O')
      .replace(/^--tries=/, '-t'),
  );
  const { flags, values, operands } = parseOptions(long, ['O', 'T', 't', 'P', 'U', 'post-data', 'header']);
  const [url] = operands;
  if (url === undefined) return io.fail('wget', 'missing URL');
  const timeoutMs = Number(values['T'] ?? WGET_SECONDS) * 1000;
  const method = values['post-data'] === undefined ? 'GET' : 'POST';
  const sent = values['post-data'];
  const body = sent === undefined ? {} : { body: sent };
  const reply = io.ask({ kind: 'http', method, url: withScheme(url), timeoutMs, ...body });
  if (isWait(reply)) return reply;
  const isQuiet = flags.has('q') || flags.has('quiet');
  const say = (text: string): void => {
    if (!isQuiet) io.err(text);
  };
  const shown = reply.kind === 'http' || reply.kind === 'failed' ? reply.address : undefined;
  if (shown !== undefined)
    say(`Connecting to ${hostOf(url)}${HOST.exec(url)?.[2] ? `:${portOf(url)}` : ''} (${shown})\n`);
  if (reply.kind !== 'http') return io.fail('wget', wgetFailure(reply, url));
  if (reply.status >= 400)
    return io.fail(
      'wget',
      `server returned error: HTTP/1.1 ${reply.status} ${HTTP_TEXTS[reply.status] ?? ''}`.trimEnd(),
    );
  if (flags.has('spider')) {
    say('remote file exists\n');
    return 0;
  }
  const target = values['O'] ?? fileOf(url);
  if (target === '-') {
    say('writing to stdout\n');
    io.out(ended(reply.body));
    say('-                    100% |********************************|\nwritten to stdout\n');
    return 0;
  }
  say(`saving to '${target}'\n`);
  const fault = target === '/dev/null' ? undefined : io.files.write(io.path(target), ended(reply.body));
  if (fault) return io.fail('wget', `can't open '${target}': ${fault}`);
  say(`${target.padEnd(20)} 100% |********************************|\n'${target}' saved\n`);
  return 0;
};

const ended = (body: string): string => (body === '' || body.endsWith('\n') ? body : `${body}\n`);

function wgetFailure(reply: NetworkReply, url: string): string {
  if (reply.kind !== 'failed') return 'error getting response';
  switch (reply.reason) {
    case 'unresolved':
      return `bad address '${hostOf(url)}${HOST.exec(url)?.[2] ? `:${portOf(url)}` : ''}'`;
    case 'refused':
      return `can't connect to remote host (${reply.address?.split(':')[0]}): Connection refused`;
    case 'timeout':
      return 'download timed out';
    case 'malformed':
      return `not an http or ftp url: ${url}`;
    default:
      return 'error getting response: Resource temporarily unavailable';
  }
}

const CURL_VALUED = [
  'o',
  'w',
  'X',
  'm',
  'd',
  'H',
  'A',
  'u',
  'e',
  'b',
  'max-time',
  'connect-timeout',
  'retry',
  'retry-delay',
  'data',
  'data-raw',
  'data-binary',
  'header',
  'request',
  'output',
  'write-out',
  'user',
  'cacert',
  'cert',
  'key',
  'resolve',
  'url',
];
const CURL_SECONDS = 300;

const curl: Command = (io, [, ...words]) => {
  const { flags, values, operands } = parseOptions(words, CURL_VALUED);
  const url = operands[0] ?? values['url'];
  if (url === undefined) return io.fail('curl', '(2) no URL specified', 2);
  const value = (short: string, long: string): string | undefined => values[short] ?? values[long];
  const sent = value('d', 'data') ?? values['data-raw'] ?? values['data-binary'];
  const body = sent?.startsWith('@') && values['data-raw'] === undefined ? fileBody(io, sent.slice(1)) : sent;
  if (isWait(body)) return body;
  const isHead = flags.has('I') || flags.has('head');
  const method = value('X', 'request') ?? (body !== undefined ? 'POST' : isHead ? 'HEAD' : 'GET');
  const seconds = Number(value('m', 'max-time') ?? values['connect-timeout'] ?? CURL_SECONDS);
  io.memory['began'] ??= io.host.nowMs;
  const again = io.memory['again'] as number | undefined;
  if (again !== undefined && again > io.host.nowMs) return { kind: 'until', at: again };
  const content = body === undefined ? {} : { body };
  const reply = io.ask({ kind: 'http', method, url: withScheme(url), timeoutMs: seconds * 1000, ...content });
  if (isWait(reply)) return reply;
  const retry = retryOf(io, reply, values, flags);
  if (retry) return retry;
  return curlResult(io, reply, url, {
    isQuiet: (flags.has('s') || flags.has('silent')) && !flags.has('S') && !flags.has('show-error'),
    failsOnError: flags.has('f') || flags.has('fail'),
    isHead,
    hasHeaders: flags.has('i') || flags.has('include'),
    isVerbose: flags.has('v') || flags.has('verbose'),
    output: value('o', 'output') ?? (flags.has('O') ? fileOf(url) : undefined),
    format: value('w', 'write-out') ?? '',
  });
};

/** `-d @file`, or `-d @-` for the standard input. */
const fileBody = (io: CommandIo, name: string): string | Wait =>
  name === '-' ? io.readAll() : (io.files.read(io.path(name))?.text ?? '');

interface CurlOptions {
  readonly isQuiet: boolean;
  readonly failsOnError: boolean;
  readonly isHead: boolean;
  readonly hasHeaders: boolean;
  readonly isVerbose: boolean;
  readonly output: string | undefined;
  readonly format: string;
}

/** `--retry N`: after 1, 2, 4 ... s, or always after `--retry-delay`. */
function retryOf(
  io: CommandIo,
  reply: NetworkReply,
  values: Readonly<Record<string, string>>,
  flags: ReadonlySet<string>,
): Step | undefined {
  const tried = (io.memory['tried'] as number | undefined) ?? 0;
  if (tried >= Number(values['retry'] ?? 0)) return undefined;
  const isPassing =
    reply.kind === 'http' ? [408, 429, 500, 502, 503, 504].includes(reply.status) : reply.kind === 'failed';
  const isRefused = reply.kind === 'failed' && reply.reason === 'refused';
  const isAsked = !isRefused || flags.has('retry-connrefused') || flags.has('retry-all-errors');
  if (!isPassing || !isAsked) return undefined;
  io.memory['tried'] = tried + 1;
  const delayMs = 1000 * Number(values['retry-delay'] ?? 2 ** tried);
  io.memory['again'] = io.host.nowMs + delayMs;
  return { kind: 'until', at: io.host.nowMs + delayMs };
}

function curlResult(io: CommandIo, reply: NetworkReply, url: string, options: CurlOptions): number {
  const elapsed = io.host.nowMs - (io.memory['began'] as number);
  const fail = (code: number, text: string): number => {
    if (!options.isQuiet) io.err(`curl: (${code}) ${text}\n`);
    if (options.format) io.out(written(options.format, '000', elapsed));
    return code;
  };
  if (reply.kind === 'failed') return fail(...curlFailure(reply, url, elapsed));
  if (reply.kind !== 'http') return fail(52, 'Empty reply from server');
  if (options.failsOnError && reply.status >= 400) return fail(22, `The requested URL returned error: ${reply.status}`);
  const line = `HTTP/1.1 ${reply.status} ${HTTP_TEXTS[reply.status] ?? ''}`.trimEnd();
  if (options.isVerbose)
    io.err(`* Connected to ${hostOf(url)} (${reply.address.split(':')[0]}) port ${portOf(url)}\n< ${line}\n`);
  const head = options.isHead || options.hasHeaders ? `${line}\r\nContent-Length: ${reply.body.length}\r\n\r\n` : '';
  const body = head + (options.isHead ? '' : reply.body);
  if (options.output === undefined || options.output === '-') io.out(body);
  else if (options.output !== '/dev/null') {
    const fault = io.files.write(io.path(options.output), body);
    if (fault) return fail(23, `Failure writing output to destination: ${fault}`);
  }
  if (options.format) io.out(written(options.format, String(reply.status), elapsed));
  return 0;
}

const written = (format: string, status: string, elapsedMs: number): string =>
  format
    .replace(/%\{(http_code|response_code)\}/g, status)
    .replace(/%\{time_total\}/g, (elapsedMs / 1000).toFixed(6))
    .replace(/%\{[^}]*\}/g, '')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');

function curlFailure(reply: NetworkReply & { kind: 'failed' }, url: string, elapsed: number): [number, string] {
  const host = hostOf(url);
  switch (reply.reason) {
    case 'unresolved':
      return [6, `Could not resolve host: ${host}`];
    case 'refused':
      return [7, `Failed to connect to ${host} port ${portOf(url)} after ${elapsed} ms: Could not connect to server`];
    case 'timeout':
      return [28, `Connection timed out after ${elapsed} milliseconds`];
    case 'malformed':
      return [3, 'URL rejected: Malformed input to a URL function'];
    default:
      return [52, 'Empty reply from server'];
  }
}

const NC_SECONDS = 130;

const nc: Command = (io, [, ...words]) => {
  const { flags, values, operands } = parseOptions(words, ['w', 'p', 's', 'q', 'i']);
  if (flags.has('l')) {
    // What it would pass on is not followed: whoever connects gets a plain answer.
    io.host.program(['nc', '-l', '-p', values['p'] ?? operands.at(-1) ?? '']);
    return { kind: 'forever' };
  }
  const [host = '', port = ''] = operands;
  if (!/^\d+$/.test(port)) return io.fail('nc', `bad port '${port}'`);
  const timeoutMs = 1000 * Number(values['w'] ?? NC_SECONDS);
  if (flags.has('u')) return 0;
  const reply = io.ask({ kind: 'tcp', host, port: Number(port), timeoutMs });
  if (isWait(reply)) return reply;
  if (reply.kind === 'failed') {
    if (reply.reason === 'unresolved') return io.fail('nc', `bad address '${host}'`);
    if (!flags.has('v') && flags.has('z')) return 1;
    const why = reply.reason === 'refused' ? 'Connection refused' : 'Operation timed out';
    return io.fail('nc', `${host} (${reply.address ?? `${host}:${port}`}): ${why}`);
  }
  if (flags.has('v') && reply.kind === 'connected') io.err(`${host} (${reply.address}) open\n`);
  return 0;
};

const nslookup: Command = (io, [, ...words]) => {
  const { operands } = parseOptions(words.filter((word) => !/^-(type|query|debug)/.test(word)));
  const [name] = operands;
  if (name === undefined) return io.fail('nslookup', 'missing name');
  const reply = io.ask({ kind: 'dns', name, type: /^\d+\.\d+\.\d+\.\d+$/.test(name) ? 'PTR' : 'A' });
  if (isWait(reply)) return reply;
  if (reply.kind === 'failed' && reply.reason === 'timeout') {
    io.out(';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
  const server = (reply.kind === 'names' || reply.kind === 'failed' ? reply.server : undefined) ?? '';
  io.out(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
  if (reply.kind !== 'names') {
    io.out(`** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  if (reply.canonicalName) io.out(`${reply.name}\tcanonical name = ${reply.canonicalName}\n`);
  const shown = reply.canonicalName ?? reply.name;
  for (const address of reply.addresses) io.out(`Name:\t${shown}\nAddress: ${address}\n`);
  io.out('\n');
  return 0;
};

const dig: Command = (io, [, ...words]) => {
  const names = words.filter((word) => !/^[+@-]/.test(word) && !/^(A|AAAA|SRV|ANY|IN)$/i.test(word));
  const name = names[0] ?? '.';
  // dig asks for the name as it is, unless +search is given.
  const asked = words.includes('+search') ? name : `${name.replace(/\.$/, '')}.`;
  const reply = io.ask({ kind: 'dns', name: asked, type: 'A' });
  if (isWait(reply)) return reply;
  const addresses = reply.kind === 'names' ? reply.addresses : [];
  if (words.includes('+short')) {
    io.out(addresses.map((address) => `${address}\n`).join(''));
    return 0;
  }
  const status = reply.kind === 'names' ? 'NOERROR' : 'NXDOMAIN';
  io.out(`;; ->>HEADER<<- opcode: QUERY, status: ${status}\n\n;; QUESTION SECTION:\n;${asked}\t\tIN\tA\n\n`);
  if (addresses.length > 0)
    io.out(`;; ANSWER SECTION:\n${addresses.map((address) => `${asked}\t30\tIN\tA\t${address}\n`).join('')}`);
  return 0;
};

const lookUp =
  (
    show: (io: CommandIo, name: string, addresses: readonly string[]) => void,
    missing: (name: string) => string,
    code: number,
  ): Command =>
  (io, [, ...words]) => {
    const name = words.filter((word) => !word.startsWith('-') && word !== 'hosts' && word !== 'ahosts').at(0) ?? '';
    const reply = io.ask({ kind: 'dns', name, type: 'A' });
    if (isWait(reply)) return reply;
    if (reply.kind !== 'names') {
      io.out(missing(name));
      return code;
    }
    show(io, reply.name, reply.addresses);
    return 0;
  };

export const NETWORK_COMMANDS: Readonly<Record<string, Command>> = {
  wget,
  curl,
  nc,
  netcat: nc,
  nslookup,
  dig,
  host: lookUp(
    (io, name, addresses) => io.out(addresses.map((address) => `${name} has address ${address}\n`).join('')),
    (name) => `Host ${name} not found: 3(NXDOMAIN)\n`,
    1,
  ),
  getent: lookUp(
    (io, name, addresses) => io.out(addresses.map((address) => `${address.padEnd(15)} ${name}\n`).join('')),
    () => '',
    2,
  ),
};

export type { HttpReply };
