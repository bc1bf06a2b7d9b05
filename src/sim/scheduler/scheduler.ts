/**
 * The scheduler: takes a pod from its queue, finds a node, and binds it.
 * Upstream: pkg/scheduler/{scheduler,schedule_one,eventhandlers}.go. Preemption, topology spread, pod affinity and volumes
 * are not among its plugins yet; the support table says so.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../api/object.ts';
import { isDeepEqual, type ApiServerPort } from '../apiserver/index.ts';
import { Controller, type Informer, type Outcome } from '../client/index.ts';
import { FlatMachine, SCHEDULER, type Kernel } from '../kernel/index.ts';
import { evaluate, fitMessage, type Evaluation } from './cycle.ts';
import type { DecisionRecord, DecisionSummary } from './decision.ts';
import { schedulingMachine } from './machine.ts';
import { NodeCache } from './node-cache.ts';
import { DEFAULT_PROFILE } from './plugins/index.ts';
import { SchedulingQueue, type QueuedPod } from './queue.ts';
import { DecisionRecords } from './records.ts';

const REPORTER = 'default-scheduler';
const machine = new FlatMachine(schedulingMachine);
/** Work of one cycle, in virtual time, besides its calls. */
const CYCLE_MS = 1;

export class Scheduler extends Controller {
  private readonly pods: Informer<'pods'>;
  private readonly nodes: Informer<'nodes'>;
  private readonly cache = new NodeCache();
  private readonly scheduling: SchedulingQueue;
  private readonly records = new DecisionRecords();
  private startIndex = 0;
  private isAwake = false;
  private flushAt: number | undefined;
  private state = machine.start().state;
  private stateSince = 0;

