/**
 * What the workload kinds take at 1,000 pods on five nodes of the default cluster, headless: a Deployment that is updated,
 * StatefulSets in both orders, a Job, and an autoscaler that scales up under load; and what single controllers manage
 * meanwhile, in turns a second of their own time, calls to the API server included.
 */
import type { KubeObject } from '../../sim/api/object.ts';
import type { ResourceName } from '../../sim/api/resource-types.ts';
import { defaultOptions, defaultPool } from '../../sim/azure/index.ts';
import { CLIENT, CONTROLLER_MANAGER, SCHEDULER, type Component } from '../../sim/kernel/index.ts';
import { World } from '../../sim/world.ts';

const PODS = 1_000;
const NODES = 5;
const VIRTUAL_LIMIT_MS = 4 * 3_600_000;
const LOOK_MS = 1_000;
/** By then what is there before is Ready, and has metrics. */
const SETTLE_MS = 120_000;
/** Controllers with fewer turns are left out. */
const LEAST_TURNS = 100;

export interface ControllerFigures {
  readonly component: string;
  readonly turns: number;
  readonly perSecond: number;
}

export interface KindFigures {
  readonly name: string;
  readonly pods: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly virtualSeconds: number;
  readonly events: number;
  /** What one pod and its traces hold of the heap at the end. */
  readonly heapKbPerPod: number;
  /** The busiest first. */
  readonly controllers: readonly ControllerFigures[];
}

interface Case {
  /** There before the clock starts. */
  readonly before: readonly KubeObject[];
  readonly measured: readonly KubeObject[];
  /** What to wait for: as many of a resource's object as its status counts. */
  readonly awaited: readonly [ResourceName, (status: Readonly<Record<string, number>>) => number];
}

const labels = { app: 'web' };
const metadata = { name: 'web', namespace: 'default' };
const template = (image: string, more: object = {}, command?: readonly string[]): object => ({
  metadata: { labels },
  spec: {
    ...more,
    containers: [
      {
        name: 'web',
        image,
        ...(command ? { command } : { ports: [{ containerPort: 80 }] }),
        resources: { requests: { cpu: '10m', memory: '8Mi' } },
      },
    ],
  },
});

const deployment = (image: string, replicas: number | undefined): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas, selector: { matchLabels: labels }, template: template(image) },
  }) as KubeObject;

const statefulSet = (podManagementPolicy: string): KubeObject =>
  ({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      ...{ replicas: PODS, serviceName: 'web', podManagementPolicy },
      ...{ selector: { matchLabels: labels }, template: template('nginx:1.27') },
    },
  }) as KubeObject;

const readyOf = ({ readyReplicas = 0 }: Readonly<Record<string, number>>): number => readyReplicas;
const updatedOf = ({
  updatedReplicas = 0,
  readyReplicas = 0,
  replicas = 0,
}: Readonly<Record<string, number>>): number => (replicas === PODS ? Math.min(updatedReplicas, readyReplicas) : 0);

const CASES: Readonly<Record<string, Case>> = {
  'Deployment update': {
    before: [deployment('nginx:1.27', PODS)],
    measured: [deployment('nginx:1.28', PODS)],
    awaited: ['deployments.apps', updatedOf],
  },
  'StatefulSet OrderedReady': {
    before: [],
    measured: [statefulSet('OrderedReady')],
    awaited: ['statefulsets.apps', readyOf],
  },
  'StatefulSet Parallel': { before: [], measured: [statefulSet('Parallel')], awaited: ['statefulsets.apps', readyOf] },
  Job: {
    before: [],
    measured: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: {
          ...{ completions: PODS, parallelism: 100 },
          template: template('busybox:1.36', { restartPolicy: 'Never' }, ['sh', '-c', 'sleep 5']),
        },
      } as KubeObject,
    ],
    awaited: ['jobs.batch', ({ succeeded = 0 }) => succeeded],
  },
  HorizontalPodAutoscaler: {
    before: [
      {
        apiVersion: 'pilothouse.dev/v1',
        kind: 'Workload',
        metadata,
        spec: { image: 'bench/busy', usage: { cpu: '15m', memory: '8Mi' } },
      } as KubeObject,
      deployment('bench/busy:1.0', undefined),
    ],
    measured: [
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata,
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          ...{ minReplicas: 1, maxReplicas: PODS },
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      } as KubeObject,
    ],
    awaited: ['deployments.apps', readyOf],
  },
};

export const KIND_CASES = Object.keys(CASES);

/** Counts the turns of every controller, and the time that they take. */
class Stopwatch {
  private readonly taken = new Map<string, { turns: number; ms: number }>();

  constructor({ kernel }: World) {
    for (const id of kernel.componentIds())
      if (id.startsWith(`${CONTROLLER_MANAGER}/`) || id === SCHEDULER) this.watch(kernel.component(id)!);
  }

  private watch(component: Component): void {
    const taken = { turns: 0, ms: 0 };
    this.taken.set(component.id, taken);
    const handle = component.handle.bind(component);
    component.handle = (action, payload) => {
      const begin = performance.now();
      handle(action, payload);
      taken.ms += performance.now() - begin;
      taken.turns += 1;
    };
  }

  figures(): readonly ControllerFigures[] {
    return [...this.taken]
      .filter(([, { turns }]) => turns >= LEAST_TURNS)
      .sort(([, left], [, right]) => right.ms - left.ms)
      .map(([component, { turns, ms }]) => ({ component, turns, perSecond: Math.round((1000 * turns) / ms) }));
  }
}

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** Boots a cluster, then measures from the apply until all pods are as they should be. */
export function measureKind(name: string): KindFigures {
  const { before, measured, awaited } = CASES[name]!;
  const world = new World({ ...defaultOptions('bench'), pools: [defaultPool('nodepool1', 'System', NODES)] });
  world.boot();
  const { kernel } = world;
  const apply = (objects: readonly KubeObject[]): void =>
    kernel.runTurn(CLIENT, 0, () => {
      for (const object of objects) {
        const applied = world.apply(object);
        if (!applied.ok) throw new Error(applied.status.message);
      }
    });
  const [resource, countOf] = awaited;
  const reached = (): number => {
    const found = world.find(resource, 'default', 'web') as { status?: Readonly<Record<string, number>> } | undefined;
    return countOf(found?.status ?? {});
  };
  const waitFor = (count: number): void => {
    const begin = world.now;
    // What is applied has to be seen first: until then the status tells of before.
    do {
      kernel.advanceTo(world.now + LOOK_MS);
      if (world.now - begin > VIRTUAL_LIMIT_MS) throw new Error(`${name}: only ${reached()} of ${count}`);
    } while (reached() < count);
  };
  const emptyHeap = heap();
  apply(before);
  if (before.length > 0) kernel.advanceTo(world.now + SETTLE_MS);
  const stopwatch = new Stopwatch(world);
  const [begin, cpu, start, events] = [performance.now(), process.cpuUsage(), world.now, kernel.trace.length];
  apply(measured);
  waitFor(PODS);
  const used = process.cpuUsage(cpu);
  const wallMs = Math.round(performance.now() - begin);
  return {
    name,
    pods: PODS,
    cpuMs: Math.round((used.user + used.system) / 1000),
    wallMs,
    virtualSeconds: Math.round((world.now - start) / 1000),
    events: kernel.trace.length - events,
    heapKbPerPod: Math.round((heap() - emptyHeap) / 1000 / PODS),
    controllers: stopwatch.figures(),
  };
}
