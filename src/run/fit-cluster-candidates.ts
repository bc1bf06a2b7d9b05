/**
 * Single changes of the cluster that may make a pod fit: of a node (uncordon it, label it, take a taint off) or of a pool
 * (one more node). Whether they do is found out by trying.
 */
import type { Node, NodeSelectorTerm, Pod, PodSpec, Taint } from 'kubernetes-types/core/v1';
import { stringify } from '../manifest/index.ts';
import { matchesNodeSelector, tolerates } from '../sim/api/node-fit.ts';
import type { Stored } from '../sim/api/object.ts';
import { POOL_NODE_LIMIT } from '../sim/azure/index.ts';
import type { DecisionRecord } from '../sim/scheduler/index.ts';
import type { World } from '../sim/world.ts';
import { textOfTaint, type Change } from './fit-candidates.ts';
import { titleOf } from './commands.ts';
import type { Command } from './types.ts';

export interface ClusterChange extends Change {
  readonly target: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
  };
  /** The part of the target that changes, before and after. */
  readonly before: string;
  readonly after: string;
  readonly command: Command;
  /** The same as a person types it. */
  readonly line: string;
  /** Does it, within a turn of the person's. */
  carryOut(world: World): void;
}

/** So many nodes are tried for each kind of change, those with the most CPU left first. */
const NODES_TRIED = 3;

export function clusterChanges(world: World, pod: Stored<Pod>, record: DecisionRecord): readonly ClusterChange[] {
  const spec = pod.spec!;
  const nodes = nodesByRoom(world, record);
  return [
    ...nodes.flatMap(uncordon).slice(0, NODES_TRIED),
    ...nodes.flatMap((node) => addLabel(spec, node)).slice(0, NODES_TRIED),
    ...nodes.flatMap((node) => removeTaint(spec, node)).slice(0, NODES_TRIED),
    ...morePools(world),
  ].map((item, index) => ({ ...item, size: index / 100 }));
}

/** The nodes that were turned down for what can be changed on a node, the emptiest first. */
function nodesByRoom(world: World, record: DecisionRecord): readonly Stored<Node>[] {
  const names = new Set(record.nodes.flatMap(({ node, rejected }) => (rejected ? [node] : [])));
  const asked = new Map<string, number>();
  for (const pod of world.list('pods') as Iterable<Stored<Pod>>) {
    const node = pod.spec?.nodeName;
    if (node) asked.set(node, (asked.get(node) ?? 0) + 1);
  }
  const roomOf = ({ metadata, status }: Stored<Node>): number =>
    Number(status?.allocatable?.['pods'] ?? 0) - (asked.get(metadata.name) ?? 0);
  return ([...world.list('nodes')] as Stored<Node>[])
    .filter(({ metadata }) => names.has(metadata.name))
    .sort((left, right) => roomOf(right) - roomOf(left) || (left.metadata.name < right.metadata.name ? -1 : 1));
}

type Part = { readonly metadata?: Record<string, unknown>; readonly spec?: Record<string, unknown> };

function nodeChange(
  kind: Change['kind'],
  rank: number,
  node: Stored<Node>,
  line: string,
  values: Change['values'],
  before: Part,
  after: Part,
): ClusterChange {
  const { name } = node.metadata;
  const manifest = ({ metadata, spec }: Part): string =>
    stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name, ...metadata }, ...(spec ? { spec } : {}) });
  return {
    ...{ kind, rank, size: 0, values: { node: name, ...values } },
    target: { apiVersion: 'v1', kind: 'Node', namespace: '', name },
    before: manifest(before),
    after: manifest(after),
    line,
    command: {
      verb: 'request',
      method: 'PATCH',
      path: `/api/v1/nodes/${name}`,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(after),
    },
    carryOut: (world) => void world.handle({ verb: 'patch', resource: 'nodes', name, patchType: 'merge', body: after }),
  };
}

