/**
 * The filters of one cycle with what PreFilter has left them, and what they say of a node: as it is, with the pods that
 * are nominated to it, and with pods taken away.
 * Upstream: pkg/scheduler/framework/runtime/framework.go (RunPreFilterPlugins, RunFilterPluginsWithNominatedPods).
 */
import type { ClusterState } from './cluster-state.ts';
import type { Plugin, PluginStatus } from './framework.ts';
import { LocalMemory, LocalVerdicts, localKey } from './local-verdicts.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import type { Rejection } from './rejections.ts';
import { unpreparedFilters } from './unprepared.ts';
import { SlotTable } from './slot-tables.ts';

interface Running {
  readonly plugin: Plugin;
  readonly state: unknown;
}

/** What the local filters have said of nodes as they are, and of nodes with all the pods that are nominated to them. */
interface Said {
  readonly known: LocalVerdicts<Rejection>;
  readonly knownBeside: LocalVerdicts<Rejection>;
  /** What all filters together said of nodes with the pods that are nominated to them, by the priority of the pod. */
  readonly together: Map<number, SlotTable<Rejection | undefined>>;
}

const memory = new LocalMemory<Map<Plan, Said>>(() => new Map());

/** Which filters run when some are skipped; the same for most pods of a profile. */
interface Plan {
  readonly filters: readonly Plugin[];
  readonly extended: readonly Plugin[];
  /** How many of the filters, from the first on, look at one node alone. */
  readonly localCount: number;
}

/** Priorities of which pods of one kind are remembered. */
const PRIORITY_LIMIT = 16;

const makeSaid = (): Said => ({
  known: new LocalVerdicts(),
  knownBeside: new LocalVerdicts(),
  together: new Map<number, SlotTable<Rejection | undefined>>(),
});

const plans = new WeakMap<Profile, Map<string, Plan>>();

function planOf(profile: Profile, skipped: readonly string[]): Plan {
  let known = plans.get(profile);
  if (!known) plans.set(profile, (known = new Map<string, Plan>()));
  const key = skipped.join();
  let plan = known.get(key);
  if (!plan) known.set(key, (plan = makePlan(profile, skipped)));
  return plan;
}

function makePlan(profile: Profile, skipped: readonly string[]): Plan {
  const runs = ({ plugin }: { plugin: Plugin }): boolean => !skipped.includes(plugin.name);
  const filters = profile
    .at('filter')
    .filter(runs)
    .map(({ plugin }) => plugin);
  const extended = profile
    .at('preFilter')
    .filter((entry) => runs(entry) && entry.plugin.addPod)
    .map(({ plugin }) => plugin);
  const firstOther = filters.findIndex((plugin) => !plugin.isNodeLocal);
  return { filters, extended, localCount: firstOther < 0 ? filters.length : firstOther };
}

export class FilterRun {
  private constructor(
    readonly pod: PodInfo,
    readonly cluster: ClusterState,
    private readonly filters: readonly Running[],
    private readonly extended: readonly Running[],
    /** How many of the filters, from the first on, look at one node alone; and what they have said before. */
    private readonly localCount: number,
    private readonly said: Said,
  ) {}

  static of(pod: PodInfo, cluster: ClusterState, profile: Profile, prepared: PreFilterResult): FilterRun {
    const running = new Map<Plugin, Running>();
    const of = (plugin: Plugin): Running => {
      let found = running.get(plugin);
      if (!found) running.set(plugin, (found = { plugin, state: prepared.states.get(plugin) }));
      return found;
    };
    const plan = planOf(profile, prepared.skipped);
    const { localCount } = plan;
    const [filters, extended] = [plan.filters.map(of), plan.extended.map(of)];
    const byPlan = memory.of(cluster, profile, localKey(pod));
    let said = byPlan.get(plan);
    if (!said) byPlan.set(plan, (said = makeSaid()));
    return new FilterRun(pod, cluster, filters, extended, localCount, said);
  }

  /** Whether what is said of a node depends on that node alone. */
  get isLocal(): boolean {
    return this.localCount === this.filters.length;
  }

  /**
   * What is known of nodes, where nothing but the node matters; valid until the cluster changes. It is not for a node to
   * which the pod itself is nominated.
   */
  together(): SlotTable<Rejection | undefined> | undefined {
    if (!this.isLocal) return undefined;
    const { priority } = this.pod;
    const { together } = this.said;
    let table = together.get(priority);
    if (!table) {
      if (together.size >= PRIORITY_LIMIT) together.clear();
      together.set(priority, (table = new SlotTable<Rejection | undefined>(undefined)));
    }
    return table.refresh(this.cluster);
  }

  /** The first plugin that turns the node down, or none. */
  check(node: NodeInfo): Rejection | undefined {
    const { filters, localCount } = this;
    const { known } = this.said;
    if (localCount === 0 || node.slot < 0) return this.ask(node, 0, filters.length);
    const local = known.has(node) ? known.get(node) : known.set(node, this.ask(node, 0, localCount));
    if (local || localCount === filters.length) return local;
    return this.ask(node, localCount, filters.length);
  }

  private ask(node: NodeInfo, from: number, to: number): Rejection | undefined {
    const { filters, pod, cluster } = this;
    for (let index = from; index < to; index += 1) {
      const { plugin, state } = filters[index]!;
      const status = plugin.filter!(pod, node, state, cluster);
      if (status) return rejectionBy(plugin.name, status);
    }
    return undefined;
  }

