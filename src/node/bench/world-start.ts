/** What a world of so many nodes takes: to boot, to stand still for a minute, to be forked, and in memory. */
import { defaultOptions, defaultPool, plainOptions } from '../../sim/azure/index.ts';
import { World } from '../../sim/world.ts';

export const WORLD_SIZES = [
  { preset: 'plain', nodes: 1_000 },
  { preset: 'plain', nodes: 5_000 },
  { preset: 'aks', nodes: 100 },
  { preset: 'aks', nodes: 1_000 },
] as const;

const NODES_PER_POOL = 1_000;
const REST_MS = 60_000;

export interface WorldFigures {
  readonly preset: string;
  readonly nodes: number;
  readonly bootCpuMs: number;
  readonly bootVirtualSeconds: number;
  readonly bootEvents: number;
  /** CPU time of a virtual minute in which nothing happens but heartbeats. */
  readonly restCpuMs: number;
  readonly forkCpuMs: number;
  readonly heapMb: number;
  readonly heapKbPerNode: number;
}

export function measureWorld(preset: string, nodes: number): WorldFigures {
  const base = preset === 'aks' ? defaultOptions('bench') : plainOptions('bench');
  const share = Math.min(nodes, NODES_PER_POOL);
  const pools = Array.from({ length: Math.ceil(nodes / share) }, (_, index) =>
    defaultPool(`pool${index}`, 'System', share),
  );
  const cpuOf = (work: () => void): number => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return Math.round((user + system) / 1000);
  };
  const world = new World({ ...base, pools });
  const bootCpuMs = cpuOf(() => world.boot());
  const [bootVirtualSeconds, bootEvents] = [Math.round(world.now / 1000), world.kernel.trace.length];
  const restCpuMs = cpuOf(() => world.kernel.advanceTo(world.now + REST_MS));
  const forkCpuMs = cpuOf(() => void world.fork());
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  return {
    ...{ preset, nodes, bootCpuMs, bootVirtualSeconds, bootEvents, restCpuMs, forkCpuMs },
    heapMb: Math.round(heap / 1e6),
    heapKbPerNode: Math.round(heap / 1000 / nodes),
  };
}
