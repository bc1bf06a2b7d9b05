/**
 * Endpoints: the older mirror of EndpointSlices, one object a Service. Upstream: pkg/controller/endpoint/endpoints_controller.go.
 */
import type { Endpoints, EndpointSubset, Pod, Service } from 'kubernetes-types/core/v1';
import { keyOf, type Stored } from '../../api/object.ts';
import { matchesLabels, selectorOfMap } from '../../api/selectors.ts';
import { isDeepEqual } from '../../apiserver/index.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { Batch } from '../job/batch.ts';
import { targetPort } from '../endpointslice/endpointslice-controller.ts';
import { TriggerTimes, withTriggerTime } from '../endpointslice/trigger-times.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';
import { byNamespace } from '../owners.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { isPodReady } from '../pods.ts';

/** All addresses are written anew each time: changes of many pods at once are taken together. Upstream takes them one by one. */
const BATCH_MS = 100;
const MAX_ADDRESSES = 1000;
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';

type Address = NonNullable<EndpointSubset['addresses']>[number];

export class EndpointsController extends ManagedController {
  private readonly services: Informer<'services'>;
  private readonly pods: Informer<'pods'>;
  private readonly endpoints: Informer<'endpoints'>;
  private readonly batch: Batch;
  private readonly triggers = new TriggerTimes();

  constructor(manager: Manager) {
    super(manager, 'endpoint');
    this.batch = new Batch(this.queue, BATCH_MS);
    this.services = this.shared('services', byNamespace);
    this.pods = this.shared('pods', byNamespace);
    this.endpoints = this.shared('endpoints');
    this.services.onChange((next, old) => this.queue.add(keyOf((next ?? old)!)));
    this.pods.onChange((next, old) => {
      if (next && old && !matters(old, next)) return;
      for (const pod of [next, old]) if (pod) this.podChanged(pod);
    });
  }

  private podChanged(pod: Stored<Pod>): void {
    for (const service of this.services.byIndex('namespace', pod.metadata.namespace ?? '')) {
      const { selector } = service.spec ?? {};
      if (selector && matchesLabels(selectorOfMap(selector), pod.metadata.labels)) this.batch.add(keyOf(service));
    }
  }

  protected reconcile(key: string): Outcome {
    this.batch.done(key);
    const service = this.services.byKey(key);
    const found = this.endpoints.byKey(key);
    if (!service) {
      this.triggers.forget(key);
      if (found) this.client.delete('endpoints', found.metadata.namespace, found.metadata.name);
      return undefined;
    }
    const { selector, type } = service.spec ?? {};
    if (!selector || Object.keys(selector).length === 0 || type === 'ExternalName') return undefined;
    const wanted = selectorOfMap(selector);
    const pods = this.pods
      .byIndex('namespace', service.metadata.namespace ?? '')
      .filter(({ metadata }) => matchesLabels(wanted, metadata.labels));
    const time = this.triggers.look(key, service, pods);
    const { subsets, isCut } = this.subsetsOf(service, pods);
    return this.write(service, found, subsets, isCut, time);
  }

  private subsetsOf(
    service: Stored<Service>,
    pods: readonly Stored<Pod>[],
  ): { subsets: readonly EndpointSubset[]; isCut: boolean } {
    const groups = new Map<string, { ready: Address[]; notReady: Address[]; ports: EndpointSubset['ports'] }>();
    let count = 0;
    let isCut = false;
    for (const pod of pods) {
      if (!isIncluded(service, pod)) continue;
      if (count >= MAX_ADDRESSES) {
        isCut = true;
        break;
      }
      count += 1;
      const ports = (service.spec?.ports ?? []).flatMap((port) => {
        const number = targetPort(port, pod);
        if (number === undefined) return [];
        const { name, appProtocol } = port;
        const more = { ...(name ? { name } : {}), ...(appProtocol ? { appProtocol } : {}) };
        return [{ ...more, port: number, protocol: port.protocol ?? 'TCP' }];
      });
      if (ports.length === 0 && (service.spec?.ports?.length ?? 0) > 0) continue;
      const group = groups.get(JSON.stringify(ports)) ?? { ready: [], notReady: [], ports };
      const isReady = service.spec?.publishNotReadyAddresses || isPodReady(pod);
      (isReady ? group.ready : group.notReady).push(addressOf(service, pod));
      groups.set(JSON.stringify(ports), group);
    }
    const byIp = (left: Address, right: Address): number => (left.ip < right.ip ? -1 : left.ip > right.ip ? 1 : 0);
    const subsets = [...groups.values()].map(({ ready, notReady, ports }): EndpointSubset => ({
      ...(ready.length > 0 ? { addresses: ready.sort(byIp) } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady.sort(byIp) } : {}),
      ...(ports && ports.length > 0 ? { ports } : {}),
    }));
    return { subsets, isCut };
  }

  private write(
    service: Stored<Service>,
    found: Stored<Endpoints> | undefined,
    subsets: readonly EndpointSubset[],
    isCut: boolean,
    time: string | undefined,
  ): Outcome {
    const { name, namespace = '' } = service.metadata;
    const labels = {
      ...service.metadata.labels,
      [MANAGED_BY]: 'endpoint-controller',
      ...(service.spec?.clusterIP === 'None' ? { [HEADLESS]: '' } : {}),
    };
    const { [OVER_CAPACITY]: _over, ...others } = found?.metadata.annotations ?? {};
    const annotations = withTriggerTime({ ...others, ...(isCut ? { [OVER_CAPACITY]: 'truncated' } : {}) }, time);
    const isSame = isDeepEqual(found?.subsets ?? [], subsets) && isDeepEqual(found?.metadata.labels, labels);
    if (found && isSame) return undefined;
    const { annotations: _annotations, ...metadata } = found?.metadata ?? {};
    const body: Endpoints = {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...metadata, name, namespace, labels, ...(annotations ? { annotations } : {}) },
      ...(subsets.length > 0 ? { subsets: [...subsets] } : {}),
    } as Endpoints;
    const written = found ? this.client.update('endpoints', body) : this.client.create('endpoints', body);
    if (written.ok || written.status.code === 404 || isNamespaceEnding(written.status)) return undefined;
    return written.status.message;
  }

  protected override saveOwn(): unknown {
    return { batch: this.batch.save(), triggers: this.triggers.save() };
  }

  protected override loadOwn(own: unknown): void {
    const saved = own as Record<'batch' | 'triggers', unknown>;
    this.batch.load(saved.batch);
    this.triggers.load(saved.triggers);
  }
}

function addressOf(service: Stored<Service>, pod: Stored<Pod>): Address {
  const { namespace = '', name, uid } = pod.metadata;
  const { hostname, subdomain, nodeName } = pod.spec ?? {};
  return {
    ip: pod.status!.podIP!,
    ...(hostname && subdomain === service.metadata.name ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  };
}

/** Terminating pods are left out, and so are those that ended. */
function isIncluded(service: Stored<Service>, { status, metadata }: Stored<Pod>): boolean {
  if (!status?.podIP) return false;
  if (metadata.deletionTimestamp && !service.spec?.publishNotReadyAddresses) return false;
  return status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

function matters(old: Stored<Pod>, next: Stored<Pod>): boolean {
  return (
    old.status?.podIP !== next.status?.podIP ||
    old.status?.phase !== next.status?.phase ||
    isPodReady(old) !== isPodReady(next) ||
    old.metadata.labels !== next.metadata.labels ||
    Boolean(old.metadata.deletionTimestamp) !== Boolean(next.metadata.deletionTimestamp)
  );
}
