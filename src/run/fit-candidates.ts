/** Single changes of a pod that may make it fit, by what turned it down. Whether they do is found out by trying. */
import type { Container, Node, Pod, PodSpec, Taint } from 'kubernetes-types/core/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import { tolerates } from '../sim/api/node-fit.ts';
import type { Stored } from '../sim/api/object.ts';
import { parseQuantity } from '../sim/api/index.ts';
import type { DecisionRecord } from '../sim/scheduler/index.ts';
import type { World } from '../sim/world.ts';

export type ChangeKind =
  | 'lower-request'
  | 'add-toleration'
  | 'remove-node-selector'
  | 'remove-node-affinity'
  | 'remove-pod-affinity'
  | 'remove-pod-anti-affinity'
  | 'soften-spread'
  | 'remove-host-port'
  | 'raise-priority'
  | 'uncordon-node'
  | 'add-node-label'
  | 'remove-taint'
  | 'scale-pool';

export interface Change {
  readonly kind: ChangeKind;
  /** What is changed, in words of the manifest: `cpu 3 → 1500m`, `dedicated=gpu:NoSchedule`. */
  readonly values: Readonly<Record<string, string>>;
  /** How much it takes away from what was meant: kinds first, then from 0 to 1 within a kind. */
  readonly rank: number;
  readonly size: number;
}

export interface PodChange extends Change {
  /** The pod's spec with the change; the given one is the caller's to change. */
  edit(spec: PodSpec): PodSpec;
}

const change = (
  kind: ChangeKind,
  rank: number,
  values: PodChange['values'],
  edit: PodChange['edit'],
  size = 0,
): PodChange => ({ kind, rank, values, size, edit });

export function podChanges(world: World, pod: Stored<Pod>, record: DecisionRecord): readonly PodChange[] {
  const spec = pod.spec!;
  const rejections = record.nodes.flatMap(({ rejected }) => (rejected ? [rejected] : []));
  const plugins = new Set(rejections.map(({ plugin }) => plugin));
  const by = (plugin: string, make: () => readonly PodChange[]): readonly PodChange[] =>
    plugins.has(plugin) ? make() : [];
  // Where nothing but the pods of a node stands in the way, a higher priority may send some of them away.
  const isHelpedByPriority = rejections.some(({ code }) => code === 'Unschedulable');
  return [
    ...by('TaintToleration', () => tolerations(world, spec, record)),
    ...by('NodeResourcesFit', () => requests(spec, record)),
    ...by('PodTopologySpread', () => spreads(spec)),
    ...by('NodePorts', () => hostPorts(spec)),
    ...by('NodeAffinity', () => nodeTerms(spec)),
    ...by('InterPodAffinity', () => podTerms(spec)),
    ...(isHelpedByPriority ? priorities(world, spec) : []),
  ];
}

