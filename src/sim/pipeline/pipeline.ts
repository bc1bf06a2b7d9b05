/**
 * A CI/CD pipeline: a client of the API server that applies a release, waits for its rollout, asks the new version, and puts
 * back what was before when anything fails. Upstream: none; the steps are those of `kubectl apply`, `rollout status` and
 * `helm upgrade --rollback-on-failure`. Left out: building images, approvals, several releases at once: a new one takes the place of
 * the one under way.
 */
import { resourceName, type KubeObject, type Stored } from '../api/index.ts';
import type { Status } from '../api/object.ts';
import type { Pod } from 'kubernetes-types/core/v1';
import type { WatchDelivery, WatchRequest } from '../apiserver/index.ts';
import { clientApply, LAST_APPLIED, ROLLED_OUT, rolloutStatus, type PersonPort } from '../client/index.ts';
import {
  FlatMachine,
  Life,
  PIPELINE,
  type Component,
  type Kernel,
  type LifeSave,
  type ShownLife,
} from '../kernel/index.ts';
import { pipelineMachine } from './machine.ts';
import type { PipelineStep, PipelineView, Release, ReleaseOrder, StepRecord, Target } from './release.ts';

const MACHINE = new FlatMachine(pipelineMachine);
/** From one document to the next, and the patience of the test. */
const PAUSE_MS = 50;
const TEST_TIMEOUT_MS = 60_000;
const TEST_WATCH = 'test';
/** Documents of one release. */
export const RELEASE_LIMIT = 1_000;

export interface PipelinePorts {
  readonly kernel: Kernel;
  readonly person: PersonPort;
  watch(request: Omit<WatchRequest, 'user'>): void;
  unwatch(watch: string): void;
}

/** Before the first release. */
const NO_RELEASE: PipelineView = {
  state: 'idle',
  number: 0,
  name: '',
  startedAt: 0,
  timeoutMs: 0,
  rollsBack: true,
  steps: [],
};

interface Saved {
  readonly life: LifeSave;
  readonly release: Release | undefined;
  readonly count: number;
}

export class Pipeline implements Component {
  readonly id = PIPELINE;
  private readonly life: Life;
  private release: Release | undefined;
  private count = 0;

  constructor(private readonly ports: PipelinePorts) {
    this.life = new Life(ports.kernel, MACHINE, this.id);
  }

  isSerial(action: string): boolean {
    return action !== 'timeout';
  }

  lives(): readonly ShownLife[] {
    return [this.life.shown];
  }

  view(): PipelineView {
    if (!this.release) return NO_RELEASE;
    const { number, name, startedAt, timeoutMs, rollsBack, testUrl, steps } = this.release;
    const order = { number, name, startedAt, timeoutMs, rollsBack, ...(testUrl ? { testUrl } : {}) };
    return { state: this.life.value, ...order, steps };
  }

  /** Begins a release, within a turn. One that is under way ends where it stands. */
  start(order: ReleaseOrder): void {
    const { kernel } = this.ports;
    this.endWatches();
    this.count += 1;
    this.release = { ...order, number: this.count, startedAt: kernel.turn.cursor, steps: [], targets: [] };
    this.life.send({ type: 'STARTED' });
    this.begin('apply', `${order.documents.length} documents`);
    kernel.schedule(PAUSE_MS, this.id, 'apply', { number: this.count, index: 0 });
  }

  handle(action: string, payload: unknown): void {
    const { release } = this;
    if (!release) return;
    if (action === 'watch') return this.hear(payload as WatchDelivery);
    const { number, index = 0, step } = payload as { number: number; index?: number; step?: PipelineStep };
    if (number !== release.number) return;
    if (action === 'apply') this.apply(index);
    else if (action === 'restore') this.restore(index);
    else if (step === release.steps.at(-1)?.step && release.steps.at(-1)?.outcome === 'running')
      this.fail(`timed out after ${this.seconds(step === 'test' ? TEST_TIMEOUT_MS : release.timeoutMs)}`);
  }

  private seconds(ms: number): string {
    return `${ms / 1000}s`;
  }

  private apply(index: number): void {
    const { kernel, person } = this.ports;
    const release = this.release!;
    const document = release.documents[index];
    if (!document) return this.applied();
    kernel.emitCause('document', { index, source: document.source });
    const place = this.placeOf(document.object);
    if (place) {
      const live = person.handle({ verb: 'get', ...place });
      const before = live.code < 300 ? (live.body as Stored) : null;
      this.change({ targets: [...release.targets, { ...place, before }] });
    }
    const outcome = clientApply(person, document.object);
    const { kind = '', metadata } = document.object;
    if (!outcome.ok) return this.fail(outcome.status.message ?? '');
    this.tell(`${kind.toLowerCase()}/${metadata?.name ?? ''} ${outcome.outcome}`);
    kernel.schedule(PAUSE_MS, this.id, 'apply', { number: release.number, index: index + 1 });
  }

