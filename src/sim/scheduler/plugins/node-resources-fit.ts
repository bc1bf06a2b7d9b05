/**
 * Requests against what is left, and the score by one of three strategies. Upstream: framework/plugins/noderesources/
 * {fit,least_allocated,most_allocated,requested_to_capacity_ratio}.go. A request larger than the whole node cannot be
 * helped by preemption (since 1.34).
 */
import type { Node } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import type { ArithmeticLine } from '../decision.ts';
import type { Plugin, PluginStatus } from '../framework.ts';
import { nodesOf, podsOfEvent } from '../hints.ts';
import { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { isExtended, isScalar, type Resources } from '../requests.ts';
import { amountAsked, amountOn, type WeightedResource } from './resource-amounts.ts';

export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: {
    readonly type?: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
    readonly resources?: readonly WeightedResource[];
    readonly requestedToCapacityRatio?: { readonly shape?: readonly ShapePoint[] };
  };
}

export function leastRequestedScore(requested: number, capacity: number): number {
  if (capacity === 0 || requested > capacity) return 0;
  return Math.trunc(((capacity - requested) * 100) / capacity);
}

export function mostRequestedScore(requested: number, capacity: number): number {
  if (capacity === 0) return 0;
  return Math.trunc((Math.min(requested, capacity) * 100) / capacity);
}

/** The value of a broken line at `x`; scores of the shape run to 10, those of nodes to 100. */
export function shapeScore(shape: readonly ShapePoint[], x: number): number {
  const at = shape.findIndex(({ utilization }) => x <= utilization);
  if (at < 0) return (shape.at(-1)?.score ?? 0) * 10;
  const next = shape[at]!;
  if (at === 0) return next.score * 10;
  const before = shape[at - 1]!;
  const rise = (next.score - before.score) * 10 * (x - before.utilization);
  return before.score * 10 + Math.trunc(rise / (next.utilization - before.utilization));
}

const DEFAULT_RESOURCES: readonly WeightedResource[] = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

interface Shortage {
  readonly reason: string;
  readonly isUnresolvable: boolean;
}

const TOO_MANY_PODS: Shortage = { reason: 'Too many pods', isUnresolvable: false };

function shortagesOf(pod: PodInfo, node: NodeInfo, isIgnored: (name: string) => boolean): readonly Shortage[] {
  const { requests } = pod.resources;
  const { allocatable } = node;
  const found: Shortage[] = [];
  if (node.pods.size + 1 > node.allowedPods) found.push(TOO_MANY_PODS);
  const compare = (name: string, asked: number, capacity: number, used: number): void => {
    if (asked > 0 && asked > capacity - used)
      found.push({ reason: `Insufficient ${name}`, isUnresolvable: asked > capacity });
  };
  compare('cpu', requests.cpu, allocatable.cpu, node.requestedCpu);
  compare('memory', requests.memory, allocatable.memory, node.requestedMemory);
  compare('ephemeral-storage', requests.storage, allocatable.storage, node.requestedStorage);
  for (const [name, asked] of requests.scalars ?? []) {
    if (isIgnored(name)) continue;
    compare(name, asked, allocatable.scalars?.get(name) ?? 0, node.requestedScalars.get(name) ?? 0);
  }
  return found;
}

/** Nothing is short: the common case, without a list. */
function fits({ resources }: PodInfo, node: NodeInfo): boolean {
  const { requests } = resources;
  const { allocatable } = node;
  return (
    node.pods.size < node.allowedPods &&
    (requests.cpu === 0 || requests.cpu <= allocatable.cpu - node.requestedCpu) &&
    (requests.memory === 0 || requests.memory <= allocatable.memory - node.requestedMemory) &&
    (requests.storage === 0 || requests.storage <= allocatable.storage - node.requestedStorage) &&
    requests.scalars === undefined
  );
}

const known = new Map<string, PluginStatus>();

