/**
 * Which endpoints a node's rules lead to: those near by where every endpoint says for whom it is meant, those of the node
 * itself where the traffic may not leave it. Upstream: pkg/proxy/topology.go (CategorizeEndpoints).
 */
import type { Endpoint } from 'kubernetes-types/discovery/v1';

export interface Target {
  readonly endpoint: Endpoint;
  readonly port: number;
}

export interface Place {
  readonly node: string;
  /** Undefined where the Node has no label for it: then hints of zones are left aside. */
  readonly zone: string | undefined;
}

const isReady = ({ endpoint }: Target): boolean => endpoint.conditions?.ready !== false;

/** While it terminates it still serves: better than nothing. */
const isLastResort = ({ endpoint }: Target): boolean =>
  endpoint.conditions?.serving === true && endpoint.conditions.terminating === true;

const readyOrElse = (
  targets: readonly Target[],
  narrow: (ready: readonly Target[]) => readonly Target[],
): readonly Target[] => {
  const ready = narrow(targets.filter(isReady));
  return ready.length > 0 ? ready : targets.filter(isLastResort);
};

/** Endpoints of this node only, for the traffic policy Local. */
export function localTargets(targets: readonly Target[], { node }: Place): readonly Target[] {
  return readyOrElse(
    targets.filter(({ endpoint }) => endpoint.nodeName === node),
    (ready) => ready,
  );
}

/** Endpoints of the whole cluster, for the traffic policy Cluster: by their hints, where all have some and one fits. */
export function clusterTargets(targets: readonly Target[], place: Place): readonly Target[] {
  return readyOrElse(targets, (ready) => byHints(ready, place));
}

function byHints(ready: readonly Target[], { node, zone }: Place): readonly Target[] {
  const forNode = meantFor(ready, ({ endpoint }) => namesOf(endpoint.hints, 'forNodes'), node);
  if (forNode) return forNode;
  const forZone = meantFor(ready, ({ endpoint }) => namesOf(endpoint.hints, 'forZones'), zone);
  return forZone ?? ready;
}

/** Undefined unless every endpoint says whom it is for, and one is for this place. */
function meantFor(
  ready: readonly Target[],
  namesFor: (target: Target) => readonly string[],
  place: string | undefined,
): readonly Target[] | undefined {
  if (place === undefined || !ready.every((target) => namesFor(target).length > 0)) return undefined;
  const found = ready.filter((target) => namesFor(target).includes(place));
  return found.length > 0 ? found : undefined;
}

type Hints = Partial<Record<'forNodes' | 'forZones', readonly { readonly name: string }[]>>;

const namesOf = (hints: Endpoint['hints'], field: keyof Hints): readonly string[] =>
  ((hints as Hints | undefined)?.[field] ?? []).map(({ name }) => name);
