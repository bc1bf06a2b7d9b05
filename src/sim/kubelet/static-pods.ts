/**
 * Static pods: a kubelet runs what stands in files of its node, whatever the API server says, and shows each in the API as
 * a mirror pod. Upstream: pkg/kubelet/config/{file,common,config}.go, pkg/kubelet/pod/mirror_client.go,
 * pkg/kubelet/kubelet.go (tryReconcileMirrorPods). Left out: files that change while the node runs, and URLs of manifests.
 */
import type { Node, Pod, Toleration } from 'kubernetes-types/core/v1';
import { conformed } from '../api/conform.ts';
import { KIND_REGISTRY, qosClassOf, validateMetadata } from '../api/index.ts';
import type { KindDefinition } from '../api/kind.ts';
import { CONFIG_HASH, CONFIG_MIRROR, CONFIG_SEEN, CONFIG_SOURCE, mirroredHashOf } from '../api/mirror-pods.ts';
import { keyOf, refOf, type KubeObject, type Stored } from '../api/object.ts';
import { apiReferenceOf } from '../api/pod-references.ts';
import { validateSchema } from '../api/schema.ts';
import type { Client } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { StaticPodOptions } from '../options.ts';
import { digestOf } from './pod-status.ts';
import type { PodRecord } from './records.ts';

/** A pod is synced again after so long: then a mirror that could not be made is tried again. */
const SYNC_MS = 60_000;
/** Of an MD5 in hexadecimal. */
const HASH_LENGTH = 32;
/** So that problems of the node do not evict it. */
const NO_EXECUTE: Toleration = { operator: 'Exists', effect: 'NoExecute' };

export type ReadFile =
  { readonly ok: true; readonly pod: Stored<Pod> } | { readonly ok: false; readonly refusal: string };

const refuse = (refusal: string): ReadFile => ({ ok: false, refusal });

