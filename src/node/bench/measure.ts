/** One measurement in a process of its own: what it is about comes as arguments, the figures go out as JSON. */
import { kernelEventsPerSecond } from './kernel-speed.ts';
import { measureRollout } from './rollout.ts';
import { measureRest } from './rest.ts';
import { measureRecording, rateAlone } from './scheduler-alone.ts';
import { measureWhole, type WholeFigures } from './scheduler-whole.ts';
import { NODES, WORKLOADS, type Workload } from './scheduler-workloads.ts';
import { measureKind } from './workload-kinds.ts';
import { measureWorld } from './world-start.ts';

export interface WorkloadFigures {
  readonly name: string;
  readonly nodes: number;
  /** Pods there before the clock starts. */
  readonly initialPods: number;
  /** Pods that upstream's workload measures. */
  readonly pods: number;
  /** Decisions and what they change, without queue, API or binding: pods decided, and pods a second of CPU time. */
  readonly alonePods: number;
  readonly alonePodsPerSecond: number;
  /** With API server, etcd and controllers, and nothing on the nodes. */
  readonly controlPlane?: WholeFigures;
  /** With kubelets and proxies too. */
  readonly whole?: WholeFigures;
  readonly upstreamThreshold?: number;
}

function workloadOf(name: string): Workload {
  const workload = WORKLOADS.find((candidate) => candidate.name === name);
  if (!workload) throw new Error(`There is no workload ${name}.`);
  return workload;
}

function measureWorkload(name: string): WorkloadFigures {
  const workload = workloadOf(name);
  const { initial, measured, upstream } = workload;
  const alone = rateAlone(workload);
  return {
    name,
    nodes: NODES,
    initialPods: initial.reduce((sum, [, count]) => sum + count, 0),
    pods: measured[1],
    alonePods: alone.pods,
    alonePodsPerSecond: alone.perSecond,
    ...(upstream === undefined ? {} : { upstreamThreshold: upstream }),
  };
}

async function measure([part = '', first = '', second = '']: readonly string[]): Promise<unknown> {
  switch (part) {
    case 'kernel':
      return kernelEventsPerSecond();
    case 'rollout':
      return measureRollout(Number(first));
    case 'kind':
      return measureKind(first);
    case 'world':
      return measureWorld(first, Number(second));
    case 'rest':
      return measureRest(first);
    case 'recording':
      return measureRecording();
    case 'control-plane':
      return measureWhole(workloadOf(first), 'none');
    case 'whole':
      return measureWhole(workloadOf(first), 'all');
    default:
      return measureWorkload(first);
  }
}

process.stdout.write(JSON.stringify(await measure(process.argv.slice(2))));
