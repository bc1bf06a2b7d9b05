/**
 * Benches: events per second of the kernel, what it takes to bring a Deployment of so many replicas to Ready, and pods a
 * second of the scheduler on upstream's workloads.
 * `npm run bench -- [--json]`. Each size runs in a process of its own, so that peak memory is its own.
 */
import { execFileSync } from 'node:child_process';
import { measureWorkload, type WorkloadFigures } from './bench/scheduler-perf.ts';
import { WORKLOADS } from './bench/scheduler-workloads.ts';
import { World } from '../sim/world.ts';
import { defaultOptions, defaultPool } from '../sim/azure/index.ts';
import { CLIENT, Kernel, type Component } from '../sim/kernel/index.ts';

const SIZES = [10, 50, 200, 500, 1_000, 5_000];
const VIRTUAL_LIMIT_MS = 3_600_000;

interface RolloutFigures {
  readonly replicas: number;
  readonly nodes: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMemoryMb: number;
  readonly virtualSeconds: number;
  readonly events: number;
}

function kernelEventsPerSecond(): number {
  const kernel = new Kernel({ seed: 'bench', epochMs: 0 });
  const echo: Component = {
    id: 'echo',
    isSerial: () => false,
    handle: (_action, payload) => {
      kernel.emit('reconcile', { key: 'x' });
      if ((payload as number) > 0)
        kernel.schedule(1 + kernel.stream('echo').below(5), 'echo', 'again', (payload as number) - 1);
    },
    save: () => undefined,
    load: () => undefined,
  };
  kernel.add(echo);
  const count = 1_000_000;
  for (let index = 0; index < 100; index += 1) kernel.schedule(0, 'echo', 'again', count / 100);
  const begin = performance.now();
  while (kernel.step());
  return Math.round((count / (performance.now() - begin)) * 1000);
}

function manifest(replicas: number): unknown {
  const labels = { app: 'web' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
      },
    },
  };
}

/** Boots a cluster that is large enough, then measures from the apply to the last Ready. */
function rollout(replicas: number): RolloutFigures {
  const nodes = Math.max(3, Math.ceil(replicas / 220));
  const world = new World({ ...defaultOptions('bench'), pools: [defaultPool('nodepool1', 'System', nodes)] });
  world.boot();
  const { kernel } = world;
  const [begin, cpu, start, events] = [performance.now(), process.cpuUsage(), world.now, kernel.trace.length];
  kernel.runTurn(CLIENT, 0, () =>
    world.handle({ verb: 'create', resource: 'deployments.apps', namespace: 'default', body: manifest(replicas) }),
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

/** One measurement in a process of its own. */
function inChild<T>(flag: string, value: string): T {
  const output = execFileSync(process.execPath, [...process.execArgv, process.argv[1]!, flag, value], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as T;
}

const [flag, value] = process.argv.slice(2);
if (flag === '--rollout') {
  process.stdout.write(JSON.stringify(rollout(Number(value))));
} else if (flag === '--workload') {
  process.stdout.write(JSON.stringify(measureWorkload(value ?? '')));
} else {
  const rollouts = SIZES.map((size) => inChild<RolloutFigures>('--rollout', String(size)));
  const scheduler = WORKLOADS.map(({ name }) => inChild<WorkloadFigures>('--workload', name));
  const result = { kernelEventsPerSecond: kernelEventsPerSecond(), rollouts, scheduler };
  if (flag === '--json') console.log(JSON.stringify(result, undefined, 2));
  else {
    console.log(`kernel: ${result.kernelEventsPerSecond.toLocaleString('en')} events a second`);
    for (const row of rollouts) {
      console.log(
        `${row.replicas} replicas on ${row.nodes} nodes: ${row.wallMs} ms wall, ${row.cpuMs} ms CPU, ${row.peakMemoryMb} MB, ${row.virtualSeconds} s virtual, ${row.events} events`,
      );
    }
    for (const row of scheduler) {
      const threshold = row.upstreamThreshold === undefined ? '' : `, upstream's threshold ${row.upstreamThreshold}`;
      console.log(
        `${row.name} on ${row.nodes} nodes: ${row.alonePodsPerSecond} pods a second alone, ${row.wholePodsPerSecond} with the whole control plane${threshold}`,
      );
    }
  }
}
