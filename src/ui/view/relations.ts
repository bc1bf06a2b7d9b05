/**
 * What belongs to what is selected: owners and owned, the Service that finds a pod and the pods it finds, the node, the
 * scheduler that decided. Everything else on the stage steps back.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Stored } from '../../sim/api/object.ts';

export interface Relations {
  /** Record keys and component ids that stay bright; undefined when nothing on the stage would step back. */
  readonly keys: ReadonlySet<string> | undefined;
  /** Ends of lines to draw, from the selected one. */
  readonly links: readonly (readonly [string, string])[];
}

const NONE: Relations = { keys: undefined, links: [] };
/** So many lines say nothing any more. */
const LINK_LIMIT = 40;

class Web {
  private readonly byUid = new Map<string, string>();
  private readonly owned = new Map<string, string[]>();

  constructor(private readonly objects: ReadonlyMap<string, Stored>) {
    for (const [key, object] of objects) {
      this.byUid.set(object.metadata.uid, key);
      for (const { uid } of object.metadata.ownerReferences ?? []) {
        const found = this.owned.get(uid);
        if (found) found.push(key);
        else this.owned.set(uid, [key]);
      }
    }
  }

  ownersOf(key: string, found: Set<string>): void {
    for (const { uid } of this.objects.get(key)?.metadata.ownerReferences ?? []) {
      const owner = this.byUid.get(uid);
      if (!owner || found.has(owner)) continue;
      found.add(owner);
      this.ownersOf(owner, found);
    }
  }

  ownedBy(key: string, found: Set<string>): void {
    const uid = this.objects.get(key)?.metadata.uid;
    for (const child of (uid && this.owned.get(uid)) || []) {
      if (found.has(child)) continue;
      found.add(child);
      this.ownedBy(child, found);
    }
  }

  /** Services and the pods that their slices name. */
  *pairs(): Generator<readonly [service: string, pod: string]> {
    for (const [key, object] of this.objects) {
      if (!key.startsWith('endpointslices.')) continue;
      const { metadata, endpoints } = object as Stored<EndpointSlice>;
      const service = `services|${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name']}`;
      for (const { targetRef } of endpoints ?? []) {
        if (targetRef?.kind === 'Pod') yield [service, `pods|${targetRef.namespace}/${targetRef.name}`];
      }
    }
  }
}

/** Relations of a record key or component id. Components relate to all; nothing steps back for the hub. */
export function relationsOf(selected: string | undefined, objects: ReadonlyMap<string, Stored>): Relations {
  if (!selected) return NONE;
  if (!selected.includes('|')) return componentRelations(selected, objects);
  if (!objects.has(selected)) return NONE;
  const web = new Web(objects);
  const keys = new Set([selected]);
  const links: (readonly [string, string])[] = [];
  web.ownersOf(selected, keys);
  web.ownedBy(selected, keys);
  if (selected.startsWith('namespaces|')) addNamespace(selected, objects, keys);
  if (selected.startsWith('nodes|')) addPodsOf(selected.slice('nodes|'.length), objects, keys);
  else {
    for (const [service, pod] of web.pairs()) {
      if (!keys.has(service) && !keys.has(pod)) continue;
      if (service === selected || pod === selected) links.push([service, pod]);
      if (selected.startsWith('services|') ? service === selected : keys.has(pod)) keys.add(service).add(pod);
    }
  }
  for (const key of [...keys]) addNode(key, objects, keys);
  if (selected.startsWith('pods|')) {
    keys.add('kube-scheduler').add('kube-apiserver');
    const node = (objects.get(selected) as Stored<Pod>).spec?.nodeName;
    if (node)
      links.push(
        ['kube-apiserver', `node/${node}/kubelet`],
        [`node/${node}/kubelet`, `pod/${selected.slice('pods|'.length)}`],
      );
    links.push(['kube-scheduler', 'kube-apiserver']);
  }
  return { keys, links: links.slice(0, LINK_LIMIT) };
}

function addNode(key: string, objects: ReadonlyMap<string, Stored>, keys: Set<string>): void {
  if (!key.startsWith('pods|')) return;
  const node = (objects.get(key) as Stored<Pod> | undefined)?.spec?.nodeName;
  if (node) keys.add(`nodes|${node}`);
}

function addPodsOf(node: string, objects: ReadonlyMap<string, Stored>, keys: Set<string>): void {
  for (const [key, object] of objects) {
    if (key.startsWith('pods|') && (object as Stored<Pod>).spec?.nodeName === node) keys.add(key);
  }
}

function addNamespace(selected: string, objects: ReadonlyMap<string, Stored>, keys: Set<string>): void {
  const name = selected.slice('namespaces|'.length);
  for (const [key, { metadata }] of objects) if (metadata.namespace === name) keys.add(key);
}

function componentRelations(id: string, objects: ReadonlyMap<string, Stored>): Relations {
  if (id === 'kube-apiserver') return NONE;
  const keys = new Set([id, 'kube-apiserver']);
  if (id === 'kube-scheduler') {
    for (const [key, object] of objects) {
      if (key.startsWith('pods|') && !(object as Stored<Pod>).spec?.nodeName) keys.add(key);
    }
    keys.add('tray');
  }
  if (id === 'etcd' || id.startsWith('client') || id.startsWith('kube-controller-manager'))
    return { keys, links: [[id, 'kube-apiserver']] };
  const node = /^node\/(.+)\/(?:kubelet|kube-proxy)$/.exec(id)?.[1];
  if (node) {
    keys.add(`nodes|${node}`);
    addPodsOf(node, objects, keys);
  }
  const dns = /^coredns\/(.+)$/.exec(id)?.[1];
  if (dns) {
    keys.add(`pods|${dns}`);
    addNode(`pods|${dns}`, objects, keys);
  }
  if (id === 'registry' || id === 'internet') return NONE;
  return { keys, links: [[id, 'kube-apiserver']] };
}
