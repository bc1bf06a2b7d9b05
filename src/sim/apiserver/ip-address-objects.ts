/**
 * An IPAddress for every cluster address that a Service holds.
 * Upstream: pkg/registry/core/service/ipallocator/ipallocator.go (MultiCIDRServiceAllocator). Left out: further ServiceCIDRs
 * to allocate from, and the repair of objects that somebody deletes.
 */
import type { Stored } from '../api/object.ts';
import { mintUid } from '../kernel/index.ts';
import { stamped, type Draft, type RequestContext } from './context.ts';
import { keyFor, prefixOf } from './keys.ts';

const RESOURCE = 'ipaddresses.networking.k8s.io';

/** Writes the object of an address that the Service has been given. */
export function keepIpAddress(context: RequestContext, address: string, service: Stored): void {
  const { kernel, registry, store } = context;
  const kind = kernel.assertFound(registry.byResource(RESOURCE), `no resource ${RESOURCE}`);
  const key = keyFor(kind, undefined, address);
  if (store.get(prefixOf(kind), key)) return;
  const { namespace = '', name } = service.metadata;
  const draft = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: {
      name: address,
      uid: mintUid(kernel.stream('kube-apiserver/uid')),
      creationTimestamp: context.formatTime(),
      labels: {
        'ipaddress.kubernetes.io/ip-family': 'IPv4',
        'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
      },
    },
    spec: { parentRef: { resource: 'services', namespace, name } },
  } as unknown as Draft;
  const swap = store.put(prefixOf(kind), key, 0, (revision) => stamped(draft, revision));
  if (swap.ok) context.changes.push({ revision: swap.stored.modRevision, key, next: swap.stored });
}

/** Deletes the object of an address that is free again. */
export function dropIpAddress(context: RequestContext, address: string): void {
  const { kernel, registry, store } = context;
  const kind = kernel.assertFound(registry.byResource(RESOURCE), `no resource ${RESOURCE}`);
  const key = keyFor(kind, undefined, address);
  const previous = store.get(prefixOf(kind), key);
  if (!previous) return;
  store.delete(prefixOf(kind), key, previous.modRevision);
  context.changes.push({ revision: store.revision, key, previous });
}