function uncordon(node: Stored<Node>): readonly ClusterChange[] {
  if (!node.spec?.unschedulable) return [];
  const line = `kubectl uncordon ${node.metadata.name}`;
  const before = { spec: { unschedulable: true } };
  return [nodeChange('uncordon-node', 1, node, line, {}, before, { spec: { unschedulable: false } })];
}

/** The one label that the node lacks for the pod to want it. */
function addLabel(spec: PodSpec, node: Stored<Node>): readonly ClusterChange[] {
  if (matchesNodeSelector(spec, node)) return [];
  const { labels = {} } = node.metadata;
  return wantedLabels(spec)
    .filter(([key, value]) => {
      const labelled = { ...node, metadata: { ...node.metadata, labels: { ...labels, [key]: value } } };
      return labels[key] !== value && !OWNED_LABEL.test(key) && matchesNodeSelector(spec, labelled);
    })
    .slice(0, 1)
    .map(([key, value]) => {
      const old = labels[key];
      const before = old === undefined ? {} : { metadata: { labels: { [key]: old } } };
      const label = `${key}=${value}`;
      const line = `kubectl label node ${node.metadata.name} ${label}${old === undefined ? '' : ' --overwrite'}`;
      const after = { metadata: { labels: { [key]: value } } };
      return nodeChange('add-node-label', 2, node, line, { label }, before, after);
    });
}

/** Labels that the kubelet or the cloud writes: another value would be a lie. */
const OWNED_LABEL = /^(beta\.)?(kubernetes\.io\/(hostname|os|arch)|node\.kubernetes\.io\/instance-type)$|^topology\./;

function wantedLabels(spec: PodSpec): readonly (readonly [string, string])[] {
  const terms: readonly NodeSelectorTerm[] =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const expressions = terms.flatMap(({ matchExpressions }) => matchExpressions ?? []);
  return [
    ...Object.entries(spec.nodeSelector ?? {}),
    ...expressions.flatMap(({ key, operator, values }): (readonly [string, string])[] =>
      operator === 'In' && values?.[0] !== undefined
        ? [[key, values[0]]]
        : operator === 'Exists'
          ? [[key, 'true']]
          : [],
    ),
  ];
}

/** Taints that follow a node's state come back at once, so they are not offered. */
function removeTaint(spec: PodSpec, node: Stored<Node>): readonly ClusterChange[] {
  const taints = node.spec?.taints ?? [];
  const isBlocking = (taint: Taint): boolean =>
    taint.effect !== 'PreferNoSchedule' && !tolerates(spec.tolerations ?? [], taint);
  const blocking = taints.filter(isBlocking);
  const [taint] = blocking;
  if (!taint || blocking.length > 1 || taint.key.startsWith('node.kubernetes.io/')) return [];
  const rest = taints.filter((other) => other !== taint);
  const values = { taint: textOfTaint(taint) };
  const line = `kubectl taint node ${node.metadata.name} ${values.taint}-`;
  return [nodeChange('remove-taint', 3, node, line, values, { spec: { taints } }, { spec: { taints: rest } })];
}

function morePools(world: World): readonly ClusterChange[] {
  return world.options.pools.flatMap(({ name, vmSize }): ClusterChange[] => {
    const now = world.poolCount(name) ?? 0;
    if (now >= POOL_NODE_LIMIT) return [];
    const command = { verb: 'scale-pool', pool: name, count: now + 1 } as const;
    return [
      {
        ...{ kind: 'scale-pool', rank: 3, size: 0, command, line: titleOf(command) },
        values: { pool: name, from: String(now), to: String(now + 1), vmSize },
        target: { apiVersion: '', kind: 'NodePool', namespace: '', name },
        before: `name: ${name}\nvmSize: ${vmSize}\ncount: ${now}\n`,
        after: `name: ${name}\nvmSize: ${vmSize}\ncount: ${now + 1}\n`,
        carryOut: (fork) => fork.growPool(name, now + 1),
      },
    ];
  });
}
