/** Nodes and their pods as cards: what a person reads on them, all of it from the objects and the measured use. */
import type { Node, Pod, Container } from 'kubernetes-types/core/v1';
import type { ReplicaSet } from 'kubernetes-types/apps/v1';
import type { Stored } from '../../sim/api/object.ts';
import { amountOf, millisOf } from './amounts.ts';
import { applicationOf, colourOf, shortNodeName } from './stage-names.ts';
import { podHealth } from './pod-health.ts';
import type { SlotBook } from './pod-slots.ts';
import type { Subject } from './stage-filter.ts';
import type { Box, Meter, NodeCard, PodChip } from './stage-types.ts';

export type Usage = Readonly<Record<string, { readonly cpuMillis: number; readonly memoryBytes?: number }>>;

export const podKey = ({ metadata }: Stored): string => `pods|${metadata.namespace ?? ''}/${metadata.name}`;

export const poolOf = ({ metadata }: Stored): string =>
  metadata.labels?.['agentpool'] ?? metadata.labels?.['kubernetes.azure.com/agentpool'] ?? '';

/** Revisions of ReplicaSets whose Deployment is on its way from one to another, by `namespace/name`. */
export type Rollouts = ReadonlyMap<string, { readonly number: number; readonly isOld: boolean }>;

const REVISION = 'deployment.kubernetes.io/revision';

/** Only a Deployment with pods of more than one ReplicaSet is rolling; the marks go when the old pods are gone. */
export function rolloutsOf(replicaSets: readonly Stored<ReplicaSet>[]): Rollouts {
  const byOwner = new Map<string, Stored<ReplicaSet>[]>();
  for (const set of replicaSets) {
    const owner = set.metadata.ownerReferences?.find(({ kind }) => kind === 'Deployment');
    if (!owner || (set.status?.replicas ?? 0) + (set.spec?.replicas ?? 0) === 0) continue;
    const found = byOwner.get(owner.uid);
    if (found) found.push(set);
    else byOwner.set(owner.uid, [set]);
  }
  const rollouts = new Map<string, { number: number; isOld: boolean }>();
  for (const sets of byOwner.values()) {
    if (sets.length < 2) continue;
    const numberOf = (set: Stored<ReplicaSet>): number => Number(set.metadata.annotations?.[REVISION] ?? 0);
    const newest = Math.max(...sets.map(numberOf));
    for (const set of sets) {
      const number = numberOf(set);
      rollouts.set(`${set.metadata.namespace}/${set.metadata.name}`, { number, isOld: number < newest });
    }
  }
  return rollouts;
}

