/**
 * Swarm runs: cluster sizes, manifests, a person's commands and faults, all drawn from one seed, as a scenario that the
 * page can open too. When the faults have ended, what is desired has to be observed within a bound, or the seed is a bug.
 */
import { machineSpecs, plainOptions, defaultOptions } from '../sim/azure/index.ts';
import { InvariantMonitor, unsettled, type Violation } from '../sim/checks/index.ts';
import { kindOf, apiVersionOf } from '../sim/api/index.ts';
import type { KubeObject } from '../sim/api/object.ts';
import { AssertionFailure, RandomStream, SCHEDULER, CONTROLLER_MANAGER, kubeletId } from '../sim/kernel/index.ts';
import type { WorldOptions } from '../sim/options.ts';
import { Run } from './run.ts';
import {
  drawBeside,
  drawCronJob,
  drawDaemonSet,
  drawDeployment,
  drawFoundation,
  drawJob,
  drawStatefulSet,
  pick,
  type Drawn,
} from './swarm-manifests.ts';
import { SCENARIO_VERSION, type Command, type LoggedCommand, type Scenario } from './types.ts';

/** Where a swarm begins, after the longest boot. */
const BEGIN_MS = 60_000;
/** Virtual time that a world has to come to rest in: back-offs of five minutes and evictions fit in. */
export const SETTLE_BOUND_MS = 30 * 60_000;
/** How often it is looked at meanwhile: no divisor of the periods in which things recur. */
const LOOK_MS = 7_003;
const MOST_NODES = 8;
const NAMESPACES = ['default', 'swarm'];
const JSON_HEADERS = { 'content-type': 'application/json' };
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

export interface SwarmResult {
  readonly seed: string;
  readonly violations: readonly Violation[];
  /** Virtual milliseconds from the last fault to rest; undefined when it never came. */
  readonly settledAfterMs: number | undefined;
  /** Tasks that ran. */
  readonly steps: number;
  readonly commands: number;
  readonly pods: number;
}

class Swarm {
  readonly commands: LoggedCommand[] = [];
  private readonly nodes: readonly string[];
  private readonly pool: string;
  private size: number;
  private readonly alive: Drawn[] = [];
  private readonly stopped = new Set<string>();
  private at = BEGIN_MS;
  private count = 0;

  constructor(
    private readonly stream: RandomStream,
    options: WorldOptions,
  ) {
    this.nodes = machineSpecs(options).map(({ nodeName }) => nodeName);
    this.pool = options.pools[0]!.name;
    this.size = this.nodes.length;
  }

  draw(): void {
    const { stream } = this;
    this.apply(drawFoundation(stream, 'swarm'));
    for (let left = stream.between(2, 5); left > 0; left -= 1) this.addWorkload();
    for (let left = stream.between(4, 24); left > 0; left -= 1) {
      this.at += stream.between(0, 30_000);
      this.act();
    }
    this.at += stream.between(0, 60_000);
    this.heal();
  }

  private give(command: Command): void {
    this.commands.push({ at: this.at, command });
  }

  private request(
    method: string,
    path: string,
    body: unknown = undefined,
    headers: Record<string, string> = JSON_HEADERS,
  ) {
    this.give({ verb: 'request', method, path, headers, body: body === undefined ? '' : JSON.stringify(body) });
  }

  private apply(objects: readonly KubeObject[]): void {
    this.give({
      verb: 'apply',
      file: 'swarm.yaml',
      text: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    });
  }

  private act(): void {
    const acts = [
      () => this.addWorkload(),
      () => this.scale(),
      () => this.scale(),
      () => this.change(),
      () => this.change(),
      () => this.remove(),
      () => this.deletePods(),
      () => this.evict(),
      () => this.cordon(),
      () => this.taint(),
      () => this.label(),
      () => this.hang(),
      () => this.hang(),
      () => this.pause(),
      () => this.grow(),
    ];
    pick(this.stream, acts)();
  }

  private addWorkload(): void {
    const { stream } = this;
    this.count += 1;
    const name = `w${this.count}`;
    const draw = pick(stream, [
      drawDeployment,
      drawDeployment,
      drawDeployment,
      drawStatefulSet,
      drawDaemonSet,
      drawJob,
      drawCronJob,
    ]);
    const workload = draw(stream, pick(stream, NAMESPACES), name);
    this.alive.push(workload);
    this.apply([workload.object, ...drawBeside(stream, workload).map(({ object }) => object)]);
  }

  private scale(): void {
    const target = this.one('deployments.apps', 'statefulsets.apps');
    if (target) this.request('PATCH', pathOf(target), { spec: { replicas: this.stream.between(0, 9) } }, MERGE_PATCH);
  }

  private change(): void {
    const target = this.one('deployments.apps', 'statefulsets.apps', 'daemonsets.apps');
    if (!target) return;
    const annotations = { change: String(this.stream.below(3)) };
    this.request('PATCH', pathOf(target), { spec: { template: { metadata: { annotations } } } }, MERGE_PATCH);
  }

  private pause(): void {
    const target = this.one('deployments.apps');
    if (target) this.request('PATCH', pathOf(target), { spec: { paused: this.stream.chance(1, 3) } }, MERGE_PATCH);
  }

  private remove(): void {
    const target = this.one();
    if (!target || !this.stream.chance(1, 2)) return;
    this.alive.splice(this.alive.indexOf(target), 1);
    const propagationPolicy = pick(this.stream, ['Background', 'Foreground', 'Orphan']);
    this.request('DELETE', pathOf(target), { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy });
  }

