/**
 * What the rest of a cluster has to reach once nothing disturbs it: pods and their processes, nodes, addresses behind
 * services, budgets, quotas, volumes, owners, and the caches of every component.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { runtimeUidOf } from '../api/mirror-pods.ts';
import type { Stored } from '../api/object.ts';
import { matchesLabels, selectorOf, selectorOfMap } from '../api/selectors.ts';
import { kubeletId } from '../kernel/index.ts';
import type { Informer } from '../client/index.ts';
import type { ResourceName } from '../api/resource-types.ts';
import { isOver, isReady, listOf, violation, type CheckedWorld, type Violation } from './check.ts';

const hasLiveKubelet = (world: CheckedWorld, node: string): boolean =>
  world.kernel.component(kubeletId(node)) !== undefined && !world.kernel.isFrozen(kubeletId(node));

export function* checkPods(world: CheckedWorld): Generator<Violation> {
  const nodes = new Set(listOf(world, 'nodes').map(({ metadata }) => metadata.name));
  const running = new Map<string, string>();
  for (const process of world.processes.list()) {
    running.set(`${process.podUid}/${process.container}`, process.containerId);
    const pod = world.find('pods', process.namespace, process.pod);
    if (!process.isStatic && pod?.metadata.uid !== process.podUid && hasLiveKubelet(world, process.node)) {
      const subject = `pods|${process.namespace}/${process.pod}`;
      yield { check: 'processes-have-pods', subject, message: `${process.container} runs, but its pod is gone` };
    }
  }
  for (const pod of listOf(world, 'pods')) {
    const node = pod.spec?.nodeName;
    if (node && !nodes.has(node)) yield violation('pods-have-nodes', 'pods', pod, `there is no node ${node}`);
    if (pod.metadata.deletionTimestamp && !pod.metadata.finalizers?.length && (!node || hasLiveKubelet(world, node))) {
      yield violation('deleted-pods-end', 'pods', pod, `is being deleted since ${pod.metadata.deletionTimestamp}`);
    }
    if (!node && !isOver(pod) && !isExplained(pod)) {
      yield violation('pods-are-scheduled', 'pods', pod, 'has neither a node nor a reason why not');
    }
    if (node && hasLiveKubelet(world, node)) yield* checkContainers(pod, running);
  }
}

function isExplained({ status }: Pod): boolean {
  return (
    status?.conditions?.some(
      ({ type, status: value, reason }) => type === 'PodScheduled' && value === 'False' && Boolean(reason),
    ) ?? false
  );
}

/** What the status says of containers is what runs. */
function* checkContainers(pod: Stored<Pod>, running: ReadonlyMap<string, string>): Generator<Violation> {
  for (const { name, state, containerID } of pod.status?.containerStatuses ?? []) {
    const process = running.get(`${runtimeUidOf(pod)}/${name}`);
    if (state?.running && process !== undefined && !containerID?.endsWith(process)) {
      yield violation('status-is-current', 'pods', pod, `${name} runs as ${process}, its status says ${containerID}`);
    }
    if (!state?.running && process !== undefined) {
      yield violation('status-is-current', 'pods', pod, `${name} runs, its status does not say so`);
    }
  }
}

export function* checkNodes(world: CheckedWorld): Generator<Violation> {
  for (const node of listOf(world, 'nodes')) {
    if (!hasLiveKubelet(world, node.metadata.name)) continue;
    const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') {
      yield violation('nodes-are-ready', 'nodes', node, `Ready is ${ready?.status}: ${ready?.message}`);
    }
    const taint = node.spec?.taints?.find(({ key }) => /^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(key));
    if (taint) yield violation('nodes-are-ready', 'nodes', node, `has the taint ${taint.key}`);
  }
}

/** Ready addresses in the slices are those of ready pods that the selector takes. */
export function* checkEndpoints(world: CheckedWorld): Generator<Violation> {
  const slices = listOf(world, 'endpointslices.discovery.k8s.io');
  for (const service of listOf(world, 'services')) {
    const { selector, publishNotReadyAddresses, type } = service.spec ?? {};
    if (!selector || type === 'ExternalName' || service.metadata.deletionTimestamp) continue;
    const { namespace, name } = service.metadata;
    const found = listOf(world, 'pods', namespace).filter(
      (pod) =>
        matchesLabels(selectorOfMap(selector), pod.metadata.labels) &&
        pod.status?.podIP &&
        !isOver(pod) &&
        !pod.metadata.deletionTimestamp &&
        (publishNotReadyAddresses || isReady(pod)),
    );
    const due = [...new Set(found.map((pod) => pod.status!.podIP!))].sort();
    const own = slices.filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name,
    );
    const ready = own.flatMap(({ endpoints }) =>
      (endpoints ?? []).filter(({ conditions }) => conditions?.ready).flatMap(({ addresses }) => addresses),
    );
    const told = [...new Set(ready)].sort();
    if (told.join() !== due.join()) {
      const message = `slices hold ${told.join(', ') || 'none'}, ready pods have ${due.join(', ') || 'none'}`;
      yield violation('endpoints-are-pods', 'services', service, message);
    }
  }
}