/** The pod of a file as its node runs it. `now` is the virtual time as RFC 3339. */
export function readStaticPod({ file, manifest }: StaticPodOptions, nodeName: string, now: string): ReadFile {
  const kind = KIND_REGISTRY.byResource('pods') as unknown as KindDefinition<Pod>;
  const given = manifest as KubeObject;
  if (given.apiVersion !== 'v1' || given.kind !== 'Pod')
    return refuse(`invalid pod: no Pod of version v1, but ${given.kind ?? 'nothing'} of ${given.apiVersion ?? 'none'}`);
  const [misread] = validateSchema(kind, given).errors;
  if (misread) return refuse(misread.message);
  const draft = conformed(kind, given, 'whole') as Pod;
  if (!draft.metadata?.name) return refuse('invalid pod: name is needed for the pod');
  kind.applyDefaults?.(draft);
  const hash = digestOf(`host:${nodeName} file:${file} ${JSON.stringify(draft)}`).slice(0, HASH_LENGTH);
  const uid = draft.metadata.uid ?? hash;
  const { name, namespace = 'default', labels, annotations } = draft.metadata;
  const pod: Stored<Pod> = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${nodeName.toLowerCase()}`,
      namespace,
      uid,
      resourceVersion: '',
      creationTimestamp: now,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [CONFIG_HASH]: uid, [CONFIG_SEEN]: now, [CONFIG_SOURCE]: 'file' },
    },
    spec: { ...draft.spec!, nodeName, tolerations: tolerant(draft.spec?.tolerations ?? []) },
    status: { phase: 'Pending', qosClass: qosClassOf(draft) },
  };
  const faults = [
    ...validateMetadata(kind as unknown as KindDefinition, pod.metadata),
    ...(kind.validate?.(pod) ?? []),
    ...(kind.validateCreate?.(pod) ?? []),
  ].map(({ field, message }) => `${field}: ${message}`);
  if (faults.length > 0) return refuse(`invalid pod: ${faults.length === 1 ? faults[0] : `[${faults.join(', ')}]`}`);
  const reference = apiReferenceOf(pod);
  return reference === undefined ? { ok: true, pod } : refuse(`static pods may not reference ${reference}`);
}

const tolerant = (given: readonly Toleration[]): Toleration[] => {
  const others = given.filter(
    ({ key, operator, effect }) => key || operator !== NO_EXECUTE.operator || effect !== NO_EXECUTE.effect,
  );
  return [...others, NO_EXECUTE];
};

export interface StaticPodPorts {
  readonly kernel: Kernel;
  readonly client: Client;
  readonly component: string;
  readonly nodeName: string;
  readonly files: readonly StaticPodOptions[];
  /** What runs on the node. */
  records(): Iterable<PodRecord>;
  put(uid: string, record: PodRecord): void;
  /** The Node as the kubelet knows it; undefined when it is not, or no longer, in the cluster. */
  node(): Stored<Node> | undefined;
  accept(pod: Stored<Pod>): void;
  report(uid: string): void;
}

export class StaticPods {
  private isRetryDue = false;

  constructor(private readonly ports: StaticPodPorts) {}

  /** Reads the files of the node. What is wrong with one keeps none of the others from running. */
  begin(): void {
    const { kernel, files, nodeName } = this.ports;
    for (const file of files) {
      const read = readStaticPod(file, nodeName, kernel.formatMicroTime());
      const object = read.ok ? refOf('pods', read.pod) : { resource: 'nodes', kind: 'Node', name: nodeName };
      kernel.emit('static-pod', { file: file.file, ...(read.ok ? {} : { refusal: read.refusal }) }, { object });
      if (read.ok) this.ports.accept(read.pod);
    }
  }

  /** Mirrors that are missing are made, unless one has just been refused. */
  nodeSeen(): void {
    if (!this.isRetryDue) this.makeMissing();
  }

  retry(): void {
    this.isRetryDue = false;
    this.makeMissing();
  }

  /** A mirror has come, has changed or has gone. Whatever becomes of it, what runs on the node stays as it is. */
  changed(next: Stored<Pod> | undefined, old: Stored<Pod> | undefined): void {
    const object = (next ?? old)!;
    const record = [...this.ports.records()].find(({ isStatic, pod }) => isStatic && keyOf(pod) === keyOf(object));
    if (!next) {
      if (record?.mirror?.metadata.uid === object.metadata.uid) this.replace(record);
      return;
    }
    const isOurs = record !== undefined && mirroredHashOf(next) === record.pod.metadata.uid;
    if (isOurs && !next.metadata.deletionTimestamp) return this.show(record, next);
    const { namespace, name, uid } = next.metadata;
    const gone = this.ports.client.delete('pods', namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
    if (record && gone.ok) this.replace(record);
  }

  private show(record: PodRecord, mirror: Stored<Pod>): void {
    const { uid } = record.pod.metadata;
    const isNew = record.mirror?.metadata.uid !== mirror.metadata.uid;
    this.ports.put(uid, { ...record, mirror });
    if (isNew) this.ports.report(uid);
  }

  private replace({ mirror: _gone, ...record }: PodRecord): void {
    this.ports.put(record.pod.metadata.uid, record);
    this.make(record);
  }

  private makeMissing(): void {
    const missing = [...this.ports.records()].filter(({ isStatic, mirror }) => isStatic && !mirror);
    for (const record of missing) this.make(record);
  }

  private make(record: PodRecord): void {
    const { client, kernel, component } = this.ports;
    const node = this.ports.node();
    if (!node || node.metadata.deletionTimestamp) return;
    const { name, namespace, uid, labels, annotations } = record.pod.metadata;
    const made = client.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(labels ? { labels } : {}),
        annotations: { ...annotations, [CONFIG_MIRROR]: uid },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid: node.metadata.uid, controller: true },
        ],
      },
      spec: record.pod.spec!,
    });
    if (made.ok) return this.show(record, made.object);
    if (this.isRetryDue) return;
    this.isRetryDue = true;
    kernel.schedule(SYNC_MS, component, 'mirrors', undefined, true);
  }

  save(): unknown {
    return { isRetryDue: this.isRetryDue };
  }

  load(state: unknown): void {
    this.isRetryDue = (state as { isRetryDue: boolean }).isRetryDue;
  }
}
