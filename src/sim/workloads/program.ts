/**
 * What a container runs: its image's behaviour, changed by its command where that is a known shell idiom. Sleeps are
 * added up, `exit N` ends it, an endless loop runs until it is stopped, and a loop around wget or curl is a client.
 */
import type { Container } from 'kubernetes-types/core/v1';
import type { Behaviour } from './behaviour.ts';
import { wholeValue } from '../api/quantity.ts';
import { agnhost } from './agnhost.ts';
import { CATALOGUE, PLAIN_SERVER, type CataloguedImage } from './catalogue/images.ts';
import { SAMPLES } from './catalogue/samples.ts';
import { scripted, SHELL, TASK_END } from './script.ts';

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
  return name && (CATALOGUE[name.repository] ?? SAMPLES[name.repository]);
}

const UNKNOWN_IMAGE_BYTES = 80 * 1024 * 1024;

export function imageSize(image: string): number {
  return lookUpImage(image)?.sizeBytes ?? UNKNOWN_IMAGE_BYTES;
}

/**
 * Behaviour of a container, its environment and command taken into account. A task (an init container, or one of a pod
 * that is not always restarted) that is not known to serve comes to its end by itself.
 */
export function behaviourOf(container: Container, isTask = false): Behaviour {
  const image = container.image ?? '';
  const known = lookUpImage(image);
  const base = steered(known?.behaviour ?? unknownServer(container), container, parseImage(image)?.tag ?? '');
  const { command = [], args = [] } = container;
  const words = [...command, ...args];
  const isShell = known?.behaviour.name === 'shell' || SHELL.test(args[0] ?? '');
  const isServing = (container.ports?.length ?? 0) > 0 || container.readinessProbe !== undefined;
  const asTask = isTask && !isServing;
  if (command.length > 0 || (isShell && words.length > 0)) return scripted(base, words, asTask);
  if (known?.behaviour.name === 'agnhost') return agnhost(base, args);
  if (!known && asTask) return { ...base, exit: TASK_END };
  return leaking(base, container);
}

/** A program whose memory grows ends when it meets its limit: OOMKilled, 137. */
function leaking(base: Behaviour, container: Container): Behaviour {
  const limit = container.resources?.limits?.['memory'];
  if (!base.leakBytesPerSecond || !limit) return base;
  const afterMs = Math.max(0, Math.round(((wholeValue(limit) - base.memoryBytes) / base.leakBytesPerSecond) * 1000));
  return { ...base, exit: { afterMs, code: 137, reason: 'OOMKilled' } };
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
  const url = env.get('TARGET_URL') ?? env.get('ORDER_SERVICE_URL');
  if (base.client && url) result = { ...result, client: { ...base.client, url } };
  if (container.image?.startsWith('pilothouse/web')) {
    if (tag === 'broken')
      return { ...result, exit: { afterMs: 2_000, code: 1 }, log: ['panic: configuration is missing'] };
    if (tag === 'slow') return { ...result, listenAfterMs: 20_000 };
  }
  return result;
}
