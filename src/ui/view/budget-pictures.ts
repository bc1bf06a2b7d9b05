/** Budgets of all kinds as bars and cells: disruptions, quotas, ranges, and what a node has to give. Pure. */
import type { LimitRange, Node, Pod, ResourceQuota } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { Stored } from '../../sim/api/object.ts';
import { amountOf, sayBytes } from './amounts.ts';

export interface DisruptionPicture {
  readonly expected: number;
  readonly healthy: number;
  readonly wanted: number;
  readonly allowed: number;
  /** One for each expected pod: may be disrupted, has to stay, or is not healthy and counts for nothing. */
  readonly cells: readonly ('spare' | 'needed' | 'missing')[];
  readonly reason: string | undefined;
}

/** Pods drawn one by one; of more, the numbers say enough. */
export const CELL_LIMIT = 400;

export function disruptionPicture({ status }: Stored<PodDisruptionBudget>): DisruptionPicture {
  const { expectedPods = 0, currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status ?? {};
  const healthy = Math.min(currentHealthy, expectedPods);
  const cells = Array.from({ length: Math.min(expectedPods, CELL_LIMIT) }, (_, index) =>
    index >= healthy ? 'missing' : index < healthy - disruptionsAllowed ? 'needed' : 'spare',
  );
  const condition = status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  return {
    expected: expectedPods,
    healthy: currentHealthy,
    wanted: desiredHealthy,
    allowed: disruptionsAllowed,
    cells,
    reason: condition?.status === 'False' ? condition.reason : undefined,
  };
}

export interface Bar {
  readonly name: string;
  /** As the object writes them. */
  readonly used: string;
  readonly hard: string;
  /** Parts of the whole, 0 to 1. */
  readonly share: number;
}

export function quotaBars({ spec, status }: Stored<ResourceQuota>): readonly Bar[] {
  const hard = (status?.hard ?? spec?.hard ?? {}) as Readonly<Record<string, string>>;
  const used = (status?.used ?? {}) as Readonly<Record<string, string>>;
  return Object.entries(hard).map(([name, limit]) => ({
    name,
    used: used[name] ?? '0',
    hard: limit,
    share: shareOf(amountOf(used[name]), amountOf(limit)),
  }));
}

/** Nothing of nothing is full: such a quota lets nobody in. */
const shareOf = (used: number, hard: number): number => (hard === 0 ? 1 : Math.min(1, used / hard));

export interface RangeRow {
  readonly type: string;
  readonly resource: string;
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly request: string | undefined;
  readonly limit: string | undefined;
}

export function rangeRows({ spec }: Stored<LimitRange>): readonly RangeRow[] {
  return (spec?.limits ?? []).flatMap((item) => {
    const of = (part: unknown, name: string): string | undefined =>
      (part as Readonly<Record<string, string>> | undefined)?.[name];
    const names = new Set(
      [item.min, item.max, item.default, item.defaultRequest].flatMap((part) => Object.keys(part ?? {})),
    );
    return [...names].sort().map((resource) => ({
      type: item.type,
      resource,
      min: of(item.min, resource),
      max: of(item.max, resource),
      request: of(item.defaultRequest, resource),
      limit: of(item.default, resource),
    }));
  });
}

export interface NodeBar {
  readonly name: 'cpu' | 'memory' | 'pods';
  readonly capacity: number;
  readonly allocatable: number;
  readonly requested: number;
  readonly limits: number | undefined;
  readonly used: number | undefined;
}

interface Usage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** What pods ask of a node and what they use: the scheduler looks at the first, the machine feels the second. */
export function nodeBars(
  node: Stored<Node>,
  objects: ReadonlyMap<string, Stored>,
  usage: Usage | undefined,
): readonly NodeBar[] {
  const pods: Stored<Pod>[] = [];
  for (const [key, object] of objects) {
    if (!key.startsWith('pods|')) continue;
    const pod = object as Stored<Pod>;
    if (pod.spec?.nodeName === node.metadata.name && !isOver(pod)) pods.push(pod);
  }
  const bar = (name: 'cpu' | 'memory', used: number | undefined): NodeBar => ({
    name,
    capacity: amountOf(node.status?.capacity?.[name]),
    allocatable: amountOf(node.status?.allocatable?.[name]),
    requested: pods.reduce((sum, pod) => sum + podSum(pod, 'requests', name), 0),
    limits: pods.reduce((sum, pod) => sum + podSum(pod, 'limits', name), 0),
    used,
  });
  return [
    bar('cpu', usage && usage.cpuMillis / 1000),
    bar('memory', usage?.memoryBytes),
    {
      name: 'pods',
      capacity: amountOf(node.status?.capacity?.['pods']),
      allocatable: amountOf(node.status?.allocatable?.['pods']),
      requested: pods.length,
      limits: undefined,
      used: undefined,
    },
  ];
}

const isOver = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Containers side by side, or the greediest init container if that needs more; sidecars stay beside the others. */
function podSum({ spec }: Pod, what: 'requests' | 'limits', resource: string): number {
  const of = (container: { resources?: unknown }): number => {
    const resources = container.resources as Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
    return amountOf(resources?.[what]?.[resource]);
  };
  let sidecars = 0;
  let greediest = 0;
  for (const container of spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars += of(container);
    else greediest = Math.max(greediest, sidecars + of(container));
  }
  const together = (spec?.containers ?? []).reduce((sum, container) => sum + of(container), sidecars);
  return Math.max(together, greediest) + amountOf(spec?.overhead?.[resource] as string | undefined);
}

/** An amount of a resource as people say it. */
export function sayAmount(name: NodeBar['name'], amount: number): string {
  if (name === 'memory') return sayBytes(amount);
  if (name === 'pods') return String(amount);
  return String(Number(amount.toFixed(amount < 10 ? 2 : 1)));
}
