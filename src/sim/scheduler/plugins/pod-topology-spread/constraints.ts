/**
 * A pod's spread constraints, its own or the default ones, and which nodes and pods they count.
 * Upstream: framework/plugins/podtopologyspread/{common,plugin}.go, framework/plugins/helper/spread.go (DefaultSelector).
 */
import type { TopologySpreadConstraint } from 'kubernetes-types/core/v1';
import { matchesNodeSelector } from '../../../api/node-fit.ts';
import { matchesLabels, selectorOf, selectorOfMap, type Labels, type LabelSelector } from '../../../api/selectors.ts';
import type { ClusterState } from '../../cluster-state.ts';
import type { NodeInfo } from '../../node-info.ts';
import type { PodInfo } from '../../pod-info.ts';
import { blockingTaint } from '../taint-toleration.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

export interface PodTopologySpreadArgs {
  readonly defaultingType?: 'System' | 'List';
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
}

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  /** Undefined matches nothing. */
  readonly selector: LabelSelector | undefined;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

export type WhenUnsatisfiable = 'DoNotSchedule' | 'ScheduleAnyway';

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

export class ConstraintSource {
  readonly isSystemDefaulted: boolean;
  private readonly defaults: readonly TopologySpreadConstraint[];

  constructor({ defaultingType = 'System', defaultConstraints = [] }: PodTopologySpreadArgs) {
    this.isSystemDefaulted = defaultingType === 'System';
    this.defaults = this.isSystemDefaulted ? SYSTEM_DEFAULTS : defaultConstraints;
  }

  of(pod: PodInfo, cluster: ClusterState, when: WhenUnsatisfiable): readonly SpreadConstraint[] {
    const own = pod.pod.spec?.topologySpreadConstraints ?? [];
    if (own.length > 0)
      return own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when).map((item) => read(item, pod));
    const defaults = this.defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when);
    if (defaults.length === 0) return [];
    const selector = defaultSelector(pod, cluster);
    return selector.length === 0 ? [] : defaults.map((item) => ({ ...read(item, pod), selector }));
  }
}

function read(constraint: TopologySpreadConstraint, { labels }: PodInfo): SpreadConstraint {
  const more = constraint as TopologySpreadConstraint & {
    matchLabelKeys?: readonly string[];
    nodeAffinityPolicy?: string;
    nodeTaintsPolicy?: string;
  };
  const keyed = (more.matchLabelKeys ?? []).flatMap((key): LabelSelector => {
    const value = labels?.[key];
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }];
  });
  const selector = selectorOf(constraint.labelSelector);
  return {
    maxSkew: constraint.maxSkew,
    topologyKey: constraint.topologyKey,
    selector: keyed.length > 0 ? [...keyed, ...(selector ?? [])] : selector,
    minDomains: constraint.minDomains ?? 1,
    honorsAffinity: more.nodeAffinityPolicy !== 'Ignore',
    honorsTaints: more.nodeTaintsPolicy === 'Honor',
  };
}

/** What selects a pod's kin: its Services, and the controller that owns it. */
function defaultSelector(pod: PodInfo, cluster: ClusterState): LabelSelector {
  const merged: Record<string, string> = {};
  for (const { spec } of cluster.list('services', pod.namespace)) {
    if (spec?.selector && matchesLabels(selectorOfMap(spec.selector), pod.labels)) Object.assign(merged, spec.selector);
  }
  const owner = pod.pod.metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return selectorOfMap(merged);
  const { apiVersion, kind, name } = owner;
  if (apiVersion === 'v1' && kind === 'ReplicationController') {
    const found = cluster.find('replicationcontrollers', pod.namespace, name);
    return selectorOfMap({ ...merged, ...found?.spec?.selector });
  }
  const resource =
    kind === 'ReplicaSet' ? 'replicasets.apps' : kind === 'StatefulSet' ? 'statefulsets.apps' : undefined;
  if (apiVersion !== 'apps/v1' || !resource) return selectorOfMap(merged);
  const set = cluster.find(resource, pod.namespace, name);
  return [...selectorOfMap(merged), ...(selectorOf(set?.spec?.selector) ?? [])];
}

export function hasAllKeys(labels: Labels, constraints: readonly SpreadConstraint[]): boolean {
  for (const { topologyKey } of constraints) if (labels[topologyKey] === undefined) return false;
  return true;
}

/** Node inclusion policies: whether pods on the node count for the constraint. */
export function isCounted(pod: PodInfo, { node }: NodeInfo, constraint: SpreadConstraint): boolean {
  if (constraint.honorsAffinity && !matchesNodeSelector(pod.pod.spec!, node)) return false;
  return !constraint.honorsTaints || !blockingTaint(pod.pod.spec?.tolerations ?? [], node);
}

/** An empty selector counts nobody, though it matches everybody. */
export function isKin(selector: LabelSelector | undefined, namespace: string, other: PodInfo): boolean {
  if (!selector || selector.length === 0 || other.isTerminating || other.namespace !== namespace) return false;
  return matchesLabels(selector, other.labels);
}

export const matchesSelector = (selector: LabelSelector | undefined, labels: Labels | undefined): boolean =>
  selector !== undefined && matchesLabels(selector, labels);

export function countKin(selector: LabelSelector | undefined, namespace: string, node: NodeInfo): number {
  let count = 0;
  for (const other of node.pods.values()) if (isKin(selector, namespace, other)) count += 1;
  return count;
}

/** All that the counts of a pod's constraints depend on besides the cluster. */
export function tallyKey(pod: PodInfo, constraints: readonly SpreadConstraint[], more: string): string {
  const { nodeSelector, affinity, tolerations } = pod.pod.spec!;
  const counted = constraints.map((item) => [item.topologyKey, item.selector, item.honorsAffinity, item.honorsTaints]);
  const placed = constraints.some(({ honorsAffinity }) => honorsAffinity)
    ? [nodeSelector, affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution]
    : [];
  const tolerated = constraints.some(({ honorsTaints }) => honorsTaints) ? tolerations : undefined;
  return JSON.stringify([more, pod.namespace, counted, placed, tolerated]);
}
