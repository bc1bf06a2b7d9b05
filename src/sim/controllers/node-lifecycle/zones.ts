/**
 * How much of a zone is down, and how fast nodes may be given up there.
 * Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go (ComputeZoneState, handleDisruption).
 */
import type { Node } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';

const UNHEALTHY_SHARE = 0.55;
/** A label of nodes that do not count when a zone is judged. */
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';
const LARGE_ZONE = 50;
const NORMAL_INTERVAL_MS = 10_000;
const SLOW_INTERVAL_MS = 100_000;

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

export interface Zone {
  readonly name: string;
  readonly nodes: readonly Stored<Node>[];
  /** Of the nodes that count. */
  readonly size: number;
  readonly state: ZoneState;
}

export const isReady = (node: Node): boolean =>
  node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const zoneOf = ({ metadata }: Stored<Node>): string =>
  `${metadata.labels?.['topology.kubernetes.io/region'] ?? ''}/${metadata.labels?.['topology.kubernetes.io/zone'] ?? ''}`;

export function zonesOf(nodes: Iterable<Stored<Node>>): readonly Zone[] {
  const byZone = new Map<string, Stored<Node>[]>();
  for (const node of nodes) {
    const found = byZone.get(zoneOf(node));
    if (found) found.push(node);
    else byZone.set(zoneOf(node), [node]);
  }
  return [...byZone].map(([name, members]) => {
    const counted = members.filter(({ metadata }) => metadata.labels?.[EXCLUDED] === undefined);
    const down = counted.filter((node) => !isReady(node)).length;
    const isFull = down > 0 && down === counted.length;
    const isPartial = down > 2 && down / counted.length >= UNHEALTHY_SHARE;
    return {
      name,
      nodes: members,
      size: counted.length,
      state: isFull ? 'FullDisruption' : isPartial ? 'PartialDisruption' : 'Normal',
    };
  });
}

/** Milliseconds from one node that is given up to the next; undefined when none may be. */
export function intervalOf({ state, size }: Zone): number | undefined {
  if (state !== 'PartialDisruption') return NORMAL_INTERVAL_MS;
  return size > LARGE_ZONE ? SLOW_INTERVAL_MS : undefined;
}