export function chipOf(
  pod: Stored<Pod>,
  box: Box,
  rollouts: Rollouts,
  wants: ((subject: Subject) => boolean) | undefined,
): PodChip {
  const { name, namespace = '' } = pod.metadata;
  const application = applicationOf(pod);
  const owner = pod.metadata.ownerReferences?.find(({ kind }) => kind === 'ReplicaSet');
  const health = podHealth(pod);
  const node = pod.spec?.nodeName ?? '';
  return {
    ...box,
    key: podKey(pod),
    name,
    namespace,
    node,
    application,
    health,
    colour: colourOf(`${namespace}/${application}`),
    restarts: (pod.status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    revision: owner ? rollouts.get(`${namespace}/${owner.name}`) : undefined,
    isMatch: wants?.({ object: pod, kind: 'pod', status: health.word, node }) ?? true,
  };
}

const isOver = (pod: Stored<Pod>): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** What the scheduler counts for a pod: the sum of its containers, or its largest init container, whichever is more. */
function requestOf(pod: Stored<Pod>, resource: string, read: (quantity: string | undefined) => number): number {
  const of = ({ resources }: Container): number =>
    read((resources?.requests as Record<string, string> | undefined)?.[resource]);
  const sum = (pod.spec?.containers ?? []).reduce((total, container) => total + of(container), 0);
  const most = (pod.spec?.initContainers ?? []).reduce((top, container) => Math.max(top, of(container)), 0);
  return Math.max(sum, most);
}

function meterOf(node: Stored<Node>, pods: readonly Stored<Pod>[], resource: 'cpu' | 'memory', used: number): Meter {
  const read = resource === 'cpu' ? millisOf : amountOf;
  const amounts = (of: unknown): number => read((of as Record<string, string> | undefined)?.[resource]);
  return {
    requested: pods.filter((pod) => !isOver(pod)).reduce((sum, pod) => sum + requestOf(pod, resource, read), 0),
    used,
    allocatable: amounts(node.status?.allocatable),
    capacity: amounts(node.status?.capacity),
  };
}

export interface NodeInput {
  readonly node: Stored<Node>;
  readonly pods: readonly Stored<Pod>[];
  readonly box: Box;
  readonly use: Usage[string] | undefined;
  readonly rollouts: Rollouts;
  readonly wants: ((subject: Subject) => boolean) | undefined;
}

const PORT_WIDTH = 62;
const GRID_TOP = 86;

export function nodeCard({ node, pods, box, use, rollouts, wants }: NodeInput, book: SlotBook): NodeCard {
  const { name, labels = {} } = node.metadata;
  const grid = {
    x: PORT_WIDTH + 10,
    y: GRID_TOP,
    width: box.width - PORT_WIDTH - 18,
    height: box.height - GRID_TOP - 6,
  };
  const slots = book.assign(
    name,
    pods.map(({ metadata }) => metadata.uid),
  );
  const boxOfSlot = book.grid(name, grid);
  const conditions = node.status?.conditions ?? [];
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  const isCordoned = node.spec?.unschedulable ?? false;
  const status = `${isReady ? 'Ready' : 'NotReady'}${isCordoned ? ',SchedulingDisabled' : ''}`;
  return {
    kind: 'node',
    id: `nodes|${name}`,
    ...box,
    name,
    shortName: shortNodeName(name),
    pool: poolOf(node),
    zone: labels['topology.kubernetes.io/zone'] ?? '',
    isReady,
    isCordoned,
    pressures: conditions
      .filter(({ type, status: value }) => type.endsWith('Pressure') && value === 'True')
      .map(({ type }) => type),
    taints: (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`),
    cpu: meterOf(node, pods, 'cpu', use?.cpuMillis ?? 0),
    memory: meterOf(node, pods, 'memory', use?.memoryBytes ?? 0),
    pods: pods.map((pod) => chipOf(pod, boxOfSlot(slots.get(pod.metadata.uid) ?? 0), rollouts, wants)),
    podCapacity: amountOf((node.status?.allocatable as Record<string, string> | undefined)?.['pods']),
    isMatch: wants?.({ object: node, kind: 'node', status, node: name }) ?? true,
    kubelet: { x: 0, y: GRID_TOP, width: PORT_WIDTH, height: 22 },
    kubeProxy: { x: 0, y: GRID_TOP + 26, width: PORT_WIDTH, height: 22 },
    grid,
  };
}

/** Cards that nothing has changed for are given out again, so that only what changed is drawn anew. */
export class NodeCards {
  private readonly held = new Map<string, { input: NodeInput; card: NodeCard }>();

  constructor(private readonly book: SlotBook) {}

  card(input: NodeInput): NodeCard {
    const { name } = input.node.metadata;
    const before = this.held.get(name);
    if (before && isSame(before.input, input)) return before.card;
    const card = nodeCard(input, this.book);
    this.held.set(name, { input, card });
    return card;
  }
}

function isSame(left: NodeInput, right: NodeInput): boolean {
  return (
    left.node === right.node &&
    left.wants === right.wants &&
    left.rollouts === right.rollouts &&
    left.box.x === right.box.x &&
    left.box.y === right.box.y &&
    left.use?.cpuMillis === right.use?.cpuMillis &&
    left.use?.memoryBytes === right.use?.memoryBytes &&
    left.pods.length === right.pods.length &&
    left.pods.every((pod, index) => pod === right.pods[index])
  );
}
