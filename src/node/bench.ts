/**
 * `npm run bench -- [--json] [--full] [--browser] [--only NAME]...`: events a second of the kernel, what rollouts take, what the
 * page weighs before Monaco, and pods a second of the scheduler on upstream's workloads at 5,000 nodes.
 * Each measurement runs in a process of its own, so that peak memory is its own. `--browser` alone is
 * a rollout in a browser. Progress goes to stderr.
 */
import { execFileSync } from 'node:child_process';
import { kernelEventsPerSecond } from './bench/kernel-speed.ts';
import type { PageWeight } from './bench/page-weight.ts';
import type { PageTasks } from './bench/page-tasks.ts';
import { measureRollout, ROLLOUT_SIZES, type RolloutFigures } from './bench/rollout.ts';
import { measureWorkload, type WorkloadFigures } from './bench/scheduler-perf.ts';
import { WORKLOADS } from './bench/scheduler-workloads.ts';

/** Everything that a run without options measures. */
const PARTS = ['kernel', 'rollouts', 'page', 'scheduler'];
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
  readonly page?: PageWeight;
  readonly browser?: PageTasks;
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

/** One measurement in a process of its own. */
function inChild<T>(...words: string[]): T {
  const begin = performance.now();
  process.stderr.write(`${words.join(' ').replaceAll('--', '')}... `);
  const output = execFileSync(process.execPath, [...process.execArgv, process.argv[1]!, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stderr.write(`${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
  return JSON.parse(output) as T;
}

function measure({ isFull, isBrowser, only }: Options): Figures {
  const wants = (part: string): boolean => (only.length === 0 && !isBrowser) || only.includes(part);
  const workloads = wants('scheduler') ? WORKLOAD_NAMES : WORKLOAD_NAMES.filter((name) => only.includes(name));
  const isWhole = (name: string): boolean => isFull || only.includes(name);
  return {
    ...(wants('kernel') ? { kernelEventsPerSecond: inChild<number>('--kernel') } : {}),
    ...(wants('rollouts')
      ? { rollouts: ROLLOUT_SIZES.map((size) => inChild<RolloutFigures>('--rollout', String(size))) }
      : {}),
    ...(wants('page') ? { page: inChild<PageWeight>('--page') } : {}),
    ...(isBrowser ? { browser: inChild<PageTasks>('--page-tasks') } : {}),
    ...(workloads.length > 0
      ? {
          scheduler: workloads.map((name) =>
            inChild<WorkloadFigures>('--workload', name, ...(isWhole(name) ? ['--whole'] : [])),
          ),
        }
      : {}),
  };
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

function rolloutLine(row: RolloutFigures): string {
  return `${row.replicas} replicas on ${row.nodes} nodes: ${row.wallMs} ms wall, ${row.cpuMs} ms CPU, ${row.peakMemoryMb} MB, ${row.virtualSeconds} s virtual, ${row.events} events`;
}

function pageLine({ gzipBytes }: PageWeight): string {
  const { page, scripts, styles, worker } = gzipBytes;
  return `page before Monaco, gzip: ${kilobytes(page)} (scripts ${kilobytes(scripts)}, styles ${kilobytes(styles)}), and the worker's ${kilobytes(worker)}`;
}

function tasksLine({ replicas, seconds, longTasks, longestMs }: PageTasks): string {
  return `page during a rollout of ${replicas} replicas (${seconds} s): ${longTasks} long tasks, the longest ${longestMs} ms`;
}

function workloadLine(row: WorkloadFigures): string {
  const size = `${row.nodes} nodes, ${row.initialPods + row.hopelessPods} pods there before`;
  const count = row.alonePods < row.pods ? `${row.alonePods} of ${row.pods} pods` : `${row.pods} pods`;
  const whole =
    row.wholePodsPerSecond === undefined
      ? ''
      : `, ${row.wholePodsPerSecond} with the whole control plane (${row.pods})`;
  const threshold = row.upstreamThreshold === undefined ? '' : `, upstream's threshold ${row.upstreamThreshold}`;
  return `${row.name} (${size}): ${row.alonePodsPerSecond} pods a second alone (${count})${whole}${threshold}`;
}

function print(figures: Figures): void {
  if (figures.kernelEventsPerSecond !== undefined)
    console.log(`kernel: ${figures.kernelEventsPerSecond.toLocaleString('en')} events a second`);
  for (const row of figures.rollouts ?? []) console.log(rolloutLine(row));
  if (figures.page) console.log(pageLine(figures.page));
  if (figures.browser) console.log(tasksLine(figures.browser));
  for (const row of figures.scheduler ?? []) console.log(workloadLine(row));
}

const [flag, value, extra] = process.argv.slice(2);
const answer = (figures: unknown): void => void process.stdout.write(JSON.stringify(figures));
if (flag === '--kernel') answer(kernelEventsPerSecond());
else if (flag === '--rollout') answer(measureRollout(Number(value)));
else if (flag === '--page') answer(await (await import('./bench/page-weight.ts')).measurePageWeight());
else if (flag === '--page-tasks') answer(await (await import('./bench/page-tasks.ts')).measurePageTasks());
else if (flag === '--workload') answer(measureWorkload(value ?? '', extra === '--whole'));
else {
  const options = readOptions(process.argv.slice(2));
  const figures = measure(options);
  if (options.isJson) console.log(JSON.stringify(figures, undefined, 2));
  else print(figures);
}
