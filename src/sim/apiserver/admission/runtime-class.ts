/** RuntimeClass: a Pod gets the overhead, and the nodes, of its class. Upstream: plugin/pkg/admission/runtimeclass/admission.go. */
import type { Pod, Toleration } from 'kubernetes-types/core/v1';
import type { RuntimeClass } from 'kubernetes-types/node/v1';
import type { Stored } from '../../api/object.ts';
import { canonicalAmounts } from '../../api/quantity.ts';
import { forbidden } from '../../api/status.ts';
import { nameForMutation, refuse, type Draft, type RequestContext } from '../context.ts';
import { isDeepEqual } from '../equality.ts';

type PodDraft = Pod & Draft;

/** True where it changed the Pod. */
export function admitRuntimeClass(context: RequestContext, pod: PodDraft): boolean {
  const spec = pod.spec!;
  const reject = (text: string): never =>
    refuse(context, 'mutate', forbidden(context.resource, nameForMutation(pod), `pod rejected: ${text}`));
  const { runtimeClassName: name } = spec;
  if (!name) {
    if (spec.overhead) reject("Pod's Overhead set without corresponding RuntimeClass defined Overhead");
    return false;
  }
  const found = context.find('runtimeclasses.node.k8s.io', undefined, name) as Stored<RuntimeClass> | undefined;
  if (!found) return reject(`RuntimeClass ${JSON.stringify(name)} not found`);
  const fixed = canonicalAmounts(found.overhead?.podFixed);
  if (spec.overhead && !isDeepEqual(spec.overhead, fixed ?? {}))
    reject("Pod's Overhead doesn't match RuntimeClass's defined Overhead");
  const { nodeSelector = {}, tolerations = [] } = found.scheduling ?? {};
  for (const [key, value] of Object.entries(nodeSelector)) {
    const own = spec.nodeSelector?.[key];
    if (own !== undefined && own !== value)
      reject(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
  }
  pod.spec = {
    ...spec,
    ...(fixed ? { overhead: fixed } : {}),
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector: { ...spec.nodeSelector, ...nodeSelector } } : {}),
    ...(tolerations.length > 0 ? { tolerations: merged(spec.tolerations ?? [], tolerations) } : {}),
  };
  return fixed !== undefined || found.scheduling !== undefined;
}

const merged = (own: readonly Toleration[], more: readonly Toleration[]): Toleration[] => [
  ...own,
  ...more.filter((item) => !own.some((other) => isDeepEqual(other, item))),
];