  constructor(kernel: Kernel, api: ApiServerPort) {
    super(kernel, api, {
      id: SCHEDULER,
      reporter: REPORTER,
      user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
      qps: 50,
      burst: 100,
    });
    this.scheduling = new SchedulingQueue(kernel, (pod) => this.moved(pod));
    this.nodes = this.informer('nodes');
    this.pods = this.informer('pods', { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' });
    this.nodes.onChange((next, old) => {
      if (next) this.cache.setNode(next);
      else this.cache.removeNode(old!);
      if (next && !old) this.wake('NodeAdd', `node ${next.metadata.name} was added`);
      else if (next && old && isNodeChange(old, next))
        this.wake('NodeUpdate', `node ${next.metadata.name} has changed`);
    });
    this.pods.onChange((next, old) => this.podChanged(next, old));
  }

  override isSerial(action: string): boolean {
    return action === 'schedule';
  }

  lives(): readonly { instance: string; machine: string; state: string; since: number }[] {
    return [{ instance: this.id, machine: machine.id, state: machine.leaves[this.state]!, since: this.stateSince }];
  }

  decisions(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[] {
    return this.records.list(filter);
  }

  decision(attempt: number): DecisionRecord | undefined {
    return this.records.find(attempt);
  }

  queueCounts(): ReturnType<SchedulingQueue['counts']> {
    return this.scheduling.counts();
  }

  private podChanged(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const pod = (next ?? old)!;
    const key = keyOf(pod);
    if (pod.spec?.nodeName) {
      if (next) this.cache.addPod(next);
      else {
        this.cache.removePod(pod);
        this.wake('PodDelete', `pod ${key} was deleted`);
      }
      this.scheduling.remove(key);
      return;
    }
    if (pod.spec?.schedulerName !== REPORTER) return;
    if (!next) {
      this.scheduling.remove(key);
      this.cache.removePod(pod);
      return;
    }
    const queued = this.scheduling.get(key);
    const isGated = (next.spec?.schedulingGates?.length ?? 0) > 0;
    if (!queued) {
      if (!this.cache.isAssumed(pod.metadata.uid) && !old) this.enqueue(next, isGated, 'the pod was created');
    } else if (queued.queue === 'gated' && !isGated) {
      this.scheduling.remove(key);
      this.enqueue(next, false, 'its last scheduling gate was removed');
    } else if (old && next.spec !== old.spec && !isDeepEqual(next.spec, old.spec)) {
      this.wake('PodUpdate', `pod ${key} was changed`);
    }
  }

  private enqueue(pod: Stored<Pod>, isGated: boolean, because: string): void {
    this.scheduling.add(
      { key: keyOf(pod), uid: pod.metadata.uid, priority: pod.spec?.priority ?? 0 },
      isGated,
      because,
    );
  }

  private wake(event: Parameters<SchedulingQueue['moveFor']>[0], because: string): void {
    this.scheduling.moveFor(event, because);
  }

  private moved({ key, queue, because, rejectedBy }: QueuedPod): void {
    const pod = this.pods.byKey(key);
    const text = because || (rejectedBy.length > 0 ? `turned down by ${rejectedBy.join(', ')}` : 'its back-off');
    this.kernel.emit(
      'scheduler.queue',
      { queue, because: text },
      {
        object: pod
          ? { resource: 'pods', kind: 'Pod', namespace: pod.metadata.namespace!, name: pod.metadata.name }
          : undefined,
      },
    );
    this.ask();
  }

  /** Asks for the next turn, or for a flush when the first back-off is over. */
  private ask(): void {
    if (!this.isAwake && this.scheduling.activeCount > 0) {
      this.isAwake = true;
      this.kernel.schedule(0, this.id, 'schedule');
    }
    const next = this.scheduling.nextFlush();
    if (next && (this.flushAt === undefined || next.at < this.flushAt)) {
      this.flushAt = next.at;
      // A pod that fits nowhere waits for ever: such a flush does not keep a world from settling.
      this.kernel.scheduleAt(next.at, this.id, 'flush', next.at, !next.isBackoff);
    }
  }

  protected reconcile(): Outcome {
    return undefined;
  }

  protected override handleOther(action: string, payload: unknown): void {
    if (action === 'flush') {
      if (payload === this.flushAt) this.flushAt = undefined;
      this.scheduling.flush();
      return this.ask();
    }
    this.kernel.assert(action === 'schedule', `${this.id} has no action ${action}`);
    this.isAwake = false;
    this.scheduleOne();
    this.ask();
  }

  private scheduleOne(): void {
    const queued = this.scheduling.pop();
    if (!queued) return;
    const { turn } = this.kernel;
    turn.cause = queued.cause;
    const pod = this.pods.byKey(queued.key);
    if (!pod || pod.metadata.uid !== queued.uid || pod.spec?.nodeName) return;
    if (pod.metadata.deletionTimestamp) {
      this.recorder.record('pods', pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${queued.key}`);
      return;
    }
    this.move('POD_POPPED');
    const snapshot = this.cache.snapshot();
    const options = { profile: DEFAULT_PROFILE, percentageOfNodesToScore: 0, startIndex: this.startIndex };
    const evaluation = evaluate(pod, snapshot, options);
    this.startIndex = evaluation.nextStart;
    turn.cursor += CYCLE_MS;
    this.move(evaluation.preFilter ? 'REJECTED' : 'PREFILTER_DONE');
    const nodeCount = snapshot.nodes.length;
    if (evaluation.feasible.length === 0)
      return this.notScheduled(queued, pod, evaluation, nodeCount, options.startIndex);
    const { chosen, tied } = this.choose(evaluation);
    this.move(evaluation.feasible.length === 1 ? 'ONE_NODE_FITS' : 'NODES_FIT');
    this.move('SCORED');
    const message = `Successfully assigned ${queued.key} to ${chosen}`;
    this.leaveRecord(queued, pod, evaluation, {
      outcome: 'scheduled',
      node: chosen,
      message,
      nodeCount,
      startIndex: options.startIndex,
      tied,
    });
    this.cache.assume(pod, chosen);
    this.move('RESERVED');
    this.move('PERMITTED');
    this.kernel.background(() => this.bind(queued, pod, chosen, message));
  }

  /** The highest total; among equals the seeded stream draws. Upstream 1.35 lets the order of its heap decide. */
  private choose({ feasible, totals }: Evaluation): { chosen: string; tied: readonly string[] } {
    if (feasible.length === 1) return { chosen: feasible[0]!.name, tied: [feasible[0]!.name] };
    const best = Math.max(...totals);
    const tied = feasible.filter((_, index) => totals[index] === best).map(({ name }) => name);
    const chosen = tied.length === 1 ? tied[0]! : tied[this.kernel.stream('kube-scheduler/ties').below(tied.length)]!;
    return { chosen, tied };
  }

  private bind(queued: QueuedPod, pod: Stored<Pod>, node: string, message: string): void {
    const { namespace, name, uid } = pod.metadata;
    const bound = this.client.createSubresource('pods', 'binding', namespace, name, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { kind: 'Node', name: node },
    });
    if (bound.ok) {
      this.move('BOUND');
      this.recorder.record('pods', pod, 'Normal', 'Scheduled', message);
      return;
    }
    this.move('FAILED');
    this.cache.forget(pod);
    if (bound.status.code !== 404 && bound.status.code !== 409) this.scheduling.giveBack(queued, []);
  }

  private notScheduled(
    queued: QueuedPod,
    pod: Stored<Pod>,
    evaluation: Evaluation,
    nodeCount: number,
    startIndex: number,
  ): void {
    this.move('NO_NODE_FITS');
    const message =
      `${fitMessage(evaluation, nodeCount)}${nodeCount === 0 ? '' : `. ${preemptionText(evaluation, nodeCount)}`}`.slice(
        0,
        1024,
      );
    const rejecting = [
      ...new Set([...evaluation.rejections.values()].map(({ plugin }) => DEFAULT_PROFILE[plugin]!.plugin.name)),
    ];
    if (evaluation.preFilter) rejecting.push(evaluation.preFilter.plugin);
    if (evaluation.excluded > 0) rejecting.push(...evaluation.excludedBy);
    this.leaveRecord(queued, pod, evaluation, { outcome: 'unschedulable', message, nodeCount, startIndex, tied: [] });
    this.recorder.record('pods', pod, 'Warning', 'FailedScheduling', message);
    this.writeCondition(pod, message);
    this.scheduling.giveBack(queued, rejecting.length > 0 ? rejecting : ['NodeName']);
    this.move('HANDLED');
  }

  private writeCondition(pod: Stored<Pod>, message: string): void {
    const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return;
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : this.kernel.formatTime(),
    };
    this.client.patch(
      'pods',
      pod.metadata.namespace,
      pod.metadata.name,
      'strategic',
      { status: { conditions: [condition] } },
      'status',
    );
  }

  private leaveRecord(
    queued: QueuedPod,
    pod: Stored<Pod>,
    evaluation: Evaluation,
    more: {
      outcome: DecisionSummary['outcome'];
      node?: string;
      message: string;
      nodeCount: number;
      startIndex: number;
      tied: readonly string[];
    },
  ): void {
    const { outcome, node, message, nodeCount, startIndex, tied } = more;
    const attempt = this.records.next;
    const { namespace = '', name, uid } = pod.metadata;
    const counts = { feasible: evaluation.feasible.length, evaluated: evaluation.evaluated.length, nodes: nodeCount };
    const seq = this.kernel.emitCause(
      'scheduler.attempt',
      { attempt, outcome, ...(node ? { node } : {}), message, ...counts },
      { object: { resource: 'pods', kind: 'Pod', namespace, name, uid } },
    );
    this.records.add(
      {
        attempt,
        time: this.kernel.turn.cursor,
        seq,
        namespace,
        pod: name,
        uid,
        attemptOfPod: queued.attempts + 1,
        outcome,
        ...(node ? { node } : {}),
        message,
      },
      { pod, evaluation, nodeCount, startIndex, tied, because: queued.because },
    );
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
      records: this.records.save(),
      assumed: this.cache.saveAssumed(),
      zones: this.cache.saveOrder(),
      startIndex: this.startIndex,
      isAwake: this.isAwake,
      flushAt: this.flushAt,
      state: this.state,
      stateSince: this.stateSince,
    };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as Record<string, unknown>;
    this.scheduling.load(saved['queue']);
    this.records.load(saved['records']);
    this.cache.rebuild(saved['zones'], this.nodes.list(), this.pods.list(), saved['assumed']);
    this.startIndex = saved['startIndex'] as number;
    this.isAwake = saved['isAwake'] as boolean;
    this.flushAt = saved['flushAt'] as number | undefined;
    this.state = saved['state'] as number;
    this.stateSince = saved['stateSince'] as number;
  }
}

/** What DefaultPreemption says when it cannot help; nobody is evicted by this profile. */
function preemptionText({ rejections, excluded, preFilter }: Evaluation, nodeCount: number): string {
  if (preFilter) return '';
  const helpless =
    [...rejections.values()].filter(({ status }) => status.code === 'UnschedulableAndUnresolvable').length + excluded;
  const without = nodeCount - helpless;
  const parts = [
    ...(helpless > 0 ? [`${helpless} Preemption is not helpful for scheduling`] : []),
    ...(without > 0 ? [`${without} No preemption victims found for incoming pod`] : []),
  ].sort();
  return `no new claims to deallocate, preemption: 0/${nodeCount} nodes are available: ${parts.join(', ')}.`;
}

function isNodeChange(old: Parameters<NodeCache['setNode']>[0], next: Parameters<NodeCache['setNode']>[0]): boolean {
  return (
    (old.spec !== next.spec && !isDeepEqual(old.spec, next.spec)) ||
    !isDeepEqual(old.metadata.labels, next.metadata.labels) ||
    !isDeepEqual(old.status?.allocatable, next.status?.allocatable)
  );
}
