/**
 * What the subresources `ephemeralcontainers` and `resize` of a Pod take from a request: their own part of the spec, and nothing
 * else. Upstream: pkg/registry/core/pod/strategy.go, pkg/apis/core/validation (ValidatePodEphemeralContainersUpdate,
 * ValidatePodResize).
 */
import type { Container, EphemeralContainer, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { isMirrorPod } from '../api/mirror-pods.ts';
import { qosClassOf } from '../api/kinds/pod.ts';
import type { Stored } from '../api/object.ts';
import { fieldForbidden, fieldInvalid, invalid } from '../api/status.ts';
import { refuse, type Draft, type RequestContext } from './context.ts';
import { isDeepEqual } from './equality.ts';

export function takePodPart(context: RequestContext, draft: Draft, old: Stored): void {
  const pod = draft as unknown as { spec?: PodSpec; status?: Pod['status'] };
  const { spec, status } = old as Stored<Pod>;
  const wanted = pod.spec ?? { containers: [] };
  const { labels, annotations } = old.metadata;
  Object.assign(draft.metadata, { labels, annotations });
  const isResize = context.request.subresource === 'resize';
  if (isMirrorPod(old)) {
    const text = isResize ? 'static pods cannot be resized' : 'static pods do not support ephemeral containers';
    refuse(context, 'validate', invalid('', 'Pod', old.metadata.name, [fieldForbidden('[]', text)]));
  }
  pod.spec = isResize ? resized(wanted, spec!) : withEphemeral(context, wanted, spec!, old);
  if (status) pod.status = status;
  if (isResize && qosClassOf(pod as Pod) !== qosClassOf(old as Stored<Pod>)) {
    const text = 'Pod QOS Class may not change as a result of resizing';
    refuse(
      context,
      'validate',
      invalid('', 'Pod', old.metadata.name, [fieldInvalid('spec', qosClassOf(pod as Pod), text)]),
    );
  }
}

function resized(wanted: PodSpec, spec: PodSpec): PodSpec {
  const take = (container: Container): Container => {
    const resources = wanted.containers?.find(({ name }) => name === container.name)?.resources;
    return resources ? { ...container, resources } : container;
  };
  return { ...spec, containers: spec.containers.map(take) };
}

function withEphemeral(context: RequestContext, wanted: PodSpec, spec: PodSpec, old: Stored): PodSpec {
  const next = wanted.ephemeralContainers ?? [];
  for (const known of spec.ephemeralContainers ?? []) {
    const found = next.find(({ name }) => name === known.name);
    const why = !found ? 'removed' : isDeepEqual(completed(found), known) ? undefined : 'changed';
    if (!why) continue;
    const fault = fieldForbidden(
      'spec.ephemeralContainers',
      `existing ephemeral containers "${known.name}" may not be ${why}\n`,
    );
    refuse(context, 'validate', invalid('', 'Pod', old.metadata.name, [fault]));
  }
  return { ...spec, ephemeralContainers: next.map(completed) };
}

const completed = (container: EphemeralContainer): EphemeralContainer => ({
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: /:(?!latest$)[^/]+$/.test(container.image ?? '') ? 'IfNotPresent' : 'Always',
  ...container,
});
