/** What it takes to bring a Deployment of so many replicas to Ready, headless, on enough nodes for them. */
import { defaultOptions, defaultPool } from '../../sim/azure/index.ts';
import { CLIENT } from '../../sim/kernel/index.ts';
import { World } from '../../sim/world.ts';

export const ROLLOUT_SIZES = [10, 50, 200, 500, 1_000, 5_000];
const VIRTUAL_LIMIT_MS = 3_600_000;
const PODS_PER_NODE = 220;

export interface RolloutFigures {
  readonly replicas: number;
  readonly nodes: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMb: number;
  readonly virtualSeconds: number;
  readonly events: number;
}

export function rolloutManifest(name: string, replicas: number): unknown {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name, image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
      },
    },
  };
}

/** Boots a cluster that is large enough, then measures from the apply to the last Ready. */
export function measureRollout(replicas: number): RolloutFigures {
  const nodes = Math.max(3, Math.ceil(replicas / PODS_PER_NODE));
  const world = new World({ ...defaultOptions('bench'), pools: [defaultPool('nodepool1', 'System', nodes)] });
  world.boot();
  const { kernel } = world;
  const [begin, cpu, start, events] = [performance.now(), process.cpuUsage(), world.now, kernel.trace.length];
  kernel.runTurn(CLIENT, 0, () =>
    world.handle({
      verb: 'create',
      resource: 'deployments.apps',
      namespace: 'default',
      body: rolloutManifest('web', replicas),
    }),
  );
  const ready = (): number =>
    (world.find('deployments.apps', 'default', 'web') as { status?: { readyReplicas?: number } }).status
      ?.readyReplicas ?? 0;
  while (ready() < replicas) {
    kernel.advanceTo(world.now + 1_000);
    if (world.now - start > VIRTUAL_LIMIT_MS) throw new Error(`only ${ready()} of ${replicas} replicas became Ready`);
  }
  const used = process.cpuUsage(cpu);
  return {
    replicas,
    nodes,
    wallMs: Math.round(performance.now() - begin),
    cpuMs: Math.round((used.user + used.system) / 1000),
    peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    virtualSeconds: Math.round((world.now - start) / 1000),
    events: kernel.trace.length - events,
  };
}