  /** The node must fit with and without the pods of no lower priority that wait for room on it. */
  checkWithNominated(node: NodeInfo): Rejection | undefined {
    return (node.nominated.length > 0 ? this.checkBesideNominated(node) : undefined) ?? this.check(node);
  }

  private checkBesideNominated(node: NodeInfo): Rejection | undefined {
    const { uid, priority } = this.pod;
    const isExpected = (other: PodInfo): boolean => other.uid !== uid && other.priority >= priority;
    const isKept = this.isLocal && node.slot >= 0 && node.nominated.every(isExpected);
    const { knownBeside } = this.said;
    if (isKept && knownBeside.has(node)) return knownBeside.get(node);
    const expected = node.nominated.filter(isExpected);
    if (expected.length === 0) return undefined;
    const { run, copy } = this.fork(node);
    for (const other of expected) run.addPod(copy, other);
    const rejection = run.check(copy);
    return isKept ? knownBeside.set(node, rejection) : rejection;
  }

  /** The same filters over a copy of a node, on which pods can be tried. */
  fork(node: NodeInfo): { run: FilterRun; copy: NodeInfo } {
    const cloned = new Map<Plugin, Running>();
    const clone = (running: Running): Running => {
      const { plugin, state } = running;
      if (!plugin.cloneState || state === undefined) return running;
      let found = cloned.get(plugin);
      if (!found) cloned.set(plugin, (found = { plugin, state: plugin.cloneState(state) }));
      return found;
    };
    const { pod, cluster, localCount, said } = this;
    const [filters, extended] = [this.filters.map(clone), this.extended.map(clone)];
    return { run: new FilterRun(pod, cluster, filters, extended, localCount, said), copy: node.copy() };
  }

  addPod(node: NodeInfo, other: PodInfo): void {
    node.addPod(other);
    for (const { plugin, state } of this.extended) plugin.addPod!(state, this.pod, other, node);
  }

  removePod(node: NodeInfo, other: PodInfo): void {
    node.removePod(other.uid);
    for (const { plugin, state } of this.extended) plugin.removePod?.(state, this.pod, other, node);
  }

  stateOf(plugin: Plugin): unknown {
    return this.filters.find((running) => running.plugin === plugin)?.state;
  }
}

const rejections = new WeakMap<PluginStatus, Rejection>();

/** Statuses are mostly one object each, and so are the rejections that carry them: they are counted by identity. */
function rejectionBy(plugin: string, status: PluginStatus): Rejection {
  let rejection = rejections.get(status);
  if (!rejection) rejections.set(status, (rejection = { plugin, status }));
  return rejection;
}

export interface PreFilterResult {
  readonly states: ReadonlyMap<Plugin, unknown>;
  /** Plugins whose PreFilter said Skip. */
  readonly skipped: readonly string[];
  /** The pod was turned down as a whole. */
  readonly rejection?: Rejection;
  /** It was not turned down: a plugin's Filter fails without its PreFilter. */
  readonly failedAt?: 'Filter';
  /** The only nodes worth a look, and who says so. */
  readonly nodeNames?: ReadonlySet<string>;
  readonly narrowedBy: readonly string[];
}

function noNodeLeft(narrowedBy: readonly string[]): PluginStatus {
  const who =
    narrowedBy.length === 1
      ? `plugin ${narrowedBy[0]}`
      : `plugin(s) [${[...narrowedBy].sort().join(' ')}] simultaneously`;
  return { code: 'UnschedulableAndUnresolvable', reasons: [`node(s) didn't satisfy ${who}`] };
}

export function preFilter(pod: PodInfo, cluster: ClusterState, profile: Profile): PreFilterResult {
  const states = new Map<Plugin, unknown>();
  const skipped: string[] = [];
  const narrowedBy: string[] = [];
  let nodeNames: ReadonlySet<string> | undefined;
  for (const { plugin } of profile.at('preFilter')) {
    const verdict = plugin.preFilter!(pod, cluster);
    if (!verdict) continue;
    if (verdict.isSkipped) skipped.push(plugin.name);
    if (verdict.status)
      return { states, skipped, narrowedBy, rejection: { plugin: plugin.name, status: verdict.status } };
    if (verdict.state !== undefined) states.set(plugin, verdict.state);
    const { nodeNames: own } = verdict;
    if (!own) continue;
    narrowedBy.push(plugin.name);
    nodeNames = nodeNames ? new Set([...nodeNames].filter((name) => own.has(name))) : own;
    if (nodeNames.size > 0) continue;
    return { states, skipped, narrowedBy, rejection: { plugin: plugin.name, status: noNodeLeft(narrowedBy) } };
  }
  for (const { plugin, fault } of unpreparedFilters(profile)) {
    const verdict = fault ? undefined : plugin.preFilter!(pod, cluster);
    const status = fault ?? verdict?.status;
    if (status) {
      const rejection = { plugin: plugin.name, status };
      return { states, skipped, narrowedBy, rejection, ...(fault ? { failedAt: 'Filter' } : {}) };
    }
    if (verdict?.isSkipped) skipped.push(plugin.name);
    else if (verdict?.state !== undefined) states.set(plugin, verdict.state);
  }
  return { states, skipped, narrowedBy, ...(nodeNames ? { nodeNames } : {}) };
}
