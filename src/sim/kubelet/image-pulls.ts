/**
 * What a container goes through until its image is there: pulls, failures and the back-off between them.
 * Upstream: pkg/kubelet/images/image_manager.go (EnsureImageExists), pkg/kubelet/reason_cache.go, pkg/kubelet/pod_workers.go
 * (completeWork). A sync of the pod first reports what the sync before has found, so that the status lags one sync behind
 * the events.
 */
import { refOf } from '../api/object.ts';
import { REGISTRY } from '../kernel/index.ts';
import type { ContainerRuntime, Target } from './container-runtime.ts';
import { pulledText } from './container-spec.ts';
import { pullSecretsOf } from './pull-secrets.ts';
import { specOf } from './records.ts';

export interface Pull {
  readonly outcome: 'pulled' | 'failed';
  readonly message: string;
  readonly began: number;
  /** Without the wait for other pulls. */
  readonly ownMs: number;
}

/** The pod's new sandbox is noticed by the next relist, and syncs the pod. */
const RELIST_MS = 1_000;
/** A sync that failed is followed by another after 10 s to 15 s. */
const SYNC_MS = 10_000;
const SYNC_JITTER_MS = 5_000;
const BACKOFF_START_MS = 10_000;
const BACKOFF_MAX_MS = 300_000;

export class ImagePulls {
  constructor(private readonly runtime: ContainerRuntime) {}

  begin(uid: string, name: string): void {
    const { kernel, client, recorder, images, nodeName, find } = this.runtime.ports;
    const { pod } = find(uid)!;
    const spec = specOf(pod, name);
    const image = spec.image ?? '';
    const now = kernel.turn.cursor;
    const secrets = pullSecretsOf(pod, client);
    if (secrets.missing.length > 0) {
      const text = `Unable to retrieve some image pull secrets (${secrets.missing.join(', ')}); attempting to pull the image may not succeed.`;
      recorder.record('pods', pod, 'Warning', 'FailedToRetrieveImagePullSecret', text);
    }
    const plan = images.plan(spec, now, (registry) => secrets.has(registry));
    if (plan.kind === 'present') {
      const text = `Container image "${image}" already present on machine and can be accessed by the pod`;
      this.runtime.record(pod, name, 'Normal', 'Pulled', text);
      return this.runtime.create(uid, name, spec);
    }
    if (plan.kind === 'refused') return this.refuse(uid, name, plan.reason, plan.message);
    this.runtime.record(pod, name, 'Normal', 'Pulling', `Pulling image "${image}"`);
    const outcome = plan.kind === 'pull' ? 'pulled' : 'failed';
    const message = plan.kind === 'failed' ? plan.message : '';
    const duration = plan.durationMs + (plan.kind === 'pull' ? plan.waitMs : 0);
    kernel.emit(
      'image.pull',
      {
        from: REGISTRY,
        to: `node/${nodeName}/kubelet`,
        departAt: now,
        arriveAt: now + duration,
        image,
        outcome,
        ...(message ? { message } : {}),
      },
      { object: refOf('pods', pod) },
    );
    const pull: Pull = { outcome, message, began: now, ownMs: plan.durationMs };
    this.runtime.later(uid, name, duration, 'pulled', pull);
  }

  private refuse(uid: string, name: string, reason: string, message: string): void {
    const { pod } = this.runtime.ports.find(uid)!;
    this.runtime.record(pod, name, 'Warning', reason === 'InvalidImageName' ? 'InspectFailed' : reason, message);
    this.runtime.record(pod, name, 'Warning', 'Failed', `Error: ${reason}`);
    this.runtime.update(uid, name, { waiting: { reason, message } });
    this.runtime.send(uid, name, { type: 'CONFIG_FAILED' });
  }

  ended({ uid, name }: Target, { outcome, message, began, ownMs }: Pull): void {
    const { kernel, images, find, imageArrived } = this.runtime.ports;
    const { pod } = find(uid)!;
    const spec = specOf(pod, name);
    const image = spec.image ?? '';
    if (outcome === 'failed') {
      this.runtime.record(pod, name, 'Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      this.runtime.record(pod, name, 'Warning', 'Failed', 'Error: ErrImagePull');
      this.runtime.update(uid, name, { foundWaiting: { reason: 'ErrImagePull', message } });
      return this.runtime.send(uid, name, { type: 'PULL_FAILED' });
    }
    if (images.keep(image, kernel.turn.cursor)) imageArrived();
    this.runtime.record(pod, name, 'Normal', 'Pulled', pulledText(image, ownMs, kernel.turn.cursor - began));
    this.runtime.update(uid, name, { pullBackOffMs: 0 });
    this.runtime.create(uid, name, spec);
  }

  /** After a failed pull: the next one waits 10 s, 20 s ... 5 min. */
  backOff(uid: string, name: string): void {
    const { pullBackOffMs } = this.runtime.container(uid, name)!;
    const isFirst = pullBackOffMs === 0;
    this.runtime.update(uid, name, {
      pullBackOffMs: isFirst ? BACKOFF_START_MS : Math.min(pullBackOffMs * 2, BACKOFF_MAX_MS),
    });
    this.syncAfter(uid, name, isFirst ? RELIST_MS : undefined);
  }

  private syncAfter(uid: string, name: string, delayMs: number | undefined): void {
    const { kernel, component } = this.runtime.ports;
    // A pod that has said that it cannot start is tried for ever: that is upkeep, or no such world would settle.
    const isUpkeep = this.runtime.container(uid, name)!.waiting?.reason === 'ImagePullBackOff';
    const after = delayMs ?? SYNC_MS + kernel.stream(`${component}/sync`).below(SYNC_JITTER_MS);
    this.runtime.later(uid, name, after, 'pull-sync', {}, isUpkeep);
  }

  sync({ uid, name }: Target): void {
    const { kernel, find, settle } = this.runtime.ports;
    const { since, pullBackOffMs, foundWaiting } = this.runtime.container(uid, name)!;
    if (foundWaiting) this.runtime.update(uid, name, { waiting: foundWaiting });
    settle(uid);
    if (kernel.turn.cursor - since >= pullBackOffMs) return this.runtime.send(uid, name, { type: 'RETRY' });
    const { pod } = find(uid)!;
    const text = `Back-off pulling image "${specOf(pod, name).image ?? ''}"`;
    this.runtime.record(pod, name, 'Normal', 'BackOff', text);
    this.runtime.record(pod, name, 'Warning', 'Failed', 'Error: ImagePullBackOff');
    if (foundWaiting?.reason === 'ErrImagePull') {
      const message = `${text}: ErrImagePull: ${foundWaiting.message ?? ''}`;
      this.runtime.update(uid, name, { foundWaiting: { reason: 'ImagePullBackOff', message } });
    }
    this.syncAfter(uid, name, undefined);
  }
}
