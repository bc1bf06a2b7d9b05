/** Where an object keeps the pod that it makes. Upstream: kubectl/pkg/polymorphichelpers/updatepodspec.go. */
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../../sim/api/object.ts';

interface Templated {
  readonly spec?: {
    readonly template?: PodTemplateSpec;
    readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } };
  };
}

export const hasTemplate = (kind: string): boolean =>
  ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController', 'CronJob'].includes(kind);

/** The pod's spec, of a draft that may be changed in place; undefined for kinds that make no pods. */
export function podSpecOf(object: KubeObject): PodSpec | undefined {
  if (object.kind === 'Pod') return (object as { spec?: PodSpec }).spec;
  if (!hasTemplate(object.kind ?? '')) return undefined;
  return templateOf(object)?.spec;
}

export function templateOf(object: KubeObject): PodTemplateSpec | undefined {
  const { spec } = object as Templated;
  return object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template;
}