  private placeOf({ apiVersion = '', kind = '', metadata }: KubeObject): Omit<Target, 'before'> | undefined {
    const definition = this.ports.person.registry.byGvk(apiVersion, kind);
    if (!definition) return undefined;
    const namespace = definition.isNamespaced ? { namespace: metadata?.namespace ?? 'default' } : {};
    return { resource: resourceName(definition), ...namespace, name: metadata?.name ?? '' };
  }

  private applied(): void {
    this.end('succeeded', `${this.release!.documents.length} documents applied`);
    this.life.send({ type: 'APPLIED' });
    this.await('rollout');
  }

  /** Watches the workloads of the release until they have rolled out. */
  private await(step: 'rollout' | 'rollback'): void {
    const { kernel } = this.ports;
    const { number, timeoutMs, targets } = this.release!;
    if (step === 'rollout') this.begin(step, '');
    targets.forEach((target, index) => {
      if (!this.rollsOut(target)) return;
      const { resource, namespace, name } = target;
      const place = { resource, ...(namespace ? { namespace } : {}), fieldSelector: `metadata.name=${name}` };
      const live = this.ports.person.handle({ verb: 'get', resource, ...(namespace ? { namespace } : {}), name });
      if (live.code < 300) this.see(index, live.body as Stored);
      const resourceVersion = (live.body as Stored).metadata?.resourceVersion;
      this.ports.watch({
        watch: String(index),
        component: this.id,
        ...place,
        ...(resourceVersion ? { resourceVersion } : {}),
      });
    });
    kernel.schedule(timeoutMs, this.id, 'timeout', { number, step });
    this.judge();
  }

  /** What did not exist before is deleted again, and needs no rollout on the way back. */
  private rollsOut({ resource, before }: Target): boolean {
    return ROLLED_OUT.has(resource) && (this.life.value !== 'rollingBack' || before !== null);
  }

  private hear({ watch, type, object }: WatchDelivery): void {
    if (watch === TEST_WATCH) return this.hearTest(object as Stored<Pod>);
    if (type === 'DELETED') return this.fail(`${(object as Stored).kind.toLowerCase()} was deleted`);
    if (type === 'ERROR') return this.fail((object as Status).message ?? 'the watch was closed');
    this.see(Number(watch), object as Stored);
    this.judge();
  }

  private see(index: number, seen: Stored): void {
    const { targets } = this.release!;
    this.change({ targets: targets.map((target, at) => (at === index ? { ...target, seen } : target)) });
  }

  private judge(): void {
    const { targets, testUrl } = this.release!;
    const state = this.life.value;
    if (state !== 'waiting' && state !== 'rollingBack') return;
    const verdicts = targets
      .filter((target) => this.rollsOut(target))
      .map(({ seen }) => (seen ? rolloutStatus(seen) : { state: 'waiting' as const, message: '' }));
    const bad = verdicts.find((verdict) => verdict.state === 'failed');
    if (bad) return this.fail(bad.message);
    const open = verdicts.find((verdict) => verdict.state === 'waiting');
    if (open) return this.tell(open.message);
    this.end('succeeded', verdicts.map(({ message }) => message).join('; '));
    this.endWatches();
    if (state === 'rollingBack') return this.life.send({ type: 'ROLLED_BACK' });
    if (testUrl) this.test(testUrl);
    else this.life.send({ type: 'SUCCEEDED' });
  }

