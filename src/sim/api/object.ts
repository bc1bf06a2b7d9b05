/** Shapes of API objects as the cluster's rooms use them. Types of the kinds come from `kubernetes-types`. */
import type { ObjectMeta as UpstreamObjectMeta, Status } from 'kubernetes-types/meta/v1';
import type { ObjectRef } from '../kernel/index.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export type ObjectMeta = Writable<UpstreamObjectMeta>;

/** Any API object. A stored one is never changed, only replaced. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata?: UpstreamObjectMeta;
}

/** What the server guarantees of everything that it hands out. */
export interface StoredMeta extends ObjectMeta {
  name: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
}

export type Stored<T extends KubeObject = KubeObject> = T & {
  apiVersion: string;
  kind: string;
  metadata: StoredMeta;
};

export interface KubeList<T extends KubeObject = KubeObject> {
  apiVersion: string;
  kind: string;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: ReadonlyArray<Stored<T>>;
}

/** `namespace/name`, or `name` for what has no namespace: the key of work queues and caches. */
export type ObjectKey = string;

export function keyOf(object: KubeObject): ObjectKey {
  const { namespace, name } = object.metadata ?? {};
  return namespace ? `${namespace}/${name}` : (name ?? '');
}

export function makeKey(namespace: string | undefined, name: string): ObjectKey {
  return namespace ? `${namespace}/${name}` : name;
}

export function splitKey(key: ObjectKey): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function refOf(resource: string, object: KubeObject): ObjectRef {
  const { namespace, name = '', uid } = object.metadata ?? {};
  const kind = object.kind ?? '';
  if (namespace) return uid ? { resource, kind, namespace, name, uid } : { resource, kind, namespace, name };
  return uid ? { resource, kind, name, uid } : { resource, kind, name };
}

export type { Status };
