/**
 * What the scheduler keeps to explain itself: every change of its cluster and a line for every attempt, from which any
 * decision can be made again in full. Reaching the limit of either is an event.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Outcome } from './attempt.ts';
import type { Change, ClusterState } from './cluster-state.ts';
import type { DecisionRecord, DecisionSummary } from './decision.ts';
import { decide, percentageOfNodesToScore, type Configurations } from './enforced.ts';
import { explain } from './explain.ts';
import { CHANGE_LIMIT, Journal } from './journal.ts';
import type { QueuedPod } from './queue.ts';
import { DecisionRecords, SUMMARY_LIMIT } from './records.ts';

/** What was drawn and where the search began: with it the same cluster gives the same decision. */
export interface Beginning {
  readonly startIndex: number;
  readonly offset: number;
}

export class AttemptLog {
  private readonly journal = new Journal();
  private readonly records = new DecisionRecords();

  constructor(
    private readonly kernel: Kernel,
    private readonly configurations: Configurations,
  ) {}

  append(change: Change): void {
    if (this.journal.append(change))
      this.kernel.emit('limit', { what: 'changes kept to explain scheduling', limit: CHANGE_LIMIT });
  }

  /** A cluster state of its own, as it is now. */
  replay(): ClusterState {
    return this.journal.replay();
  }

  list(filter: { namespace?: string; pod?: string }): readonly DecisionSummary[] {
    return this.records.list(filter);
  }

  /** A decision in full, made again on the cluster as it was; undefined when that is no longer kept. */
  explain(number: number): DecisionRecord | undefined {
    const record = this.records.find(number);
    const cluster = record && this.journal.clusterAt(record.position);
    if (!record || !cluster) return undefined;
    const chance = { offset: () => record.offset, tie: () => 0 };
    const enforced = this.configurations.at(record.configuration);
    const result = decide(record.pod, record.profile, cluster, enforced, record.startIndex, chance);
    return explain(record, result, percentageOfNodesToScore(record.profile, enforced));
  }

  /** The attempt becomes the cause of what follows in the turn. */
  leave(queued: QueuedPod, pod: Stored<Pod>, result: Outcome, { startIndex, offset }: Beginning): void {
    const { evaluation, outcome, node, message, postFilter } = result;
    const number = this.records.next;
    const { namespace = '', name, uid } = pod.metadata;
    const victims = postFilter?.best?.victims.map(({ key }) => key);
    const seq = this.kernel.emitCause(
      'scheduler.attempt',
      {
        attempt: number,
        outcome,
        ...(node ? { node } : {}),
        ...(victims ? { nominated: postFilter!.best!.node, victims } : {}),
        message,
        feasible: evaluation.feasible.length,
        evaluated: evaluation.evaluated.length,
        nodes: evaluation.cluster.nodes.length,
      },
      { object: { resource: 'pods', kind: 'Pod', namespace, name, uid } },
    );
    const summary: DecisionSummary = {
      attempt: number,
      time: this.kernel.turn.cursor,
      seq,
      namespace,
      pod: name,
      uid,
      attemptOfPod: queued.attempts + 1,
      outcome,
      ...(node ? { node } : {}),
      message,
    };
    const hasDropped = this.records.add({
      ...{ summary, pod, position: this.journal.position, profile: queued.profile, startIndex, offset },
      ...{ configuration: this.configurations.index, because: queued.because },
      ...(queued.hintedBy === undefined ? {} : { hintedBy: queued.hintedBy }),
    });
    if (hasDropped) this.kernel.emit('limit', { what: 'scheduling attempts kept', limit: SUMMARY_LIMIT });
  }

  save(): unknown {
    return { records: this.records.save(), journal: this.journal.save() };
  }

  load(state: unknown): void {
    const saved = state as { records: unknown; journal: unknown };
    this.records.load(saved.records);
    this.journal.load(saved.journal);
  }
}
