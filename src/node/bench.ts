/**
 * `npm run bench -- [--json] [--full] [--browser] [--only NAME]...`: events a second of the kernel, what rollouts, workload
 * kinds and large worlds take, requests a second of the REST API, what the page weighs before Monaco, and pods a second of the scheduler on upstream's workloads at 5,000 nodes.
 * Each measurement runs in a process of its own, so that peak memory is its own. `--browser` alone is
 * a rollout in a browser. Progress goes to stderr.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildMeasurements } from './bench/build.ts';
import type { WorkloadFigures } from './bench/measure.ts';
import type { PageWeight } from './bench/page-weight.ts';
import type { PageTasks } from './bench/page-tasks.ts';
import { ROLLOUT_SIZES, type RolloutFigures } from './bench/rollout.ts';
import { REST_CASES, type RestFigures } from './bench/rest.ts';
import type { RecordingFigures } from './bench/scheduler-alone.ts';
import type { WholeFigures } from './bench/scheduler-whole.ts';
import { WORKLOADS } from './bench/scheduler-workloads.ts';
import { KIND_CASES, type KindFigures } from './bench/workload-kinds.ts';
import { WORLD_SIZES, type WorldFigures } from './bench/world-start.ts';

/** Everything that a run without options measures. */
const PARTS = ['kernel', 'rollouts', 'kinds', 'worlds', 'rest', 'page', 'recording', 'scheduler'];
const WORKLOAD_NAMES = WORKLOADS.map(({ name }) => name);

interface Options {
  readonly isJson: boolean;
  /** The whole control plane around every workload too. */
  readonly isFull: boolean;
  /** A rollout in a real browser too. */
  readonly isBrowser: boolean;
  readonly only: readonly string[];
}

interface Figures {
  readonly kernelEventsPerSecond?: number;
  readonly rollouts?: readonly RolloutFigures[];
  readonly kinds?: readonly KindFigures[];
  readonly worlds?: readonly WorldFigures[];
  readonly rest?: readonly RestFigures[];
  readonly page?: PageWeight;
  readonly browser?: PageTasks;
  readonly recording?: RecordingFigures;
  readonly scheduler?: readonly WorkloadFigures[];
}

function usage(message: string): never {
  console.error(
    `${message}\nusage: npm run bench -- [--json] [--full] [--browser] [--only NAME]...\n` +
      `NAME is one of ${PARTS.join(', ')}, or a workload, which also runs with the whole control plane:\n` +
      WORKLOAD_NAMES.join(', '),
  );
  process.exit(2);
}

function readOptions(words: readonly string[]): Options {
  let [isJson, isFull, isBrowser] = [false, false, false];
  const only: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (word === '--json') isJson = true;
    else if (word === '--full') isFull = true;
    else if (word === '--browser') isBrowser = true;
    else if (word === '--only') {
      const name = words[(index += 1)] ?? '';
      if (![...PARTS, ...WORKLOAD_NAMES].includes(name)) usage(`--only does not know ${name || 'an empty name'}.`);
      only.push(name);
    } else usage(`unknown option ${word}`);
  }
  return { isJson, isFull, isBrowser, only };
}

/** Enough for 5,000 nodes and the trace of what they do. */
const HEAP_MB = 8_000;

