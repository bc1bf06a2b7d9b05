/**
 * The filters of one cycle with what PreFilter has left them, and what they say of a node: as it is, with the pods that
 * are nominated to it, and with pods taken away.
 * Upstream: pkg/scheduler/framework/runtime/framework.go (RunPreFilterPlugins, RunFilterPluginsWithNominatedPods).
 */
import type { ClusterState } from './cluster-state.ts';
import type { Plugin, PluginStatus } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

export interface Rejection {
  readonly plugin: string;
  readonly status: PluginStatus;
}

interface Running {
  readonly plugin: Plugin;
  readonly state: unknown;
}

export class FilterRun {
  private constructor(
    readonly pod: PodInfo,
    readonly cluster: ClusterState,
    private readonly filters: readonly Running[],
    private readonly extended: readonly Running[],
  ) {}

  static of(pod: PodInfo, cluster: ClusterState, profile: Profile, prepared: PreFilterResult): FilterRun {
    const running = new Map<Plugin, Running>();
    const of = (plugin: Plugin): Running => {
      let found = running.get(plugin);
      if (!found) running.set(plugin, (found = { plugin, state: prepared.states.get(plugin) }));
      return found;
    };
    const runs = ({ plugin }: { plugin: Plugin }): boolean => !prepared.skipped.includes(plugin.name);
    return new FilterRun(
      pod,
      cluster,
      profile
        .at('filter')
        .filter(runs)
        .map(({ plugin }) => of(plugin)),
      profile
        .at('preFilter')
        .filter((entry) => runs(entry) && entry.plugin.addPod)
        .map(({ plugin }) => of(plugin)),
    );
  }

  /** The first plugin that turns the node down, or none. */
  check(node: NodeInfo): Rejection | undefined {
    const { filters, pod, cluster } = this;
    for (let index = 0; index < filters.length; index += 1) {
      const { plugin, state } = filters[index]!;
      const status = plugin.filter!(pod, node, state, cluster);
      if (status) return { plugin: plugin.name, status };
    }
    return undefined;
  }

  /** The node must fit with and without the pods of no lower priority that wait for room on it. */
  checkWithNominated(node: NodeInfo): Rejection | undefined {
    if (this.cluster.hasNominations) {
      const expected = [...this.cluster.nominatedTo(node.name)].filter(
        ({ uid, priority }) => uid !== this.pod.uid && priority >= this.pod.priority,
      );
      if (expected.length > 0) {
        const { run, copy } = this.fork(node);
        for (const other of expected) run.addPod(copy, other);
        const rejection = run.check(copy);
        if (rejection) return rejection;
      }
    }
    return this.check(node);
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
    const run = new FilterRun(this.pod, this.cluster, this.filters.map(clone), this.extended.map(clone));
    return { run, copy: node.copy() };
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

export interface PreFilterResult {
  readonly states: ReadonlyMap<Plugin, unknown>;
  /** Plugins whose PreFilter said Skip. */
  readonly skipped: readonly string[];
  /** The pod was turned down as a whole. */
  readonly rejection?: Rejection;
  /** The only nodes worth a look, and who says so. */
  readonly nodeNames?: ReadonlySet<string>;
  readonly narrowedBy: readonly string[];
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
    const reasons = [`node(s) didn't satisfy plugin(s) [${narrowedBy.join(' ')}] simultaneously`];
    const status: PluginStatus = { code: 'UnschedulableAndUnresolvable', reasons };
    return { states, skipped, narrowedBy, rejection: { plugin: plugin.name, status } };
  }
  return { states, skipped, narrowedBy, ...(nodeNames ? { nodeNames } : {}) };
}
