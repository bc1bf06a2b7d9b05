/**
 * Why a pod that was bound here cannot run here: the kubelet checks again what the scheduler has checked. Upstream:
 * pkg/kubelet/lifecycle/predicate.go. What is short on the node refuses before (eviction-manager.ts).
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { matchesNodeSelector } from '../api/node-fit.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { MachineSpec } from './machine-spec.ts';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

export function refusalOf(
  pod: Stored<Pod>,
  all: readonly Stored<Pod>[],
  machine: MachineSpec,
  known: Node | undefined,
): Refusal | undefined {
  const others = all.filter(
    ({ metadata, status }) =>
      metadata.uid !== pod.metadata.uid && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
  );
  const short = shortage(pod, others, machine);
  if (short) return short;
  const wanted = hostPortsOf(pod);
  if (wanted.length > 0 && others.some((other) => hostPortsOf(other).some((port) => wanted.includes(port))))
    return {
      reason: 'NodePorts',
      message: "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    };
  const node: Node = known ?? { metadata: { name: machine.nodeName, labels: { ...machine.labels } } };
  if (matchesNodeSelector(pod.spec!, node)) return undefined;
  return {
    reason: 'NodeAffinity',
    message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
  };
}

export function shortage(
  pod: Stored<Pod>,
  others: readonly Stored<Pod>[],
  { allocatable }: MachineSpec,
): Refusal | undefined {
  const refusal = (name: string, requested: number, used: number, capacity: number): Refusal => ({
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  });
  const allowed = wholeValue(allocatable['pods']);
  if (others.length + 1 > allowed) return refusal('pods', 1, others.length, allowed);
  for (const name of COUNTED) {
    const read = readerOf(name);
    const asked = requestsOf(pod)[name];
    // What is not asked for is not short, so most pods never look at the others.
    if (asked === 0) continue;
    const used = others.reduce((sum, item) => sum + requestsOf(item)[name], 0);
    const capacity = read(allocatable[name]);
    if (used + asked > capacity) return refusal(name, asked, used, capacity);
  }
  return undefined;
}

const COUNTED = ['cpu', 'memory', 'ephemeral-storage'] as const;

type Requests = Readonly<Record<(typeof COUNTED)[number], number>>;

const readerOf = (name: (typeof COUNTED)[number]): ((quantity: string | undefined) => number) =>
  name === 'cpu' ? milliValue : wholeValue;

/** By spec, which is replaced and never changed: every pod that comes asks all that are there. */
const requestsBySpec = new WeakMap<object, Requests>();

function requestsOf(pod: Pod): Requests {
  const spec = pod.spec!;
  const before = requestsBySpec.get(spec);
  if (before) return before;
  const [cpu, memory, storage] = COUNTED.map((name) => requestOf(pod, name, readerOf(name)));
  const requests = { cpu: cpu!, memory: memory!, 'ephemeral-storage': storage! };
  requestsBySpec.set(spec, requests);
  return requests;
}

/** All containers and sidecars together, or the most that an init container and the sidecars before it need. */
function requestOf({ spec }: Pod, name: string, read: (quantity: string | undefined) => number): number {
  const of = ({ resources }: { resources?: { requests?: Record<string, string> } }): number =>
    read(resources?.requests?.[name]);
  let [sidecars, peak] = [0, 0];
  for (const container of spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars += of(container);
    peak = Math.max(peak, sidecars + (container.restartPolicy === 'Always' ? 0 : of(container)));
  }
  const mains = (spec?.containers ?? []).reduce((sum, container) => sum + of(container), 0);
  return Math.max(mains + sidecars, peak) + read(spec?.overhead?.[name]);
}

const hostPortsOf = ({ spec }: Pod): readonly string[] =>
  (spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${hostPort}/${protocol}`] : [])),
  );