/** One measurement in a process of its own. */
function inChild<T>(file: string, ...words: string[]): T {
  const begin = performance.now();
  process.stderr.write(`${words.join(' ')}... `);
  const output = execFileSync(process.execPath, ['--expose-gc', `--max-old-space-size=${HEAP_MB}`, file, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
  return JSON.parse(output) as T;
}

async function measure({ isFull, isBrowser, only }: Options): Promise<Figures> {
  const wants = (part: string): boolean => (only.length === 0 && !isBrowser) || only.includes(part);
  const workloads = wants('scheduler') ? WORKLOAD_NAMES : WORKLOAD_NAMES.filter((name) => only.includes(name));
  const isWhole = (name: string): boolean => isFull || only.includes(name);
  const file = await buildMeasurements(fileURLToPath(new URL('../..', import.meta.url)));
  return {
    ...(wants('kernel') ? { kernelEventsPerSecond: inChild<number>(file, 'kernel') } : {}),
    ...(wants('rollouts')
      ? { rollouts: ROLLOUT_SIZES.map((size) => inChild<RolloutFigures>(file, 'rollout', String(size))) }
      : {}),
    ...(wants('kinds') ? { kinds: KIND_CASES.map((name) => inChild<KindFigures>(file, 'kind', name)) } : {}),
    ...(wants('worlds')
      ? {
          worlds: WORLD_SIZES.map(({ preset, nodes }) => inChild<WorldFigures>(file, 'world', preset, String(nodes))),
        }
      : {}),
    ...(wants('rest') ? { rest: REST_CASES.map((name) => inChild<RestFigures>(file, 'rest', name)) } : {}),
    ...(wants('page') ? { page: await (await import('./bench/page-weight.ts')).measurePageWeight() } : {}),
    ...(isBrowser ? { browser: await (await import('./bench/page-tasks.ts')).measurePageTasks() } : {}),
    ...(wants('recording') ? { recording: inChild<RecordingFigures>(file, 'recording') } : {}),
    ...(workloads.length > 0
      ? {
          scheduler: workloads.map((name) => ({
            ...inChild<WorkloadFigures>(file, 'workload', name),
            ...(isWhole(name)
              ? {
                  controlPlane: inChild<WholeFigures>(file, 'control-plane', name),
                  whole: inChild<WholeFigures>(file, 'whole', name),
                }
              : {}),
          })),
        }
      : {}),
  };
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

function rolloutLine(row: RolloutFigures): string {
  return `${row.replicas} replicas on ${row.nodes} nodes: ${row.wallMs} ms wall, ${row.cpuMs} ms CPU, ${row.peakMemoryMb} MB, ${row.virtualSeconds} s virtual, ${row.events} events`;
}

function restLine(row: RestFigures): string {
  const cost = Object.entries(row.profile)
    .slice(0, 6)
    .map(([room, share]) => `${room} ${share}%`);
  const size = kilobytes(row.bytes / row.requests);
  return `${row.name}: ${row.perSecond} a second over ${row.connections} connections, p50 ${row.p50Ms} ms, p99 ${row.p99Ms} ms, ${size} each (server: ${cost.join(', ')})`;
}

function pageLine({ gzipBytes }: PageWeight): string {
  const { page, scripts, styles, worker } = gzipBytes;
  return `page before Monaco, gzip: ${kilobytes(page)} (scripts ${kilobytes(scripts)}, styles ${kilobytes(styles)}), and the worker's ${kilobytes(worker)}`;
}

function tasksLine({ replicas, seconds, longTasks, longestMs }: PageTasks): string {
  return `page during a rollout of ${replicas} replicas (${seconds} s): ${longTasks} long tasks, the longest ${longestMs} ms`;
}

const BUSIEST = 4;

function kindLine({ name, pods, cpuMs, wallMs, virtualSeconds, heapKbPerPod, controllers }: KindFigures): string {
  const rates = controllers.slice(0, BUSIEST).map(({ component, perSecond }) => `${component} ${perSecond}`);
  return `${name}, ${pods} pods: ${wallMs} ms wall, ${cpuMs} ms CPU, ${virtualSeconds} s virtual, ${heapKbPerPod} kB a pod; turns a second of ${rates.join(', ')}`;
}

function worldLine(row: WorldFigures): string {
  const boot = `boot ${row.bootCpuMs} ms CPU (${row.bootVirtualSeconds} s virtual, ${row.bootEvents} events)`;
  return `${row.nodes} ${row.preset} nodes: ${boot}, a minute at rest ${row.restCpuMs} ms, fork ${row.forkCpuMs} ms, ${row.heapMb} MB (${row.heapKbPerNode} kB a node)`;
}

function recordingLine({ workload, withoutRecords, withRecords, withExplanations }: RecordingFigures): string {
  return `${workload}, pods a second alone: ${withoutRecords} with nothing kept, ${withRecords} with the records that explain later, ${withExplanations} with every number written out`;
}

function wholeLine(what: string, { podsPerSecond, cpuSeconds, virtualSeconds, profile }: WholeFigures): string {
  const parts = Object.entries(profile).map(([room, share]) => `${room} ${share}%`);
  return `\n  ${podsPerSecond} ${what} (${cpuSeconds} s CPU, ${virtualSeconds} s virtual: ${parts.join(', ')})`;
}

function workloadLine(row: WorkloadFigures): string {
  const size = `${row.nodes} nodes, ${row.initialPods} pods there before`;
  const count = row.alonePods < row.pods ? `${row.alonePods} of ${row.pods} pods` : `${row.pods} pods`;
  const threshold = row.upstreamThreshold === undefined ? '' : `, upstream's threshold ${row.upstreamThreshold}`;
  const plane = row.controlPlane ? wholeLine('with the control plane', row.controlPlane) : '';
  const whole = row.whole ? wholeLine('with the control plane, kubelets and proxies', row.whole) : '';
  return `${row.name} (${size}): ${row.alonePodsPerSecond} pods a second alone (${count})${threshold}${plane}${whole}`;
}

function print(figures: Figures): void {
  if (figures.kernelEventsPerSecond !== undefined)
    console.log(`kernel: ${figures.kernelEventsPerSecond.toLocaleString('en')} events a second`);
  for (const row of figures.rollouts ?? []) console.log(rolloutLine(row));
  for (const row of figures.kinds ?? []) console.log(kindLine(row));
  for (const row of figures.worlds ?? []) console.log(worldLine(row));
  for (const row of figures.rest ?? []) console.log(restLine(row));
  if (figures.page) console.log(pageLine(figures.page));
  if (figures.browser) console.log(tasksLine(figures.browser));
  if (figures.recording) console.log(recordingLine(figures.recording));
  for (const row of figures.scheduler ?? []) console.log(workloadLine(row));
}

const options = readOptions(process.argv.slice(2));
const figures = await measure(options);
if (options.isJson) console.log(JSON.stringify(figures, undefined, 2));
else print(figures);