/** Statuses are alike on many nodes, so each is made once. */
function statusOf(shortages: readonly Shortage[]): PluginStatus {
  const isUnresolvable = shortages.some((shortage) => shortage.isUnresolvable);
  const key = `${isUnresolvable}/${shortages.map(({ reason }) => reason).join('/')}`;
  let status = known.get(key);
  if (!status) {
    const code = isUnresolvable ? 'UnschedulableAndUnresolvable' : 'Unschedulable';
    status = { code, reasons: shortages.map(({ reason }) => reason) };
    known.set(key, status);
  }
  return status;
}

interface Part {
  readonly name: string;
  readonly weight: number;
  readonly requested: number;
  readonly capacity: number;
}

function partsOf(resources: readonly WeightedResource[], pod: PodInfo, node: NodeInfo): readonly Part[] {
  const parts: Part[] = [];
  for (const { name, weight } of resources) {
    const asked = amountAsked(pod, name, false);
    const { capacity, used } = amountOn(node, name, false);
    if (capacity === 0 || (asked === 0 && isScalar(name))) continue;
    parts.push({ name, weight: weight || 1, requested: used + asked, capacity });
  }
  return parts;
}

interface Strategy {
  scoreOf(requested: number, capacity: number): number;
  /** What a resource adds: one that scores 0 does not count at all in RequestedToCapacityRatio. */
  readonly isZeroLeftOut: boolean;
  readonly expression: (requested: number, capacity: number) => string;
}

function strategyOf({ scoringStrategy }: NodeResourcesFitArgs): Strategy {
  switch (scoringStrategy?.type) {
    case 'MostAllocated':
      return {
        scoreOf: mostRequestedScore,
        isZeroLeftOut: false,
        expression: (requested, capacity) => `${Math.min(requested, capacity)} × 100 / ${capacity}`,
      };
    case 'RequestedToCapacityRatio': {
      const shape = scoringStrategy.requestedToCapacityRatio?.shape ?? [];
      return {
        scoreOf: (requested, capacity) =>
          shapeScore(shape, capacity === 0 || requested > capacity ? 100 : Math.trunc((requested * 100) / capacity)),
        isZeroLeftOut: true,
        expression: (requested, capacity) => `shape(${requested} × 100 / ${capacity})`,
      };
    }
    default:
      return {
        scoreOf: leastRequestedScore,
        isZeroLeftOut: false,
        expression: (requested, capacity) => `(${capacity} − ${requested}) × 100 / ${capacity}`,
      };
  }
}

