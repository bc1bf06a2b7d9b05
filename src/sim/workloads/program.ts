/**
 * What a container runs: its image's behaviour, changed by its command where that is a known shell idiom. Sleeps are
 * added up, `exit N` ends it, an endless loop runs until it is stopped, and a loop around wget or curl is a client.
 */
import type { Container } from 'kubernetes-types/core/v1';
import type { Behaviour } from './behaviour.ts';
import { CATALOGUE, PLAIN_SERVER, type CataloguedImage } from './catalogue/images.ts';

export interface ImageName {
  readonly registry: string;
  /** With the registry, unless it is docker.io; without `library/`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string;
}

const NAME =
  /^(?:([a-z0-9.-]+(?::\d+)?)\/)?([a-z0-9._/-]+?)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/;

/** Undefined when the reference has an invalid format. */
export function parseImage(image: string): ImageName | undefined {
  const match = NAME.exec(image);
  if (!match) return undefined;
  const [, first, rest = '', tag = 'latest', digest] = match;
  const isHost = first !== undefined && (first.includes('.') || first.includes(':') || first === 'localhost');
  const path = isHost || first === undefined ? rest : `${first}/${rest}`;
  const registry = isHost ? first : 'docker.io';
  const isHub = registry === 'docker.io' || registry === 'index.docker.io';
  const repository = isHub ? path.replace(/^library\//, '') : `${registry}/${path}`;
  return digest ? { registry, repository, tag, digest } : { registry, repository, tag };
}

export function lookUpImage(image: string): CataloguedImage | undefined {
  const name = parseImage(image);
  return name && CATALOGUE[name.repository];
}

const UNKNOWN_IMAGE_BYTES = 80 * 1024 * 1024;

export function imageSize(image: string): number {
  return lookUpImage(image)?.sizeBytes ?? UNKNOWN_IMAGE_BYTES;
}

/** Behaviour of a container, its environment and command taken into account. */
export function behaviourOf(container: Container): Behaviour {
  const image = container.image ?? '';
  const known = lookUpImage(image);
  const base = steered(known?.behaviour ?? unknownServer(container), container, parseImage(image)?.tag ?? '');
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  const isShell = known?.behaviour.name === 'shell';
  if (container.command || (isShell && words.length > 0)) return scripted(base, words);
  return base;
}

function unknownServer(container: Container): Behaviour {
  const ports = (container.ports ?? []).map(({ containerPort }) => containerPort);
  return {
    ...PLAIN_SERVER,
    ports,
    http: { status: 200, body: '{image} on {pod}', latencyMs: [2, 15], errorPercent: 0 },
  };
}

/** Environment variables and tags by which Pilothouse's own images are steered. */
function steered(base: Behaviour, container: Container, tag: string): Behaviour {
  const env = new Map((container.env ?? []).map(({ name, value }) => [name, value ?? '']));
  let result = base;
  if (base.http && (env.has('ERROR_PERCENT') || env.has('LATENCY_MS'))) {
    const latency = Number(env.get('LATENCY_MS') ?? Number.NaN);
    result = {
      ...result,
      http: {
        ...base.http,
        errorPercent: Number(env.get('ERROR_PERCENT') ?? base.http.errorPercent) || 0,
        latencyMs: Number.isFinite(latency) ? [latency, latency] : base.http.latencyMs,
      },
    };
  }
  if (base.client && env.get('TARGET_URL'))
    result = { ...result, client: { ...base.client, url: env.get('TARGET_URL')! } };
  if (container.image?.startsWith('pilothouse/web')) {
    if (tag === 'broken')
      return { ...result, exit: { afterMs: 2_000, code: 1 }, log: ['panic: configuration is missing'] };
    if (tag === 'slow') return { ...result, listenAfterMs: 20_000 };
  }
  return result;
}

/** A command line in place of what the image would run. */
function scripted(base: Behaviour, words: readonly string[]): Behaviour {
  const { exit: _exit, client: _client, ...still } = base;
  const [program = '', ...rest] = words;
  const isShell = /(^|\/)(ba|da|a)?sh$/.test(program);
  const script = isShell ? (rest.find((word) => !word.startsWith('-')) ?? '') : words.join(' ');
  if (isShell || /^(sleep|true|false|exit|echo|date|cat|env)\b/.test(script)) return runScript(still, script);
  const url = /\b(?:wget|curl)\b.*?(https?:\/\/[^\s'"]+)/.exec(script)?.[1];
  return url ? { ...still, client: { url, intervalMs: 1_000 }, exit: { afterMs: 500, code: 0 } } : still;
}

function runScript(base: Behaviour, script: string): Behaviour {
  const log = [...script.matchAll(/\becho\s+(?:-[en]+\s+)?(?:"([^"]*)"|'([^']*)'|([^;&|>\n]+))/g)].map((match) =>
    (match[1] ?? match[2] ?? match[3] ?? '').trim(),
  );
  const isEndless =
    /\b(while\s+(true|:|\[)|until\s+false|for\s*\(\(;;\)\)|tail\s+-f|sleep\s+(infinity|inf))\b|while\s+(true|:)/.test(
      script,
    );
  const sleeps = [...script.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)([smhd]?)/g)].map(
    ([, amount = '0', unit = '']) => Number(amount) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? 1),
  );
  const seconds = sleeps.reduce((sum, value) => sum + value, 0);
  const url =
    /\b(?:wget|curl)\b[^;|&\n]*?(https?:\/\/[^\s'";]+|\b[a-z][a-z0-9.-]+(?::\d+)?(?:\/\S*)?)\s*(?:[;|&\n]|$)/.exec(
      script,
    )?.[1];
  const stopAfterMs = /\btrap\b/.test(script) ? 200 : 3_600_000;
  if (isEndless) {
    const client = url
      ? { url: url.startsWith('http') ? url : `http://${url}`, intervalMs: Math.max(500, (sleeps[0] ?? 1) * 1000) }
      : undefined;
    return { ...base, log, stopAfterMs, ...(client ? { client } : {}), ports: [] };
  }
  const code = /\bexit\s+(\d+)/.exec(script)?.[1];
  const exitCode = code !== undefined ? Number(code) : /(^|[;&]\s*)false\s*$/.test(script.trim()) ? 1 : 0;
  return { ...base, log, stopAfterMs, ports: [], exit: { afterMs: Math.round(seconds * 1000) + 20, code: exitCode } };
}
