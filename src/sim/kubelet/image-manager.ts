/**
 * Images of a node: what it has, and what pulling one comes to. Upstream: pkg/kubelet/images/image_manager.go. Pulls are
 * serial, as by default. Texts of failures are containerd's.
 */
import type { Container } from 'kubernetes-types/core/v1';
import { imageSize, lookUpImage, parseImage } from '../workloads/index.ts';
import type { KubeletOptions } from './kubelet-options.ts';
import type { MachineSpec } from './machine-spec.ts';
import { isMissingImage, PRETENDED_PULL_MS } from './pretended-runtime.ts';
import { withTag } from './pod-status.ts';

export type PullVerdict =
  | { readonly kind: 'present' }
  | { readonly kind: 'pull'; readonly durationMs: number; readonly waitMs: number; readonly bytes: number }
  | { readonly kind: 'refused'; readonly reason: 'InvalidImageName' | 'ErrImageNeverPull'; readonly message: string }
  | { readonly kind: 'failed'; readonly durationMs: number; readonly message: string };

/** Asking a registry for a manifest. */
const REGISTRY_MS = 400;
const FAILURE_MS = 700;

interface HeldImage {
  readonly sizeBytes: number;
  /** Virtual milliseconds; below 0 for what the node image ships with. */
  readonly detectedAt: number;
  /** When a pod was last seen to use it; below 0: never. */
  readonly usedAt: number;
}

/** Younger images are left alone: whoever has pulled them is about to use them. */
const LEAST_AGE_MS = 120_000;

export class ImageManager {
  private held = new Map<string, HeldImage>();
  /** Pulls on their way: when each image will be here. */
  private coming = new Map<string, number>();
  private busyUntil = 0;

  constructor(
    private readonly machine: MachineSpec,
    private readonly options: KubeletOptions,
  ) {
    for (const image of machine.cachedImages)
      this.held.set(withTag(image), { sizeBytes: imageSize(image), detectedAt: -LEAST_AGE_MS, usedAt: -1 });
  }

  /** Names and sizes as the node's status lists them, largest first, at most 50. */
  list(): readonly { names: string[]; sizeBytes: number }[] {
    return [...this.held]
      .map(([name, { sizeBytes }]) => ({
        names: [name, shortName(name)].filter((item, index, all) => all.indexOf(item) === index),
        sizeBytes,
      }))
      .sort((left, right) => right.sizeBytes - left.sizeBytes || (left.names[0]! < right.names[0]! ? -1 : 1))
      .slice(0, 50);
  }

  get bytes(): number {
    let sum = 0;
    for (const { sizeBytes } of this.held.values()) sum += sizeBytes;
    return sum;
  }

  /** Takes note of which images pods use now. Upstream: pkg/kubelet/images/image_gc_manager.go (detectImages). */
  detect(inUse: ReadonlySet<string>, nowMs: number): void {
    for (const [name, image] of this.held) if (inUse.has(name)) this.held.set(name, { ...image, usedAt: nowMs });
  }

  /** Removes what nobody uses, what was used longest ago first, until so much is free; gives what has become free. */
  remove(bytes: number, inUse: ReadonlySet<string>, nowMs: number): number {
    this.detect(inUse, nowMs);
    const old = [...this.held]
      .filter(([name, { detectedAt }]) => !inUse.has(name) && nowMs - detectedAt >= LEAST_AGE_MS)
      .sort(([, left], [, right]) => left.usedAt - right.usedAt || left.detectedAt - right.detectedAt);
    let freed = 0;
    for (const [name, { sizeBytes }] of old) {
      if (freed >= bytes) break;
      this.held.delete(name);
      freed += sizeBytes;
    }
    return freed;
  }

