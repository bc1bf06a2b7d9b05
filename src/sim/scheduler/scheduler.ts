/**
 * The scheduler: takes a pod from its queue, finds a node, and binds it; or makes room by preemption.
 * Upstream: pkg/scheduler/{scheduler,schedule_one}.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../api/object.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import { Controller, type Informer, type Outcome as TurnOutcome } from '../client/index.ts';
import { FlatMachine, SCHEDULER, type Kernel } from '../kernel/index.ts';
import type { Chance, Outcome } from './attempt.ts';
import { AsyncPreemption } from './async-preemption.ts';
import { AttemptLog } from './attempt-log.ts';
import {
  areVolumesBound,
  assumedVolumes,
  awaited,
  bindPod,
  bindTimeoutMs,
  heldBy,
  startBinding,
  VOLUME_CHECK_MS,
  volumesToBind,
  type Binding,
} from './binder.ts';
import { ClusterState, LISTED, type Change, type Listed } from './cluster-state.ts';
import { ClusterWatch } from './cluster-watch.ts';
import { queueOptionsOf } from './configuration.ts';
import type { DecisionRecord, DecisionSummary } from './decision.ts';
import { clientRates, Configurations, decide } from './enforced.ts';
import { podActions, type ClusterEvent } from './hints.ts';
import { schedulingMachine } from './machine.ts';
import { Notices } from './notices.ts';
import type { Candidate } from './preemption.ts';
import type { Profile } from './profile.ts';
import { SchedulingQueue, type QueuedPod } from './queue.ts';
import { QueueTimers } from './queue-timers.ts';
import { wokenBy } from './waking.ts';

const REPORTER = 'default-scheduler';
/** The host it runs on, as its events name it. */
const HOST = 'kube-scheduler-0';
const machine = new FlatMachine(schedulingMachine);
/** Work of one cycle, in virtual time, besides its calls. */
const CYCLE_MS = 1;

export interface SchedulerSettings {
  /** A KubeSchedulerConfiguration as JSON; empty for the default. */
  readonly configuration: string;
  /** 35 of 1.35. */
  readonly minorRelease: number;
}

export class Scheduler extends Controller {
  private readonly pods: Informer<'pods'>;
  private readonly listed = new Map<Listed, Pick<Informer<Listed>, 'byKey'>>();
  private cluster = new ClusterState();
  private readonly scheduling: SchedulingQueue;
  private readonly log: AttemptLog;
  private readonly configurations: Configurations;
  private readonly notices: Notices;
  private profiles!: ReadonlyMap<string, Profile>;
  private assumed = new Set<string>();
  private bindings = new Map<string, Binding>();
  private readonly preempting = new AsyncPreemption();
  private startIndex = 0;
  private readonly timers: QueueTimers;
  private state = machine.start().state;
  private stateSince = 0;