  /** Asks the new version from inside the cluster, as a user of it would. */
  private test(url: string): void {
    const { kernel, person } = this.ports;
    const { number, targets } = this.release!;
    this.life.send({ type: 'TESTING' });
    this.begin('test', `wget ${url}`);
    const namespace = targets.find((target) => target.namespace)?.namespace ?? 'default';
    const name = `release-${number}-test`;
    const container = { name: 'test', image: 'busybox:1.36', command: ['wget', '-q', '-T', '5', '-O-', url] };
    const made = person.handle({
      verb: 'create',
      resource: 'pods',
      namespace,
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'pipeline' } },
        spec: { restartPolicy: 'Never', containers: [container] },
      },
    });
    if (made.code >= 300) return this.fail((made.body as Status).message ?? '');
    const { resourceVersion } = (made.body as Stored).metadata;
    this.ports.watch({
      watch: TEST_WATCH,
      component: this.id,
      resource: 'pods',
      namespace,
      fieldSelector: `metadata.name=${name}`,
      ...(resourceVersion ? { resourceVersion } : {}),
    });
    kernel.schedule(TEST_TIMEOUT_MS, this.id, 'timeout', { number, step: 'test' });
  }

  private hearTest({ metadata: { namespace = 'default', name }, status }: Stored<Pod>): void {
    if (this.life.value !== 'testing') return;
    const { phase } = status ?? {};
    if (phase !== 'Succeeded' && phase !== 'Failed') return;
    this.ports.unwatch(TEST_WATCH);
    this.ports.person.handle({ verb: 'delete', resource: 'pods', namespace, name });
    if (phase === 'Failed') return this.fail(`${this.release!.testUrl} did not answer`);
    this.end('succeeded', `${this.release!.testUrl} answered`);
    this.life.send({ type: 'SUCCEEDED' });
  }

  /** The step has failed: the release is put back, or left as it is. */
  private fail(message: string): void {
    const { kernel } = this.ports;
    const { number, rollsBack, targets } = this.release!;
    this.end('failed', message);
    this.endWatches();
    if (this.life.value === 'rollingBack' || !rollsBack) return this.life.send({ type: 'FAILED' });
    this.life.send({ type: 'ROLLING_BACK' });
    this.begin('rollback', '');
    kernel.schedule(PAUSE_MS, this.id, 'restore', { number, index: targets.length - 1 });
  }

  /** Puts objects back, the last one first. */
  private restore(index: number): void {
    const { kernel } = this.ports;
    const { number, targets } = this.release!;
    const target = targets[index];
    if (!target) return this.await('rollback');
    const { resource, namespace, name, before } = target;
    const place = { resource, ...(namespace ? { namespace } : {}), name };
    const refused = before ? this.putBack(before, place) : this.takeAway(place);
    if (refused) return this.fail(refused.message ?? '');
    this.tell(`${name} ${before ? 'put back' : 'deleted'}`);
    kernel.schedule(PAUSE_MS, this.id, 'restore', { number, index: index - 1 });
  }

  /** As it was applied before; an object that nobody applied gets its former spec. */
  private putBack(before: Stored, place: { resource: string; namespace?: string; name: string }): Status | undefined {
    const { person } = this.ports;
    const text = before.metadata.annotations?.[LAST_APPLIED];
    if (text) {
      const outcome = clientApply(person, JSON.parse(text) as KubeObject);
      return outcome.ok ? undefined : outcome.status;
    }
    const { resourceVersion: _stale, ...metadata } = before.metadata;
    const answer = person.handle({ verb: 'update', ...place, body: { ...before, metadata } });
    return answer.code < 300 ? undefined : (answer.body as Status);
  }

  private takeAway(place: { resource: string; namespace?: string; name: string }): Status | undefined {
    const options = { propagationPolicy: 'Background' as const };
    const answer = this.ports.person.handle({ verb: 'delete', ...place, options });
    return answer.code < 300 || answer.code === 404 ? undefined : (answer.body as Status);
  }

  private endWatches(): void {
    for (const index of this.release?.targets.keys() ?? []) this.ports.unwatch(String(index));
    this.ports.unwatch(TEST_WATCH);
  }

  private begin(step: PipelineStep, message: string): void {
    const startedAt = this.ports.kernel.turn.cursor;
    this.change({ steps: [...this.release!.steps, { step, startedAt, outcome: 'running', message }] });
    this.note(step, 'started', message);
  }

  private tell(message: string): void {
    const [last, rest] = this.lastStep();
    if (last.message !== message) this.change({ steps: [...rest, { ...last, message }] });
  }

  private end(outcome: 'succeeded' | 'failed', message: string): void {
    const [last, rest] = this.lastStep();
    this.change({ steps: [...rest, { ...last, outcome, message, endedAt: this.ports.kernel.turn.cursor }] });
    this.note(last.step, outcome, message);
  }

  private lastStep(): readonly [StepRecord, readonly StepRecord[]] {
    const { steps } = this.release!;
    return [steps.at(-1)!, steps.slice(0, -1)];
  }

  /** What a step does next is caused by how the one before came out. */
  private note(step: PipelineStep, outcome: 'started' | 'succeeded' | 'failed', message: string): void {
    this.ports.kernel.emitCause('pipeline.step', { release: this.release!.name, step, outcome, message });
  }

  private change(more: Partial<Release>): void {
    this.release = { ...this.release!, ...more };
  }

  save(): Saved {
    return { life: this.life.save(), release: this.release, count: this.count };
  }

  load({ life, release, count }: Saved): void {
    this.life.load(life);
    this.release = release;
    this.count = count;
  }
}