  private deletePods(): void {
    const target = this.one();
    if (!target) return;
    const grace = pick(this.stream, ['', '&gracePeriodSeconds=0', '&gracePeriodSeconds=3']);
    this.request('DELETE', `/api/v1/namespaces/${target.namespace}/pods?labelSelector=app%3D${target.name}${grace}`);
  }

  private evict(): void {
    const target = this.one('statefulsets.apps');
    if (!target) return;
    const name = `${target.name}-${this.stream.below(3)}`;
    const metadata = { name, namespace: target.namespace };
    this.request('POST', `/api/v1/namespaces/${target.namespace}/pods/${name}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata,
    });
  }

  private cordon(): void {
    this.request('PATCH', this.nodePath(), { spec: { unschedulable: this.stream.chance(2, 3) } }, MERGE_PATCH);
  }

  private taint(): void {
    const effect = pick(this.stream, ['NoSchedule', 'NoExecute', 'PreferNoSchedule']);
    const taints = this.stream.chance(1, 3) ? [] : [{ key: 'swarm', value: 'yes', effect }];
    this.request('PATCH', this.nodePath(), { spec: { taints } }, MERGE_PATCH);
  }

  private label(): void {
    const swarm = this.stream.chance(2, 3) ? 'picked' : null;
    this.request('PATCH', this.nodePath(), { metadata: { labels: { swarm } } }, MERGE_PATCH);
  }

  /** The pool gets another node; its name is not known here, so faults leave it alone. */
  private grow(): void {
    if (this.size >= MOST_NODES) return;
    this.size += 1;
    this.give({ verb: 'scale-pool', pool: this.pool, count: this.size });
  }

  /** A component hangs, or one that hangs goes on. */
  private hang(): void {
    const components = [...this.nodes.map(kubeletId), SCHEDULER, CONTROLLER_MANAGER];
    const component = pick(this.stream, components);
    const action = this.stopped.has(component) ? 'start' : 'stop';
    if (action === 'stop') this.stopped.add(component);
    else this.stopped.delete(component);
    this.give({ verb: 'fault', component, action });
  }

  /** All faults end: whatever hung goes on, nodes take pods again. */
  private heal(): void {
    for (const component of this.stopped) this.give({ verb: 'fault', component, action: 'start' });
    for (const node of this.nodes) {
      this.request('PATCH', `/api/v1/nodes/${node}`, { spec: { unschedulable: null, taints: null } }, MERGE_PATCH);
    }
  }

  private one(...resources: readonly string[]): Drawn | undefined {
    const found = this.alive.filter(({ resource }) => resources.length === 0 || resources.includes(resource));
    return found.length > 0 ? pick(this.stream, found) : undefined;
  }

  private nodePath(): string {
    return `/api/v1/nodes/${pick(this.stream, this.nodes)}`;
  }
}

function pathOf({ object, namespace, name }: Drawn): string {
  const kind = kindOf(object.apiVersion ?? '', object.kind ?? '')!;
  return `/apis/${apiVersionOf(kind)}/namespaces/${namespace}/${kind.plural}/${name}`;
}

/** The scenario of a seed: the same for ever in one build. */
export function swarmScenario(seed: string): Scenario {
  const stream = RandomStream.seeded(seed, 'swarm');
  const isAks = stream.chance(1, 4);
  const base = isAks ? defaultOptions(seed) : { ...plainOptions(seed), runtime: 'scripted' as const };
  const options: WorldOptions = {
    ...base,
    pools: base.pools.map((pool) => ({ ...pool, count: stream.between(isAks ? 2 : 1, 5), vmSize: 'Standard_D4s_v5' })),
  };
  const swarm = new Swarm(stream, options);
  swarm.draw();
  return {
    version: SCENARIO_VERSION,
    title: `swarm ${seed}`,
    options,
    files: {},
    commands: swarm.commands,
    time: 0,
    speed: 1,
  };
}

/** Plays a seed with every invariant checked after every step, and waits for rest. Stops at the first violation. */
export function runSwarm(seed: string): SwarmResult {
  const scenario = swarmScenario(seed);
  const run = new Run(scenario);
  const { world } = run;
  const { kernel } = world;
  const monitor = new InvariantMonitor(world);
  const result = (violations: readonly Violation[], settledAfterMs?: number): SwarmResult => ({
    seed,
    violations,
    settledAfterMs,
    steps: kernel.steps,
    commands: scenario.commands.length,
    pods: [...world.list('pods')].length,
  });
  if (monitor.found.length > 0) return result(monitor.found);
  const end = scenario.commands.at(-1)?.at ?? BEGIN_MS;
  /** Plays up to a time; the violations of the first step that has some. */
  const play = (until: number): readonly Violation[] => {
    while (run.advanceOne(until)) {
      const violations = monitor.afterStep();
      if (violations.length > 0) return violations;
    }
    kernel.advanceTo(until);
    return [];
  };
  try {
    for (let until = end; until <= end + SETTLE_BOUND_MS; until += LOOK_MS) {
      const violations = play(until);
      if (violations.length > 0) return result(violations);
      if (until > end && unsettled(world).length === 0) return result([], until - end);
    }
    return result(unsettled(world));
  } catch (error) {
    if (!(error instanceof AssertionFailure)) throw error;
    return result([{ check: 'no-fault-of-ours', subject: seed, message: error.message }]);
  }
}
