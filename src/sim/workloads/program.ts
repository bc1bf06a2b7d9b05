/** What a container runs: a command line that the shell knows (shell/), or its image's behaviour. */
import type { Container } from 'kubernetes-types/core/v1';
import type { Behaviour } from './behaviour.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import { agnhost } from './agnhost.ts';
import { CATALOGUE, MIB, PLAIN_SERVER, type CataloguedImage } from './catalogue/images.ts';
import { OWN_IMAGES } from './catalogue/own.ts';
import { SAMPLES } from './catalogue/samples.ts';
import { served, SERVER } from './server-command.ts';
import { commandName, isKnownCommand } from './shell/commands/index.ts';
import { stress, STRESS } from './stress.ts';

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
  return name && (CATALOGUE[name.repository] ?? OWN_IMAGES[name.repository] ?? SAMPLES[name.repository]);
}

const UNKNOWN_IMAGE_BYTES = 80 * 1024 * 1024;

export function imageSize(image: string): number {
  return lookUpImage(image)?.sizeBytes ?? UNKNOWN_IMAGE_BYTES;
}

/** A task whose program is not known is taken to do its work and end well. */
const TASK_END = { afterMs: 1_000, code: 0 } as const;
const SHELL = /(^|\/)(ba|da|a)?sh$/;

export function imageBehaviour(image: string): Behaviour {
  return lookUpImage(image)?.behaviour ?? PLAIN_SERVER;
}

/** An image that holds a shell and its commands, and no program of its own. */
export const isShellImage = (image: string): boolean => lookUpImage(image)?.behaviour.name === 'shell';

export interface Launch {
  readonly behaviour: Behaviour;
  /** The command line, where a shell runs it. */
  readonly argv?: readonly string[];
}

/**
 * What a container runs: a command line that the shell knows, or the image's own program, its environment and arguments taken
 * into account. A task (an init container, or one of a pod that is not always restarted) that is not known to serve comes to
 * its end by itself.
 */
export function launchOf(container: Container, argv: readonly string[], isTask = false): Launch {
  const image = container.image ?? '';
  const known = lookUpImage(image);
  const base = steered(known?.behaviour ?? unknownServer(container), container, parseImage(image)?.tag ?? '');
  const { command = [], args = [] } = container;
  const isShell = known?.behaviour.name === 'shell';
  const line = command.length > 0 || isShell || SHELL.test(args[0] ?? '') ? argv : [];
  const isServing = (container.ports?.length ?? 0) > 0 || container.readinessProbe !== undefined;
  const asTask = isTask && !isServing;
  if (STRESS.test(known?.behaviour.name ?? ''))
    return { behaviour: stress(base, argv[0] === 'stress' ? argv.slice(1) : argv, container) };
  if (line.length > 0 && isKnownCommand(commandName(line[0]!))) return { behaviour: asShell(base), argv: line };
  if (isShell && line.length === 0) return openShell(base, container);
  if (line.length > 0) {
    const words = line.join(' ');
    if (asTask && !SERVER.test(words)) return { behaviour: { ...base, exit: TASK_END } };
    return { behaviour: leaking(command.length > 0 ? served(base, words) : base, container) };
  }
  if (known?.behaviour.name === 'agnhost') return { behaviour: agnhost(base, args) };
  if (!known && asTask) return { behaviour: { ...base, exit: TASK_END } };
  return ownProgram(leaking(base, container));
}

/** A program whose image says it as a script runs in the shell, and serves beside it. */
export function ownProgram(behaviour: Behaviour): Launch {
  const { script } = behaviour;
  return script === undefined ? { behaviour } : { behaviour, argv: ['sh', '-c', script] };
}

/** A shell reads its commands from its input; without a terminal and without input it has nothing to do. */
function openShell(base: Behaviour, { stdin, tty }: Container): Launch {
  return { behaviour: asShell(base), argv: [stdin || tty ? 'sh' : 'true'] };
}

/** Until it starts a server, a shell listens nowhere and uses little. */
function asShell(base: Behaviour): Behaviour {
  const {
    exit: _exit,
    client: _client,
    http: _http,
    role: _role,
    script: _script,
    crash: _crash,
    election: _election,
    ...still
  } = base;
  return { ...still, ports: [], listenAfterMs: 0, log: [], cpuMillis: 1, memoryBytes: MIB };
}

/** A program whose memory grows ends when it meets its limit: OOMKilled, 137. */
export function leaking(base: Behaviour, container: Container): Behaviour {
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
  const url = env.get('TARGET_URL') ?? env.get('QUEUE_URL') ?? env.get('ORDER_SERVICE_URL');
  if (base.client && url) result = { ...result, client: { ...base.client, url } };
  const every = Number(env.get('EVERY_SECONDS'));
  if (result.client && every > 0) result = { ...result, client: { ...result.client, intervalMs: every * 1000 } };
  const rate = Number(env.get('REQUESTS_PER_SECOND'));
  if (result.client && rate > 0)
    result = { ...result, client: { ...result.client, intervalMs: 1_000, requests: rate } };
  const lease = env.get('LEASE_NAME');
  if (base.election && lease) result = { ...result, election: { lease } };
  const cpu = env.get('CPU');
  if (base.name === 'burner' && cpu) result = { ...result, cpuMillis: milliValue(cpu) };
  if (container.image?.startsWith('pilothouse/web')) {
    if (tag === 'broken')
      return { ...result, exit: { afterMs: 2_000, code: 1 }, log: ['panic: configuration is missing'] };
    if (tag === 'slow') return { ...result, listenAfterMs: 20_000 };
  }
  return result;
}
