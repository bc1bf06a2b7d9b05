/** The scheduler's decisions over a state of its own, without queue, API or binding: pods a second, and what keeping explanations costs. */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from '../../sim/api/object.ts';
import {
  attempt,
  ClusterState,
  defaultProfile,
  explain,
  Journal,
  PodInfo,
  type Attempt,
  type Change,
  type Outcome,
} from '../../sim/scheduler/index.ts';
import { CHURN_MS, makeNode, makePod, NODES, WORKLOADS, type PodKind, type Workload } from './scheduler-workloads.ts';

const stored = <T extends KubeObject>(object: T, uid: string): Stored<T> =>
  ({ ...object, metadata: { uid, ...object.metadata } }) as Stored<T>;

/** What is kept of a decision: nothing; what the scheduler keeps, to explain it later; or every number of it at once. */
export type Keeping = 'nothing' | 'record' | 'explanation';

class Alone {
  private readonly cluster = new ClusterState();
  private readonly journal = new Journal();
  private readonly kept: unknown[] = [];
  private readonly profile = defaultProfile();
  private startIndex = 0;
  private count = 0;

  constructor(
    zones: readonly string[],
    public keeping: Keeping,
  ) {
    for (let index = 0; index < NODES; index += 1) {
      const node = stored<Node>(makeNode(index, zones), `node-${index}`);
      this.change({ kind: 'node', name: node.metadata.name, node });
    }
  }

  schedule(kind: PodKind): void {
    this.count += 1;
    const uid = `pod-${this.count}`;
    const pod = stored<Pod>(makePod(kind, uid), uid);
    let nominatedNode: string | undefined;
    for (let round = 0; round < 2; round += 1) {
      const options = { profile: this.profile, percentageOfNodesToScore: 0, startIndex: this.startIndex };
      const nominated = nominatedNode === undefined ? {} : { nominatedNode };
      const chance = { offset: (nodes: number) => this.count % nodes, tie: (nodes: number) => this.count % nodes };
      const result = attempt(PodInfo.of(pod), this.cluster, { ...options, ...nominated }, chance);
      this.keep(pod, result);
      this.startIndex = result.evaluation.nextStart;
      if (result.node !== undefined) {
        const bound = { ...pod, spec: { ...pod.spec!, nodeName: result.node } };
        this.change({ kind: 'pod', uid, pod: bound, node: result.node });
        return;
      }
      for (const victim of result.postFilter?.best?.victims ?? []) this.change({ kind: 'pod', uid: victim.uid });
      nominatedNode = result.postFilter?.best?.node;
      if (nominatedNode === undefined) return;
    }
  }

  private change(change: Change): void {
    this.cluster.apply(change);
    if (this.keeping !== 'nothing') this.journal.append(change);
  }

  private keep(pod: Stored<Pod>, { evaluation, outcome, message, tied, postFilter }: Outcome): void {
    if (this.keeping === 'nothing') return;
    const { uid, name, namespace = '' } = pod.metadata;
    const summary = {
      attempt: this.count,
      time: 0,
      seq: 0,
      namespace,
      pod: name,
      uid,
      attemptOfPod: 1,
      outcome,
      message,
    };
    const record: Attempt = {
      ...{ summary, pod, position: this.journal.position, profile: this.profile.schedulerName },
      ...{ configuration: 0, startIndex: this.startIndex, offset: 0, because: '' },
    };
    this.kept.push(this.keeping === 'record' ? record : explain(record, { evaluation, postFilter, tied }, 0));
    if (this.keeping === 'explanation') this.kept.length = 0;
  }
}

/** A decision that costs much is measured on fewer pods, so that a bench ends. */
const LIMIT_MS = 10_000;

export interface Rate {
  /** Pods decided: all of the workload, or fewer where the time was up. */
  readonly pods: number;
  readonly perSecond: number;
}

export function rateAlone(workload: Workload, keeping: Keeping = 'nothing'): Rate {
  const { initial, churn, measured, zones, upstream = 1_000 } = workload;
  const [kind, count] = measured;
  const scheduler = new Alone(zones, 'nothing');
  for (const [other, times] of initial) for (let index = 0; index < times; index += 1) scheduler.schedule(other);
  scheduler.keeping = keeping;
  // Here no time goes by, so churn comes as often as at upstream's threshold.
  const every = Math.round((upstream * CHURN_MS) / 1000);
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  let pods = 0;
  while (pods < count && performance.now() - begin < LIMIT_MS) {
    if (churn && pods % every === 0) scheduler.schedule(churn);
    scheduler.schedule(kind);
    pods += 1;
  }
  const used = process.cpuUsage(cpu);
  return { pods, perSecond: Math.round((pods / (used.user + used.system)) * 1e6) };
}

export interface RecordingFigures {
  readonly workload: string;
  /** Pods a second with nothing kept, with what the scheduler keeps, and with every number written out at once. */
  readonly withoutRecords: number;
  readonly withRecords: number;
  readonly withExplanations: number;
}

export function measureRecording(): RecordingFigures {
  const workload = WORKLOADS.find(({ name }) => name === 'SchedulingBasic')!;
  const rateOf = (keeping: Keeping): number => rateAlone(workload, keeping).perSecond;
  // Once to no purpose: the first to run pays for the compiler.
  rateOf('record');
  return {
    workload: workload.name,
    withoutRecords: rateOf('nothing'),
    withRecords: rateOf('record'),
    withExplanations: rateOf('explanation'),
  };
}
