/**
 * What others learn of a failed attempt: the event, the pod's condition and nomination, and what befalls victims.
 * Upstream: pkg/scheduler/schedule_one.go (handleSchedulingFailure), pkg/scheduler/framework/preemption/executor.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client, EventRecorder } from '../client/index.ts';
import { noteOf } from './messages.ts';

export class Notices {
  constructor(
    private readonly client: Client,
    private readonly recorder: EventRecorder,
  ) {}

  /** Every profile reports under its own name, which is the scheduler's that the pod asks for. */
  say(pod: Stored<Pod>, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.recorder.record('pods', pod, type, reason, noteOf(message), undefined, pod.spec?.schedulerName);
  }

  /** `nominates` is the node that `status.nominatedNodeName` is to say, '' for none; undefined leaves it. */
  failed(
    pod: Stored<Pod>,
    message: string,
    reason: 'Unschedulable' | 'SchedulerError',
    nominates: string | undefined,
  ): void {
    this.say(pod, 'Warning', 'FailedScheduling', message);
    const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const isSame = before?.status === 'False' && before.message === message && before.reason === reason;
    const isNominated = nominates === undefined || (pod.status?.nominatedNodeName ?? '') === nominates;
    if (isSame && isNominated) return;
    const since = before?.status === 'False' ? before.lastTransitionTime : undefined;
    const condition = this.condition(pod, 'PodScheduled', 'False', reason, message, since);
    const nomination = isNominated ? {} : { nominatedNodeName: nominates === '' ? null : nominates };
    this.patchStatus(pod, { conditions: [condition], ...nomination });
  }

  nominate(pod: Stored<Pod>, node: string): void {
    this.patchStatus(pod, { nominatedNodeName: node });
  }

  takeBackNomination(pod: Stored<Pod>): void {
    this.patchStatus(pod, { nominatedNodeName: null });
  }

  /**
   * A victim gets its condition, is deleted gracefully, and is told by whom. False when that could not be done; one that
   * has gone already is no failure.
   */
  preempt(victim: Stored<Pod>, preemptor: Stored<Pod>, node: string): boolean {
    const { namespace, name, uid } = victim.metadata;
    const reporter = preemptor.spec?.schedulerName;
    const message = `${reporter}: preempting to accommodate a higher priority pod`;
    const condition = this.condition(victim, 'DisruptionTarget', 'True', 'PreemptionByScheduler', message);
    const marked = this.patchStatus(victim, { conditions: [condition] });
    if (!marked.ok) return marked.status.reason === 'NotFound';
    const deleted = this.client.delete('pods', namespace, name, { preconditions: { uid } });
    if (!deleted.ok) return deleted.status.reason === 'NotFound';
    const told = `Preempted by pod ${preemptor.metadata.uid} on node ${node}`;
    this.recorder.record('pods', victim, 'Normal', 'Preempted', told, undefined, reporter, preemptor);
    return true;
  }

  private condition(
    { metadata }: Stored<Pod>,
    type: string,
    status: string,
    reason: string,
    message: string,
    since: string | undefined = this.client.kernel.formatTime(),
  ): unknown {
    const observedGeneration = metadata.generation ?? 1;
    return { type, observedGeneration, status, reason, message, lastProbeTime: null, lastTransitionTime: since };
  }

  private patchStatus({ metadata }: Stored<Pod>, status: unknown): ReturnType<Client['patch']> {
    return this.client.patch('pods', metadata.namespace, metadata.name, 'strategic', { status }, 'status');
  }
}
