/**
 * What an object has to do with others, both ways: owners and owned, selectors and selected, the node and its pods, and
 * what a pod template refers to.
 */
import { matchesLabels, selectorOf, selectorOfMap, type Labels } from '../sim/api/index.ts';
import type { Stored } from '../sim/api/object.ts';
import { recordKey } from './record-key.ts';
import type { Run } from './run.ts';
import type { Inspection } from './types.ts';

export const RELATED_LIMIT = 500;

type Related = Inspection['related'][number];

interface PodSpecLike {
  readonly nodeName?: string;
  readonly serviceAccountName?: string;
  readonly volumes?: readonly {
    readonly configMap?: { readonly name?: string };
    readonly secret?: { readonly secretName?: string };
    readonly persistentVolumeClaim?: { readonly claimName?: string };
  }[];
  readonly containers?: readonly ContainerLike[];
  readonly initContainers?: readonly ContainerLike[];
}

interface ContainerLike {
  readonly envFrom?: readonly { readonly configMapRef?: Named; readonly secretRef?: Named }[];
  readonly env?: readonly {
    readonly valueFrom?: { readonly configMapKeyRef?: Named; readonly secretKeyRef?: Named };
  }[];
}

interface Named {
  readonly name?: string;
}

interface SpecLike extends PodSpecLike {
  readonly selector?: Readonly<Record<string, unknown>>;
  readonly template?: { readonly spec?: PodSpecLike };
}

const specOf = (object: Stored): SpecLike => (object as Stored & { spec?: SpecLike }).spec ?? {};

/** What a pod, or the pods of a template, refer to by name, as `resource/name`. */
function references(spec: PodSpecLike): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (resource: string, name: string | undefined): void => {
    if (name) found.add(`${resource}/${name}`);
  };
  for (const { configMap, secret, persistentVolumeClaim } of spec.volumes ?? []) {
    add('configmaps', configMap?.name);
    add('secrets', secret?.secretName);
    add('persistentvolumeclaims', persistentVolumeClaim?.claimName);
  }
  for (const { env, envFrom } of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    for (const { configMapRef, secretRef } of envFrom ?? []) {
      add('configmaps', configMapRef?.name);
      add('secrets', secretRef?.name);
    }
    for (const { valueFrom } of env ?? []) {
      add('configmaps', valueFrom?.configMapKeyRef?.name);
      add('secrets', valueFrom?.secretKeyRef?.name);
    }
  }
  return found;
}

const podSpecOf = (resource: string, object: Stored): PodSpecLike =>
  resource === 'pods' ? specOf(object) : (specOf(object).template?.spec ?? {});

/** How `other` is related to `object`, seen from `object`; undefined when it is not. */
function relationOf(resource: string, object: Stored, otherResource: string, other: Stored): string | undefined {
  const owns = (owner: Stored, owned: Stored): boolean =>
    (owned.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);
  if (owns(other, object)) return 'owner';
  if (owns(object, other)) return 'owned';
  const isNear = object.metadata.namespace === other.metadata.namespace;
  if (resource === 'pods' && otherResource === 'nodes')
    return specOf(object).nodeName === other.metadata.name ? 'node' : undefined;
  if (resource === 'nodes' && otherResource === 'pods')
    return specOf(other).nodeName === object.metadata.name ? 'pod' : undefined;
  if (!isNear) return undefined;
  const selects = (by: Stored, byResource: string, pod: Stored): boolean =>
    (byResource === 'services' || byResource === 'poddisruptionbudgets.policy') &&
    selectsLabels(byResource, specOf(by).selector, pod.metadata.labels);
  if (otherResource === 'pods' && selects(object, resource, other)) return 'selected';
  if (resource === 'pods' && selects(other, otherResource, object)) return 'selector';
  if (resource === 'pods' && otherResource === 'endpointslices.discovery.k8s.io')
    return isEndpoint(other, object) ? 'endpoint' : undefined;
  if (resource === 'endpointslices.discovery.k8s.io' && otherResource === 'pods')
    return isEndpoint(object, other) ? 'endpoint' : undefined;
  if (references(podSpecOf(resource, object)).has(`${otherResource}/${other.metadata.name}`)) return 'uses';
  if (references(podSpecOf(otherResource, other)).has(`${resource}/${object.metadata.name}`)) return 'usedBy';
  return undefined;
}

/** A Service has a map of labels, everything else matchLabels and matchExpressions; an empty one of a Service takes none. */
function selectsLabels(resource: string, selector: SpecLike['selector'], labels: Labels | undefined): boolean {
  if (!selector || Object.keys(selector).length === 0) return false;
  const wanted = resource === 'services' ? selectorOfMap(selector as Labels) : selectorOf(selector);
  return wanted !== undefined && matchesLabels(wanted, labels);
}

function isEndpoint(slice: Stored, pod: Stored): boolean {
  const { endpoints = [] } = slice as Stored & { endpoints?: readonly { targetRef?: { uid?: string } }[] };
  return endpoints.some(({ targetRef }) => targetRef?.uid === pod.metadata.uid);
}

export function relatedTo(run: Run, resource: string, object: Stored): readonly Related[] {
  const related: Related[] = [];
  const { name } = object.metadata;
  if (resource === 'nodes') {
    for (const part of ['kubelet', 'kube-proxy'] as const) {
      const key = `node/${name}/${part}`;
      if (run.world.kernel.component(key)) related.push({ key, relation: 'component', kind: part, name });
    }
  }
  for (const { resource: otherResource, object: other } of run.world.objects()) {
    if (otherResource === 'events') continue;
    const relation = relationOf(resource, object, otherResource, other);
    if (relation)
      related.push({ key: recordKey(otherResource, other), relation, kind: other.kind, name: other.metadata.name });
    if (related.length >= RELATED_LIMIT) break;
  }
  return related;
}