  /** What has to be done now; a pull takes its place in the queue. */
  plan(container: Container, now: number, hasCredentials: (registry: string) => boolean): PullVerdict {
    const image = container.image ?? '';
    const name = parseImage(image);
    if (!name) {
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${malformed(image)}`;
      return { kind: 'refused', reason: 'InvalidImageName', message };
    }
    const full = withTag(image);
    const isPretended = this.options.runtime === 'pretended';
    const isHeld = isPretended
      ? !isMissingImage(image)
      : this.held.has(full) || (this.coming.get(full) ?? Infinity) <= now;
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    if (policy === 'Never' && !isHeld) {
      return {
        kind: 'refused',
        reason: 'ErrImageNeverPull',
        message: `Container image "${image}" is not present with pull policy of Never`,
      };
    }
    if (isHeld && policy !== 'Always') return { kind: 'present' };
    if (isPretended) return this.planPretended(image);
    const waitMs = Math.max(0, this.busyUntil - now);
    const failure = this.failureOf(image, name, hasCredentials);
    if (failure) {
      this.busyUntil = now + waitMs + FAILURE_MS;
      return { kind: 'failed', durationMs: waitMs + FAILURE_MS, message: failure };
    }
    const bytes = imageSize(image);
    // Behind a pull of the same image only its manifest is asked for: the layers are here by then.
    const isShared = isHeld || this.coming.has(full);
    const durationMs = isShared
      ? REGISTRY_MS
      : REGISTRY_MS + Math.round((bytes / this.machine.pullBytesPerSecond) * 1000);
    this.busyUntil = now + waitMs + durationMs;
    if (!isShared) this.coming.set(full, this.busyUntil);
    return { kind: 'pull', durationMs, waitMs, bytes };
  }

  private planPretended(image: string): PullVerdict {
    if (isMissingImage(image))
      return { kind: 'failed', durationMs: PRETENDED_PULL_MS, message: notFound(withTag(image)) };
    return { kind: 'pull', durationMs: PRETENDED_PULL_MS, waitMs: 0, bytes: imageSize(image) };
  }

  /** True when the node did not have it before. */
  keep(image: string, nowMs: number): boolean {
    const full = withTag(image);
    const isNew = !this.held.has(full);
    this.held.set(full, { sizeBytes: imageSize(image), detectedAt: nowMs, usedAt: nowMs });
    this.coming.delete(full);
    return isNew;
  }

  private failureOf(
    image: string,
    name: { registry: string; repository: string; tag: string },
    hasCredentials: (registry: string) => boolean,
  ): string | undefined {
    const full = withTag(image);
    const prefix = `rpc error: code = Unknown desc = ${unresolved(full)}`;
    if (name.registry.endsWith('.invalid') || name.registry.split(':')[0]!.endsWith('.invalid')) {
      return `${prefix}: failed to do request: Head "https://${name.registry}/v2/${name.repository.slice(name.registry.length + 1)}/manifests/${name.tag}": dial tcp: lookup ${name.registry.split(':')[0]} on 168.63.129.16:53: no such host`;
    }
    if (this.options.privateRegistries.includes(name.registry) && !hasCredentials(name.registry)) {
      return `${prefix}: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${name.registry}/oauth2/token: 401 Unauthorized`;
    }
    const known = lookUpImage(image);
    if (known?.tags && !known.tags.test(name.tag)) return notFound(full);
    return undefined;
  }

  save(): unknown {
    return { held: new Map(this.held), coming: new Map(this.coming), busyUntil: this.busyUntil };
  }

  load(state: unknown): void {
    const saved = state as {
      held: ReadonlyMap<string, HeldImage>;
      coming: ReadonlyMap<string, number>;
      busyUntil: number;
    };
    this.held = new Map(saved.held);
    this.coming = new Map(saved.coming);
    this.busyUntil = saved.busyUntil;
  }
}

const unresolved = (full: string): string =>
  `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`;

const notFound = (full: string): string => `rpc error: code = NotFound desc = ${unresolved(full)}: ${full}: not found`;

/** Upstream: distribution/reference (ParseNormalizedNamed). */
function malformed(image: string): string {
  const [path = ''] = /^[^:@]*/.exec(image.slice(image.lastIndexOf('/') + 1)) ?? [];
  const whole = image.slice(0, image.lastIndexOf('/') + 1) + path;
  const repository = whole.includes('/') ? whole : `library/${whole}`;
  const isUpper = repository !== repository.toLowerCase();
  return `invalid reference format${isUpper ? `: repository name (${repository}) must be lowercase` : ''}`;
}

function shortName(name: string): string {
  return name.replace(/^docker\.io\/(library\/)?/, '');
}