export function* checkBudgets(world: CheckedWorld): Generator<Violation> {
  for (const budget of listOf(world, 'poddisruptionbudgets.policy')) {
    const selector = selectorOf(budget.spec?.selector);
    if (!selector || budget.metadata.deletionTimestamp) continue;
    const isUnsynced = budget.status?.conditions?.some(({ reason }) => reason === 'SyncFailed');
    if (isUnsynced) {
      // The counts stay as they were: all that is promised is that no pod may go.
      if ((budget.status?.disruptionsAllowed ?? 0) > 0)
        yield violation(
          'status-is-current',
          'poddisruptionbudgets.policy',
          budget,
          'disruptions allowed without counts',
        );
      continue;
    }
    const healthy = listOf(world, 'pods', budget.metadata.namespace).filter(
      (pod) => matchesLabels(selector, pod.metadata.labels) && isReady(pod) && !pod.metadata.deletionTimestamp,
    ).length;
    const { currentHealthy, desiredHealthy = 0, disruptionsAllowed = 0, expectedPods = 0 } = budget.status ?? {};
    if (currentHealthy !== healthy) {
      const message = `currentHealthy is ${currentHealthy}, ready pods are ${healthy}`;
      yield violation('status-is-current', 'poddisruptionbudgets.policy', budget, message);
    } else if (expectedPods > 0 && disruptionsAllowed !== Math.max(0, healthy - desiredHealthy)) {
      const message = `${disruptionsAllowed} disruptions allowed with ${healthy} healthy of ${desiredHealthy} desired`;
      yield violation('status-is-current', 'poddisruptionbudgets.policy', budget, message);
    }
  }
}

export function* checkQuotas(world: CheckedWorld): Generator<Violation> {
  for (const quota of listOf(world, 'resourcequotas')) {
    if (quota.spec?.scopes?.length || quota.spec?.scopeSelector || quota.metadata.deletionTimestamp) continue;
    const { namespace } = quota.metadata;
    const counts: Readonly<Record<string, () => number>> = {
      pods: () => listOf(world, 'pods', namespace).filter((pod) => !isOver(pod)).length,
      services: () => listOf(world, 'services', namespace).length,
      configmaps: () => listOf(world, 'configmaps', namespace).length,
      secrets: () => listOf(world, 'secrets', namespace).length,
      persistentvolumeclaims: () => listOf(world, 'persistentvolumeclaims', namespace).length,
      'count/deployments.apps': () => listOf(world, 'deployments.apps', namespace).length,
    };
    for (const name of Object.keys(quota.spec?.hard ?? {})) {
      const due = counts[name]?.();
      const used = quota.status?.used?.[name];
      if (due !== undefined && used !== String(due)) {
        yield violation('status-is-current', 'resourcequotas', quota, `used ${name} is ${used}, there are ${due}`);
      }
    }
  }
}

export function* checkVolumes(world: CheckedWorld): Generator<Violation> {
  for (const claim of listOf(world, 'persistentvolumeclaims')) {
    if (claim.status?.phase !== 'Bound') continue;
    const volume = listOf(world, 'persistentvolumes').find(({ metadata }) => metadata.name === claim.spec?.volumeName);
    if (volume?.spec?.claimRef?.uid !== claim.metadata.uid) {
      const message = `is bound to ${claim.spec?.volumeName}, which belongs to ${volume?.spec?.claimRef?.name ?? 'nobody'}`;
      yield violation('bindings-are-mutual', 'persistentvolumeclaims', claim, message);
    }
  }
}

/** Nothing outlives all of its owners. */
export function* checkOwners(world: CheckedWorld): Generator<Violation> {
  const all = [...world.objects()];
  const uids = new Set(all.map(({ object }) => object.metadata.uid));
  for (const { resource, object } of all) {
    const owners = object.metadata.ownerReferences ?? [];
    if (owners.length > 0 && owners.every(({ uid }) => !uids.has(uid)) && !object.metadata.finalizers?.length) {
      yield violation(
        'nothing-outlives-owners',
        resource,
        object,
        `its owner ${owners[0]!.kind} ${owners[0]!.name} is gone`,
      );
    }
  }
}

/** Every cache of every component holds what the API server holds. */
export function* checkCaches(world: CheckedWorld): Generator<Violation> {
  for (const id of world.kernel.componentIds()) {
    if (world.kernel.isFrozen(id)) continue;
    const component = world.kernel.component(id) as { caches?(): Iterable<Informer<ResourceName>> } | undefined;
    for (const informer of component?.caches?.() ?? []) {
      if (!informer.hasStarted) continue;
      const fault = cacheFault(world, informer);
      if (fault)
        yield { check: 'caches-are-current', subject: id, message: `its cache of ${informer.resource} ${fault}` };
    }
  }
}

function cacheFault(world: CheckedWorld, informer: Informer<ResourceName>): string | undefined {
  for (const cached of informer.list() as IterableIterator<Stored>) {
    const { namespace, name, resourceVersion } = cached.metadata;
    const stored = world.find(informer.resource, namespace, name);
    if (!stored) return `holds ${name}, which is gone`;
    if (stored.metadata.resourceVersion !== resourceVersion) {
      return `holds version ${resourceVersion} of ${name}, which is at ${stored.metadata.resourceVersion}`;
    }
  }
  const count = informer.isWhole ? [...world.list(informer.resource)].length : informer.size;
  return count === informer.size ? undefined : `holds ${informer.size} of ${count}`;
}
