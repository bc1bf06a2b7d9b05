/**
 * What an object uses of a quota, and which quotas look at it.
 * Upstream: pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims}.go, apiserver/pkg/quota/v1.
 */
import type {
  Container,
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  ResourceRequirements,
  Service,
} from 'kubernetes-types/core/v1';
import { addQuantities, compareQuantities } from './quantity.ts';
import type { KubeObject, Stored } from './object.ts';

export type Amounts = Readonly<Record<string, string>>;

/** Names of a quota that count objects of a resource, beside `count/<resource>`. */
const COUNTED: Readonly<Record<string, string>> = {
  pods: 'pods',
  services: 'services',
  configmaps: 'configmaps',
  secrets: 'secrets',
  replicationcontrollers: 'replicationcontrollers',
  resourcequotas: 'resourcequotas',
  persistentvolumeclaims: 'persistentvolumeclaims',
};
const STORAGE_CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

function podAmounts(pod: Pod): Amounts {
  const requests = wholeOf(pod, 'requests');
  const limits = wholeOf(pod, 'limits');
  const named = (prefix: string, amounts: Amounts): Amounts =>
    Object.fromEntries(Object.entries(amounts).map(([name, value]) => [`${prefix}.${name}`, value]));
  const bare = Object.entries(requests).filter(([name]) => /^(cpu|memory|ephemeral-storage)$/.test(name));
  return { ...named('requests', requests), ...named('limits', limits), ...Object.fromEntries(bare) };
}

/**
 * What a pod comes to as a whole: its containers and sidecars together, or the most that its init containers need before
 * that; what the pod says of itself goes before its parts, and the overhead comes on top.
 * Upstream: component-helpers/resource/helpers.go (PodRequests, PodLimits).
 */
function wholeOf({ spec }: Pod, side: 'requests' | 'limits'): Amounts {
  const of = ({ resources }: Container): Amounts => resources?.[side] ?? {};
  let total = (spec?.containers ?? []).map(of).reduce(sumOf, {});
  let [sidecars, most]: [Amounts, Amounts] = [{}, {}];
  for (const container of spec?.initContainers ?? []) {
    const isSidecar = container.restartPolicy === 'Always';
    if (isSidecar) [total, sidecars] = [sumOf(total, of(container)), sumOf(sidecars, of(container))];
    most = mostOf(most, isSidecar ? sidecars : sumOf(sidecars, of(container)));
  }
  const own = (spec as { resources?: ResourceRequirements } | undefined)?.resources?.[side] ?? {};
  const whole = { ...mostOf(total, most), ...own };
  const overhead = Object.entries(spec?.overhead ?? {}).filter(
    ([name]) => side === 'requests' || whole[name] !== undefined,
  );
  return sumOf(whole, Object.fromEntries(overhead));
}

function sumOf(left: Amounts, right: Amounts): Amounts {
  const sums = Object.entries(right).map(([name, value]) => [
    name,
    left[name] ? addQuantities(left[name], value) : value,
  ]);
  return { ...left, ...(Object.fromEntries(sums) as Amounts) };
}

function mostOf(left: Amounts, right: Amounts): Amounts {
  const more = Object.entries(right).filter(([name, value]) => !left[name] || compareQuantities(value, left[name]) > 0);
  return { ...left, ...Object.fromEntries(more) };
}

function serviceAmounts({ spec }: Service): Amounts {
  const hasNodePorts =
    spec?.type === 'NodePort' || (spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  return {
    ...(spec?.type === 'LoadBalancer' ? { 'services.loadbalancers': '1' } : {}),
    ...(hasNodePorts ? { 'services.nodeports': String(spec?.ports?.length ?? 0) } : {}),
  };
}

function claimAmounts({ spec }: PersistentVolumeClaim): Amounts {
  const size = spec?.resources?.requests?.['storage'];
  const className = spec?.storageClassName;
  return {
    ...(size ? { 'requests.storage': size } : {}),
    ...(className
      ? {
          [`${className}${STORAGE_CLASS_SUFFIX}persistentvolumeclaims`]: '1',
          ...(size ? { [`${className}${STORAGE_CLASS_SUFFIX}requests.storage`]: size } : {}),
        }
      : {}),
  };
}

/** Everything by which the object could count. Pods that have ended use nothing but `count/pods`. */
export function usageOf(resource: string, object: KubeObject): Amounts {
  const counted = { [`count/${resource}`]: '1' };
  const name = COUNTED[resource];
  const plain: Amounts = name ? { ...counted, [name]: '1' } : counted;
  if (resource === 'pods') {
    const { phase } = (object as Pod).status ?? {};
    return phase === 'Succeeded' || phase === 'Failed' ? counted : { ...plain, ...podAmounts(object as Pod) };
  }
  if (resource === 'services') return { ...plain, ...serviceAmounts(object as Service) };
  if (resource === 'persistentvolumeclaims') return { ...plain, ...claimAmounts(object as PersistentVolumeClaim) };
  return plain;
}

/** The part of the amounts that the quota names. */
export function boundBy(hard: Amounts, amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => hard[name] !== undefined));
}

export function isBestEffort(pod: Pod): boolean {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return all.every(({ resources }) =>
    [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})].every(
      (name) => name !== 'cpu' && name !== 'memory',
    ),
  );
}

function isInScope(pod: Pod, scope: string, operator: string, values: readonly string[]): boolean {
  switch (scope) {
    case 'Terminating':
      return pod.spec?.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return pod.spec?.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return isBestEffort(pod);
    case 'NotBestEffort':
      return !isBestEffort(pod);
    case 'PriorityClass': {
      const name = pod.spec?.priorityClassName ?? '';
      if (operator === 'In') return values.includes(name);
      if (operator === 'NotIn') return !values.includes(name);
      return operator === 'DoesNotExist' ? name === '' : name !== '';
    }
    case 'CrossNamespacePodAffinity': {
      const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {};
      const terms = [podAffinity, podAntiAffinity].flatMap((item) => [
        ...(item?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
        ...(item?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
      ]);
      return terms.some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector);
    }
    default:
      return false;
  }
}

/** Whether the quota counts this object at all: scopes are of pods. */
export function isWatchedBy(quota: ResourceQuota, resource: string, object: KubeObject): boolean {
  const { scopes = [], scopeSelector } = quota.spec ?? {};
  const expressions = scopeSelector?.matchExpressions ?? [];
  if (scopes.length === 0 && expressions.length === 0) return true;
  if (resource !== 'pods') return false;
  return (
    scopes.every((scope) => isInScope(object as Pod, scope, 'Exists', [])) &&
    expressions.every(({ scopeName, operator, values }) => isInScope(object as Pod, scopeName, operator, values ?? []))
  );
}

/** Containers of a pod that do not say how much they want of what the quota bounds, by name of the resource. */
export function unspecified(hard: Amounts, pod: Pod): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const name of Object.keys(hard).sort()) {
    const match = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(name);
    if (!match || match[2] === 'ephemeral-storage') continue;
    const side = match[1] === 'limits' ? 'limits' : 'requests';
    const own = (pod.spec as { resources?: ResourceRequirements } | undefined)?.resources;
    if (own?.[side]?.[match[2]!] !== undefined) continue;
    const missing = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].filter(
      ({ resources }) => resources?.[side]?.[match[2]!] === undefined,
    );
    if (missing.length > 0)
      found.set(
        name,
        missing.map((container) => container.name),
      );
  }
  return found;
}

export type StoredQuota = Stored<ResourceQuota>;