function sumUp(parts: readonly Part[], { scoreOf, isZeroLeftOut }: Strategy): number {
  let [sum, weights] = [0, 0];
  for (const { requested, capacity, weight } of parts) {
    const score = scoreOf(requested, capacity);
    if (isZeroLeftOut && score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  if (weights === 0) return 0;
  return isZeroLeftOut ? Math.round(sum / weights) : Math.trunc(sum / weights);
}

export function makeNodeResourcesFit(args: NodeResourcesFitArgs): Plugin {
  const ignored = new Set(args.ignoredResources ?? []);
  const ignoredGroups = new Set(args.ignoredResourceGroups ?? []);
  const isIgnored = (name: string): boolean =>
    (ignored.size > 0 || ignoredGroups.size > 0) &&
    isExtended(name) &&
    (ignored.has(name) || ignoredGroups.has(name.split('/')[0]!));
  const listed = args.scoringStrategy?.resources ?? [];
  const resources = listed.length > 0 ? listed : DEFAULT_RESOURCES;
  const strategy = strategyOf(args);
  const isPlain =
    (args.scoringStrategy?.type ?? 'LeastAllocated') === 'LeastAllocated' && resources === DEFAULT_RESOURCES;
  return {
    name: 'NodeResourcesFit',
    isNodeLocal: true,
    preFilter: () => undefined,
    filter(pod, node) {
      if (fits(pod, node)) return undefined;
      const shortages = shortagesOf(pod, node, isIgnored);
      return shortages.length === 0 ? undefined : statusOf(shortages);
    },
    score(pod, node) {
      const { cpu, memory } = node.allocatable;
      if (!isPlain || cpu === 0 || memory === 0) return sumUp(partsOf(resources, pod, node), strategy);
      const { scoredCpu, scoredMemory } = pod.resources;
      const both =
        leastRequestedScore(node.nonZeroCpu + scoredCpu, cpu) +
        leastRequestedScore(node.nonZeroMemory + scoredMemory, memory);
      return Math.trunc(both / 2);
    },
    hints: [
      {
        resource: 'node',
        actions: ['Add', 'UpdateNodeAllocatable'],
        helps: (pod, event) => {
          const { old, next } = nodesOf(event);
          return isFitOnEmpty(pod, next) && (!old || isRaised(pod, new NodeInfo(old), new NodeInfo(next)));
        },
      },
      { resource: 'assigned', actions: ['Delete'] },
      {
        resource: 'assigned',
        actions: ['UpdatePodScaleDown'],
        helps: (pod, event) => {
          const { old, next } = podsOfEvent(event);
          return hasMore(pod, next!.resources.requests, old!.resources.requests);
        },
      },
      {
        resource: 'waiting',
        actions: ['UpdatePodScaleDown'],
        helps: ({ uid }, { next }) => next?.metadata.uid === uid,
      },
    ],
    explainScore(pod, node, _state, scored) {
      const parts = partsOf(resources, pod, node);
      const lines = parts.map(({ name, requested, capacity }): ArithmeticLine => ({
        label: name,
        expression: strategy.expression(requested, capacity),
        result: strategy.scoreOf(requested, capacity),
      }));
      const weights = parts.reduce((sum, { weight }) => sum + weight, 0);
      const sum = lines.map(({ result }, index) =>
        parts[index]!.weight === 1 ? String(result) : `${result} × ${parts[index]!.weight}`,
      );
      return [
        ...lines,
        { label: 'score', expression: `(${sum.join(' + ')}) / ${weights}`, result: scored.raw[scored.index] ?? 0 },
      ];
    },
    explainFilter: explainFit,
  };
}

/** As upstream, which asks here about all resources, also those that the arguments tell to ignore. */
const isFitOnEmpty = (pod: PodInfo, node: Stored<Node>): boolean =>
  shortagesOf(pod, new NodeInfo(node), () => false).length === 0;

function isRaised(pod: PodInfo, old: NodeInfo, next: NodeInfo): boolean {
  return next.allowedPods > old.allowedPods || hasMore(pod, old.allocatable, next.allocatable);
}

/** Whether the second holds more than the first of anything that the pod asks for. */
function hasMore({ resources }: PodInfo, first: Resources, second: Resources): boolean {
  const { cpu, memory, storage, scalars } = resources.requests;
  if (cpu > 0 && second.cpu > first.cpu) return true;
  if (memory > 0 && second.memory > first.memory) return true;
  if (storage > 0 && second.storage > first.storage) return true;
  for (const [name, asked] of scalars ?? [])
    if (asked > 0 && (second.scalars?.get(name) ?? 0) > (first.scalars?.get(name) ?? 0)) return true;
  return false;
}

function explainFit(pod: PodInfo, node: NodeInfo): readonly ArithmeticLine[] {
  const line = (label: string, asked: number, used: number, capacity: number): ArithmeticLine => ({
    label,
    expression: `${asked} ${asked > capacity - used ? '>' : '≤'} ${capacity} − ${used}`,
    result: capacity - used,
  });
  const { requests } = pod.resources;
  const names = [
    'cpu',
    'memory',
    ...(requests.storage > 0 ? ['ephemeral-storage'] : []),
    ...(requests.scalars?.keys() ?? []),
  ];
  return [
    ...names.map((name) => {
      const { capacity, used } = amountOn(node, name, true);
      return line(name, amountAsked(pod, name, true), used, capacity);
    }),
    line('pods', 1, node.pods.size, node.allowedPods),
  ];
}