export const textOfTaint = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`;

function tolerations(world: World, spec: PodSpec, record: DecisionRecord): readonly PodChange[] {
  const taints = new Map<string, Taint>();
  for (const { node, rejected } of record.nodes) {
    if (rejected?.plugin !== 'TaintToleration') continue;
    const found = (world.find('nodes', undefined, node) as Stored<Node> | undefined)?.spec?.taints ?? [];
    const blocking = found.filter(
      (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(spec.tolerations ?? [], taint),
    );
    if (blocking.length === 1) taints.set(textOfTaint(blocking[0]!), blocking[0]!);
  }
  return [...taints].map(([text, { key, value, effect }]) => {
    const toleration = { key, operator: value ? 'Equal' : 'Exists', ...(value ? { value } : {}), effect };
    return change('add-toleration', 1, { toleration: text }, (own) => ({
      ...own,
      tolerations: [...(own.tolerations ?? []), toleration as NonNullable<PodSpec['tolerations']>[number]],
    }));
  });
}

const MIB = 1024 * 1024;

/** Bytes are lowered by whole MiB and CPU by 10m; what is counted (GPUs) by ones. */
function stepOf(resource: string): number {
  if (resource === 'cpu') return 10;
  return resource === 'memory' || resource === 'ephemeral-storage' || resource.startsWith('hugepages-') ? MIB : 1;
}

function quantityOf(resource: string, amount: number): string {
  if (resource === 'cpu') return `${amount}m`;
  return stepOf(resource) === MIB ? `${amount / MIB}Mi` : String(amount);
}

/** What each resource has left on the nodes that are short of it alone. */
function freeAmounts(record: DecisionRecord): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { rejected, arithmetic } of record.nodes) {
    const [reason = '', ...others] = rejected?.plugin === 'NodeResourcesFit' ? rejected.reasons : [];
    if (!reason.startsWith('Insufficient ') || others.length > 0) continue;
    const resource = reason.slice('Insufficient '.length);
    const line = arithmetic?.['NodeResourcesFit/filter']?.find(({ label }) => label === resource);
    if (line) most.set(resource, Math.max(most.get(resource) ?? 0, line.result ?? 0));
  }
  return most;
}

/** The largest request of one container that leaves the pod room on some node that is short of this alone. */
function requests(spec: PodSpec, record: DecisionRecord): readonly PodChange[] {
  return [...freeAmounts(record)].flatMap(([resource, most]) => {
    const scale = resource === 'cpu' ? 1000 : 1;
    const amounts = spec.containers.map(({ resources }) =>
      Math.round((parseQuantity(resources?.requests?.[resource] ?? 0) ?? 0) * scale),
    );
    const largest = amounts.indexOf(amounts.reduce((left, right) => Math.max(left, right), 0));
    const others = amounts.reduce((sum, amount, index) => (index === largest ? sum : sum + amount), 0);
    const step = stepOf(resource);
    const lowered = Math.floor((most - others) / step) * step;
    if (largest < 0 || lowered <= 0 || lowered >= amounts[largest]!) return [];
    const quantity = quantityOf(resource, lowered);
    const { name, resources } = spec.containers[largest]!;
    const values = { container: name, resource, from: String(resources!.requests![resource]), to: quantity };
    const edit = (own: PodSpec): PodSpec => ({
      ...own,
      containers: own.containers.map((container, index) =>
        index === largest ? withRequest(container, resource, quantity) : container,
      ),
    });
    return [change('lower-request', 2, values, edit, 1 - lowered / amounts[largest]!)];
  });
}

/** Extended resources cannot be overcommitted: request and limit are one number. */
function withRequest(container: Container, resource: string, quantity: string): Container {
  const { requests: asked, limits } = container.resources ?? {};
  const isOne = stepOf(resource) === 1 && limits?.[resource] !== undefined;
  return {
    ...container,
    resources: {
      ...container.resources,
      requests: { ...asked, [resource]: quantity },
      ...(isOne ? { limits: { ...limits, [resource]: quantity } } : {}),
    },
  };
}

function spreads(spec: PodSpec): readonly PodChange[] {
  return (spec.topologySpreadConstraints ?? []).flatMap(({ whenUnsatisfiable, topologyKey }, at) => {
    if (whenUnsatisfiable !== 'DoNotSchedule') return [];
    return [
      change('soften-spread', 3, { topologyKey }, (own) => ({
        ...own,
        // What is only wished for may not ask for a number of domains.
        topologySpreadConstraints: (own.topologySpreadConstraints ?? []).map(({ minDomains, ...item }, index) =>
          index === at
            ? { ...item, whenUnsatisfiable: 'ScheduleAnyway' }
            : { ...item, ...(minDomains === undefined ? {} : { minDomains }) },
        ),
      })),
    ];
  });
}

function hostPorts(spec: PodSpec): readonly PodChange[] {
  return spec.containers.flatMap(({ name, ports }, at) => {
    const taken = (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
    if (taken.length === 0) return [];
    return [
      change('remove-host-port', 3, { container: name, ports: taken.join(', ') }, (own) => ({
        ...own,
        containers: own.containers.map((container, index) =>
          index === at
            ? { ...container, ports: (container.ports ?? []).map(({ hostPort: _, hostIP: __, ...port }) => port) }
            : container,
        ),
      })),
    ];
  });
}

function nodeTerms(spec: PodSpec): readonly PodChange[] {
  const selectors = Object.entries(spec.nodeSelector ?? {}).map(([key, value]) =>
    change('remove-node-selector', 4, { label: `${key}=${value}` }, (own) => {
      const { [key]: _, ...rest } = own.nodeSelector ?? {};
      return { ...own, nodeSelector: rest };
    }),
  );
  if (!spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution) return selectors;
  const edit = (own: PodSpec): PodSpec => {
    const { requiredDuringSchedulingIgnoredDuringExecution: _, ...nodeAffinity } = own.affinity?.nodeAffinity ?? {};
    return { ...own, affinity: { ...own.affinity, nodeAffinity } };
  };
  return [...selectors, change('remove-node-affinity', 4, {}, edit)];
}

function podTerms(spec: PodSpec): readonly PodChange[] {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((side) => {
    const terms = spec.affinity?.[side]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    return terms.map(({ topologyKey }, at) => {
      const kind = side === 'podAffinity' ? 'remove-pod-affinity' : 'remove-pod-anti-affinity';
      return change(kind, 4, { topologyKey }, (own) => ({
        ...own,
        affinity: {
          ...own.affinity,
          [side]: {
            ...own.affinity?.[side],
            requiredDuringSchedulingIgnoredDuringExecution: (
              own.affinity?.[side]?.requiredDuringSchedulingIgnoredDuringExecution ?? []
            ).filter((_, index) => index !== at),
          },
        },
      }));
    });
  });
}

/** Classes above the pod's own, the lowest first: less is asked of the others. */
function priorities(world: World, spec: PodSpec): readonly PodChange[] {
  return [...(world.list('priorityclasses.scheduling.k8s.io') as Iterable<Stored<PriorityClass>>)]
    .filter(({ value, metadata }) => value > (spec.priority ?? 0) && !metadata.name.startsWith('system-'))
    .sort((left, right) => left.value - right.value)
    .map(({ metadata, value }, index) =>
      change(
        'raise-priority',
        5,
        { priorityClass: metadata.name, value: String(value) },
        ({ priority: _, preemptionPolicy: __, ...own }) => ({ ...own, priorityClassName: metadata.name }),
        index / 100,
      ),
    );
}
