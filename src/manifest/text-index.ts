/** What a text and the cluster hold together, arranged for look-ups: a text of thousands of documents is checked in one pass. */
import type { Deployment } from 'kubernetes-types/apps/v1';
import type { CronJob } from 'kubernetes-types/batch/v1';
import type { Pod, PodSpec, PodTemplate } from 'kubernetes-types/core/v1';
import {
  kindOf,
  matchesLabels,
  resourceName,
  selectorOfMap,
  type KindDefinition,
  type Labels,
} from '../sim/api/index.ts';
import type { KubeObject, Stored } from '../sim/api/object.ts';
import type { ManifestDocument } from './parse.ts';

/** The cluster as checks may look at it. */
export interface LiveView {
  find(resource: string, namespace: string | undefined, name: string): Stored | undefined;
  list(resource: string, namespace?: string): Iterable<Stored>;
}

/** A pod as a document describes it, and where its spec stands in there. */
export interface PodText {
  readonly spec: PodSpec;
  readonly path: string;
  readonly labels: Labels;
}

export const namespaceOf = ({ metadata }: KubeObject): string => metadata?.namespace || 'default';

/** The pod of a Pod or of a workload's template. */
export function podOf(object: KubeObject): PodText | undefined {
  const { kind } = object;
  const made = (holder: Pick<Pod, 'spec' | 'metadata'> | undefined, path: string): PodText | undefined =>
    holder?.spec ? { spec: holder.spec, path, labels: holder.metadata?.labels ?? {} } : undefined;
  if (kind === 'Pod') return made(object as Pod, 'spec');
  if (kind === 'PodTemplate') return made((object as PodTemplate).template, 'template.spec');
  if (kind === 'CronJob') {
    return made((object as CronJob).spec?.jobTemplate?.spec?.template, 'spec.jobTemplate.spec.template.spec');
  }
  return made((object as Deployment).spec?.template, 'spec.template.spec');
}

export class TextIndex {
  private readonly documents = new Map<string, ManifestDocument>();
  /** By `namespace key=value`: which pods have this label. */
  private readonly pods = new Map<string, PodText[]>();
  private readonly livePods = new Map<string, readonly Stored<Pod>[]>();

  constructor(private readonly live: LiveView | undefined) {}

  get isLive(): boolean {
    return this.live !== undefined;
  }

  /** Adds a document that the schema has passed; the one of the same name that was there before. */
  add(document: ManifestDocument, definition: KindDefinition): ManifestDocument | undefined {
    const { object } = document;
    const id = idOf(definition, namespaceOf(object), object.metadata?.name ?? '');
    const before = this.documents.get(id);
    this.documents.set(id, document);
    const pod = podOf(object);
    for (const [key, value] of Object.entries(pod?.labels ?? {})) {
      const bucket = `${namespaceOf(object)} ${key}=${value}`;
      this.pods.set(bucket, [...(this.pods.get(bucket) ?? []), pod!]);
    }
    return before;
  }

  /** The object of the text, else the one of the cluster. */
  find(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const document = this.documents.get(`${resource} ${namespace ?? ''} ${name}`);
    return document?.object ?? this.live?.find(resource, namespace, name);
  }

  findKind(apiVersion: string, kind: string, namespace: string, name: string): KubeObject | undefined {
    const definition = kindOf(apiVersion, kind);
    return definition && this.find(resourceName(definition), definition.isNamespaced ? namespace : undefined, name);
  }

  nodes(): readonly Stored[] {
    return this.live ? [...this.live.list('nodes')] : [];
  }

  /** Pods with all of the labels: those that the text describes, else those that run. */
  podsWith(namespace: string, labels: Labels): readonly PodSpec[] {
    const selector = selectorOfMap(labels);
    const [first] = Object.entries(labels);
    if (!first) return [];
    const described = (this.pods.get(`${namespace} ${first[0]}=${first[1]}`) ?? []).filter((pod) =>
      matchesLabels(selector, pod.labels),
    );
    if (described.length > 0) return described.map(({ spec }) => spec);
    return this.running(namespace)
      .filter(({ metadata }) => matchesLabels(selector, metadata.labels))
      .flatMap(({ spec }) => (spec ? [spec] : []));
  }

  /** Labels of the pods that the text describes, each set once. */
  describedLabels(namespace: string): readonly Labels[] {
    const sets = new Map<string, Labels>();
    for (const [bucket, pods] of this.pods) {
      if (!bucket.startsWith(`${namespace} `)) continue;
      for (const { labels } of pods) sets.set(JSON.stringify(labels), labels);
    }
    return [...sets.values()];
  }

  private running(namespace: string): readonly Stored<Pod>[] {
    const known = this.livePods.get(namespace);
    if (known) return known;
    const pods = this.live ? ([...this.live.list('pods', namespace)] as Stored<Pod>[]) : [];
    this.livePods.set(namespace, pods);
    return pods;
  }
}

function idOf(definition: KindDefinition, namespace: string, name: string): string {
  return `${resourceName(definition)} ${definition.isNamespaced ? namespace : ''} ${name}`;
}