  constructor(
    kernel: Kernel,
    api: ApiServerPort,
    private readonly settings: SchedulerSettings = { configuration: '', minorRelease: 35 },
  ) {
    super(kernel, api, {
      id: SCHEDULER,
      reporter: REPORTER,
      host: HOST,
      recordsSeries: true,
      user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
      ...clientRates(settings.configuration),
    });
    this.scheduling = new SchedulingQueue(kernel, (pod) => this.moved(pod));
    this.timers = new QueueTimers(kernel, this.id, this.scheduling);
    this.notices = new Notices(this.client, this.recorder);
    this.configurations = new Configurations([settings.configuration], settings.minorRelease);
    this.log = new AttemptLog(kernel, this.configurations);
    this.enforce();
    const watch = new ClusterWatch(() => this.cluster, {
      change: (change) => this.change(change),
      happened: (event, because) => this.happened(event, because),
      waitingPod: (next, old) => this.waitingPod(next, old),
      placed: (pod) => this.placed(pod),
    });
    for (const resource of LISTED) {
      const informer = this.informer(resource);
      this.listed.set(resource, informer);
      informer.onChange((next, old) => watch.object(resource, next, old));
    }
    this.informer('nodes').onChange((next, old) => watch.node(next, old));
    this.pods = this.informer('pods', { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' });
    this.pods.onChange((next, old) => watch.pod(next, old));
  }

  override isSerial(action: string): boolean {
    return action === 'schedule';
  }

  lives(): readonly { instance: string; machine: string; state: string; since: number }[] {
    return [{ instance: this.id, machine: machine.id, state: machine.leaves[this.state]!, since: this.stateSince }];
  }

  decisions(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[] {
    return this.log.list(filter);
  }

  /** A decision in full, made again on the cluster as it was; undefined when that is no longer kept. */
  decision(number: number): DecisionRecord | undefined {
    return this.log.explain(number);
  }

  /** The nodes and all that plugins look up, without the pods: what a comparison starts from. */
  lookups(): readonly Change[] {
    return this.cluster.toChanges().filter(({ kind }) => kind === 'node' || kind === 'object');
  }

  queueCounts(): ReturnType<SchedulingQueue['counts']> {
    return this.scheduling.counts();
  }

  /** Puts another configuration in force, as a restart with it would: every waiting pod is tried again. */
  configure(configuration: string): void {
    this.configurations.add(configuration);
    this.enforce();
    this.kernel.emit('scheduler.configured', { profiles: [...this.profiles.keys()] });
    for (const pod of [...this.scheduling.all()]) {
      if (!this.profiles.has(pod.profile)) this.scheduling.remove(pod.key);
      else if (pod.queue !== 'gated') this.scheduling.wake(pod, 'the scheduler was configured anew');
    }
    for (const pod of this.pods.list()) if (!pod.spec?.nodeName) this.enqueue(pod, 'the scheduler was configured anew');
  }

  private enforce(): void {
    const { configuration, profiles } = this.configurations.current;
    this.profiles = profiles;
    this.scheduling.options = queueOptionsOf(configuration, this.settings.minorRelease);
  }

  private change(change: Change): void {
    this.cluster.apply(change);
    this.log.append(change);
  }

  /**
   * Wakes the pods that the event may help, by the hints of the plugins that turned them down. Only those of no higher
   * priority than `highest` are asked: a nomination stands in nobody else's way.
   */
  private happened(event: ClusterEvent, because: string, highest = Infinity): void {
    if (!this.scheduling.hasUnschedulable) return;
    const podOf = (queued: QueuedPod): Stored<Pod> | undefined =>
      queued.priority > highest || this.isPreempting(queued) ? undefined : this.pods.byKey(queued.key);
    for (const { queued, plugin } of wokenBy(event, this.profiles, this.scheduling, this.cluster, podOf))
      this.scheduling.wake(queued, because, plugin);
  }

  private placed(pod: Stored<Pod>): void {
    const { uid } = pod.metadata;
    this.assumed.delete(uid);
    this.preempting.end(uid);
    this.scheduling.remove(keyOf(pod));
    this.denominate(uid);
  }

  private denominate(uid: string): void {
    if (this.cluster.nominationOf(uid) !== undefined) this.change({ kind: 'nomination', uid });
  }

  private waitingPod(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    // Those of other schedulers are none of its business, whatever node they are nominated to.
    if (!this.profiles.has((next ?? old)!.spec?.schedulerName ?? '')) return;
    if (!next) return this.waitingPodGone(old!);
    const { uid } = next.metadata;
    if (this.assumed.has(uid)) return;
    const nominated = next.status?.nominatedNodeName;
    const before = old?.status?.nominatedNodeName;
    if (nominated && this.cluster.nominationOf(uid) !== nominated)
      this.change({ kind: 'nomination', uid, pod: next, node: nominated });
    if (!nominated && before) this.denominate(uid);
    this.requeue(next, old);
    if (before && before !== nominated) this.nominationEnded(old, 'changed');
  }

  private requeue(next: Stored<Pod>, old: Stored<Pod> | undefined): void {
    const queued = this.scheduling.get(keyOf(next));
    if (!queued) {
      if (!old) this.enqueue(next, 'the pod was created');
      return;
    }
    if (queued.queue === 'gated') {
      if (this.gateOf(next, queued.profile) === undefined)
        this.scheduling.wake(queued, 'its last scheduling gate was removed');
      return;
    }
    if (old && queued.queue === 'unschedulable')
      for (const action of podActions(old, next))
        this.happened({ resource: 'waiting', action, old, next }, `pod ${keyOf(next)} was changed`);
  }

  private waitingPodGone(pod: Stored<Pod>): void {
    const { uid } = pod.metadata;
    this.scheduling.remove(keyOf(pod));
    this.bindings.delete(uid);
    this.preempting.end(uid);
    this.denominate(uid);
    if (this.assumed.delete(uid)) {
      this.change({ kind: 'pod', uid });
      this.happened({ resource: 'assigned', action: 'Delete', old: pod }, `pod ${keyOf(pod)} was deleted`);
    } else if (pod.status?.nominatedNodeName) this.nominationEnded(pod, 'deleted');
  }

  /** The room that a pod was waiting for is there for others, as if the pod had been there and gone. */
  private nominationEnded(pod: Stored<Pod>, how: 'changed' | 'deleted'): void {
    const event: ClusterEvent = { resource: 'assigned', action: 'Delete', old: pod };
    this.happened(event, `pod ${keyOf(pod)} was ${how}`, pod.spec?.priority ?? 0);
  }

  private gateOf(pod: Stored<Pod>, profile: string): string | undefined {
    const gates = this.profiles.get(profile)?.at('preEnqueue') ?? [];
    return gates.find(({ plugin }) => plugin.preEnqueue!(pod))?.plugin.name;
  }

  private enqueue(pod: Stored<Pod>, because: string): void {
    const key = keyOf(pod);
    const profile = pod.spec?.schedulerName ?? '';
    const { uid } = pod.metadata;
    if (!this.profiles.has(profile) || this.assumed.has(uid) || this.scheduling.get(key)) return;
    this.scheduling.add({ key, uid, priority: pod.spec?.priority ?? 0, profile }, this.gateOf(pod, profile), because);
  }

  private moved({ key, queue, because, rejectedBy }: QueuedPod): void {
    const pod = this.pods.byKey(key);
    const text = because || (rejectedBy.length > 0 ? `turned down by ${rejectedBy.join(', ')}` : 'its back-off');
    const object = pod && {
      resource: 'pods',
      kind: 'Pod',
      namespace: pod.metadata.namespace!,
      name: pod.metadata.name,
    };
    this.kernel.emit('scheduler.queue', { queue, because: text }, { object });
    this.ask();
  }

  /** Asks for the next turn, and for looks at the back-offs and at those that wait too long. */
  private ask(): void {
    this.timers.ask(this.cluster.nodes.length === 0);
  }

  protected reconcile(): TurnOutcome {
    return undefined;
  }

  protected override handleOther(action: string, payload: unknown): void {
    switch (action) {
      case 'flush-backoff':
        this.timers.flushBackoff();
        break;
      case 'flush-unschedulable':
        this.timers.flushUnschedulable();
        break;
      case 'volumes':
        this.checkVolumes(payload as string);
        break;
      case 'activate':
        this.activate(payload as string);
        break;
      default:
        this.kernel.assert(action === 'schedule', `${this.id} has no action ${action}`);
        this.timers.wakeUp();
        this.scheduleOne();
    }
    this.ask();
  }

  /** Upstream: backend/queue/scheduling_queue.go (Activate). */
  private activate(key: string): void {
    const queued = this.scheduling.get(key);
    if (queued && queued.queue !== 'gated' && queued.queue !== 'active')
      this.scheduling.wake(queued, 'its preemption failed');
  }

  private scheduleOne(): void {
    const queued = this.scheduling.pop();
    if (!queued) return;
    const { turn } = this.kernel;
    turn.cause = queued.cause;
    const pod = this.pods.byKey(queued.key);
    if (!pod || pod.metadata.uid !== queued.uid || pod.spec?.nodeName) return;
    if (pod.metadata.deletionTimestamp) {
      this.notices.say(pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${queued.key}`);
      return;
    }
    this.move('POD_POPPED');
    const { startIndex } = this;
    let offset = 0;
    const chance: Chance = {
      offset: (nodes) => (offset = this.kernel.stream('kube-scheduler/preemption').below(nodes)),
      tie: (nodes) => this.kernel.stream('kube-scheduler/ties').below(nodes),
    };
    const result = decide(pod, queued.profile, this.cluster, this.configurations.current, startIndex, chance);
    const { evaluation } = result;
    this.startIndex = evaluation.nextStart;
    turn.cursor += CYCLE_MS;
    this.move(evaluation.preFilter.rejection ? 'REJECTED' : 'PREFILTER_DONE');
    this.log.leave(queued, pod, result, { startIndex, offset });
    if (result.node === undefined) this.notScheduled(queued, pod, result);
    else this.assumeAndBind(queued, pod, result.node, result);
  }

  private assumeAndBind(queued: QueuedPod, pod: Stored<Pod>, node: string, { evaluation, message }: Outcome): void {
    this.move(evaluation.feasible.length === 1 ? 'ONE_NODE_FITS' : 'NODES_FIT');
    this.move('SCORED');
    const { uid } = pod.metadata;
    const volumes = evaluation.profile.plugin('VolumeBinding')
      ? volumesToBind(evaluation.pod, node, this.cluster)
      : undefined;
    this.assumed.add(uid);
    this.change({ kind: 'pod', uid, pod: { ...pod, spec: { ...pod.spec!, nodeName: node } }, node });
    this.denominate(uid);
    for (const change of volumes ? assumedVolumes(volumes, node) : []) this.change(change);
    this.move('RESERVED');
    this.move('PERMITTED');
    const since = this.kernel.turn.cursor;
    const binding: Binding = { queued, pod, node, message, since, ...(volumes ? { volumes: awaited(volumes) } : {}) };
    this.kernel.background(() => {
      if (!volumes) return this.bind(binding);
      // Tells others, such as an autoscaler, where the pod will be (NominatedNodeNameForExpectation, on since 1.35).
      if (this.settings.minorRelease >= 35 && pod.status?.nominatedNodeName !== node) this.notices.nominate(pod, node);
      const fault = startBinding(this.client, volumes, node);
      if (fault !== undefined) return this.bindingFailed(binding, `running PreBind plugin "VolumeBinding": ${fault}`);
      this.move('BOUND');
      this.bindings.set(uid, Object.freeze(binding));
      this.kernel.schedule(VOLUME_CHECK_MS, this.id, 'volumes', uid);
    });
  }

  private checkVolumes(uid: string): void {
    const binding = this.bindings.get(uid);
    if (!binding) return;
    const limit = bindTimeoutMs(this.profiles.get(binding.queued.profile)?.args.VolumeBinding);
    const state = areVolumesBound(binding.volumes!, binding.node, this.cluster);
    if (state === false && this.kernel.turn.cursor - binding.since < limit) {
      this.kernel.schedule(VOLUME_CHECK_MS, this.id, 'volumes', uid);
      return;
    }
    this.bindings.delete(uid);
    if (state === true) return this.bind(binding);
    const reason = state === false ? 'context deadline exceeded' : state;
    this.bindingFailed(binding, `running PreBind plugin "VolumeBinding": binding volumes: ${reason}`);
  }

  private bind(binding: Binding): void {
    const { pod, node, message } = binding;
    const fault = bindPod(this.client, pod, node);
    if (fault) return this.bindingFailed(binding, `running Bind plugin "DefaultBinder": ${fault.message}`);
    this.move('BOUND');
    this.notices.say(pod, 'Normal', 'Scheduled', message);
  }

  /** The node's room is free again, and the pod tries anew unless it is gone or has a node. */
  private bindingFailed({ queued, pod, volumes }: Binding, message: string): void {
    this.move('FAILED');
    const { uid } = pod.metadata;
    this.assumed.delete(uid);
    this.change({ kind: 'pod', uid });
    for (const { resource, key } of volumes ? heldBy(volumes) : []) {
      const object = this.listed.get(resource)!.byKey(key);
      this.change({ kind: 'object', resource, key, ...(object ? { object } : {}) });
    }
    this.happened({ resource: 'assigned', action: 'Delete', old: pod }, `pod ${queued.key} was not bound`);
    const current = this.pods.byKey(queued.key);
    if (current && current.metadata.uid !== uid) return;
    // Of a pod that is gone or has a node only the event tells.
    if (!current || current.spec?.nodeName) return this.notices.say(pod, 'Warning', 'FailedScheduling', message);
    this.notices.failed(current, message, 'SchedulerError', '');
    this.scheduling.giveBack(queued, []);
  }

  private notScheduled(
    queued: QueuedPod,
    pod: Stored<Pod>,
    { evaluation, outcome, message, rejectedBy, postFilter }: Outcome,
  ): void {
    this.move(evaluation.fault ? 'NODES_FIT' : 'NO_NODE_FITS');
    const isCleared = !postFilter || postFilter.clearsNomination;
    const nominates = postFilter?.best?.node ?? (isCleared ? '' : undefined);
    this.notices.failed(pod, message, outcome === 'error' ? 'SchedulerError' : 'Unschedulable', nominates);
    const { uid } = pod.metadata;
    if (nominates === '') this.denominate(uid);
    else if (nominates !== undefined) this.change({ kind: 'nomination', uid, pod, node: nominates });
    this.scheduling.giveBack(queued, rejectedBy);
    if (postFilter?.best) this.preempt(pod, postFilter.best);
    this.move(evaluation.fault ? 'FAILED' : 'HANDLED');
  }

  /**
   * All in the background: nominations of lower priority on the node are void, then all victims but the last are asked to
   * go at once. Whoever is going already is not asked again. After a failure the pod tries anew.
   */
  private preempt(preemptor: Stored<Pod>, { node, victims }: Candidate): void {
    const { uid } = preemptor.metadata;
    const live = victims.filter(({ isTerminating }) => !isTerminating).map(({ pod }) => pod);
    const last = live.pop();
    if (!last) return;
    this.kernel.background(() => {
      for (const other of [...this.cluster.nominatedTo(node)]) {
        if (other.uid === uid || other.priority >= (preemptor.spec?.priority ?? 0)) continue;
        this.denominate(other.uid);
        this.notices.takeBackNomination(other.pod);
      }
      let areAsked = true;
      const ask = (victim: Stored<Pod>): void => {
        // One whose volumes are still being bound goes no further; its room is free when it is gone.
        this.bindings.delete(victim.metadata.uid);
        areAsked = this.notices.preempt(victim, preemptor, node) && areAsked;
      };
      this.kernel.parallel(live.map((victim) => () => ask(victim)));
      const lastAskedAt = this.kernel.turn.cursor;
      if (areAsked) ask(last);
      const until = this.kernel.turn.cursor;
      this.preempting.begin(uid, { until, last: last.metadata.uid, lastAskedAt });
      if (!areAsked) this.kernel.scheduleAt(until, this.id, 'activate', keyOf(preemptor));
    });
  }

  /** Preemption by the pod is under way: until its victims have been asked to go, nothing wakes it. */
  private isPreempting({ uid }: QueuedPod): boolean {
    return this.preempting.isRunning(uid, this.kernel.turn.cursor, (victim) => this.cluster.placedPod(victim));
  }

  private move(event: string): void {
    const moved = machine.next(this.state, { type: event });
    if (!moved.isChanged) return;
    this.state = moved.state;
    this.stateSince = this.kernel.turn.cursor;
    const { from, to } = moved;
    this.kernel.emit('transition', { machine: machine.id, instance: this.id, from, to, on: event });
  }

  protected override saveOwn(): unknown {
    return {
      queue: this.scheduling.save(),
      log: this.log.save(),
      configurations: this.configurations.save(),
      assumed: new Set(this.assumed),
      bindings: new Map(this.bindings),
      preempting: this.preempting.save(),
      startIndex: this.startIndex,
      timers: this.timers.save(),
      state: this.state,
      stateSince: this.stateSince,
    };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as Record<string, unknown>;
    this.configurations.load(saved['configurations'] as readonly string[]);
    this.enforce();
    this.scheduling.load(saved['queue']);
    this.log.load(saved['log']);
    this.cluster = this.log.replay();
    this.assumed = new Set(saved['assumed'] as ReadonlySet<string>);
    this.bindings = new Map(saved['bindings'] as ReadonlyMap<string, Binding>);
    this.preempting.load(saved['preempting']);
    this.startIndex = saved['startIndex'] as number;
    this.timers.load(saved['timers']);
    this.state = saved['state'] as number;
    this.stateSince = saved['stateSince'] as number;
  }
}
