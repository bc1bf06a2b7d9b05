/**
 * How controllers make and delete pods, with the events that tell of it.
 * Upstream: pkg/controller/controller_utils.go (RealPodControl, GetPodFromTemplate).
 */
import type { Pod, PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { ObjectMeta, Stored } from '../api/object.ts';
import type { Status } from '../api/status.ts';
import type { Client, EventRecorder } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { ownerReferenceTo } from './owners.ts';

export interface PodControl {
  readonly kernel: Kernel;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** `replicasets.apps`: the resource of the owner. */
  readonly resource: string;
}

/** A pod of the template, owned by the controller; `metadata` adds to what the template says. */
export function podFromTemplate(
  template: PodTemplateSpec | undefined,
  owner: Stored,
  metadata: Partial<ObjectMeta> = {},
): Pod & { metadata: ObjectMeta } {
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(metadata.name ? {} : { generateName: `${owner.metadata.name}-` }),
      namespace: owner.metadata.namespace ?? 'default',
      labels: labels ?? {},
      ...(annotations ? { annotations } : {}),
      ...(finalizers ? { finalizers } : {}),
      ownerReferences: [ownerReferenceTo(owner)],
      ...metadata,
    },
    spec: template!.spec!,
  };
}

export const isNamespaceEnding = (status: Status): boolean =>
  status.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') ?? false;

/** Makes the pod and tells of it on its owner; the Status when the server refuses. */
export function createPod(control: PodControl, owner: Stored, pod: Pod): Status | undefined {
  const made = control.client.create('pods', pod);
  if (made.ok) {
    const text = `Created pod: ${made.object.metadata.name}`;
    control.recorder.record(control.resource, owner, 'Normal', 'SuccessfulCreate', text);
    return undefined;
  }
  if (!isNamespaceEnding(made.status)) {
    const text = `Error creating: ${made.status.message}`;
    control.recorder.record(control.resource, owner, 'Warning', 'FailedCreate', text);
  }
  return made.status;
}

/** Deletes the pod and tells of it on its owner; the Status when that was not possible. A pod that is gone is no fault. */
export function deletePod(control: PodControl, owner: Stored, pod: Stored<Pod>): Status | undefined {
  const { namespace, name, uid } = pod.metadata;
  const gone = control.client.delete('pods', namespace, name, { preconditions: { uid } });
  if (gone.ok) {
    control.recorder.record(control.resource, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    return undefined;
  }
  if (gone.status.code !== 404) {
    const text = `Error deleting: ${gone.status.message}`;
    control.recorder.record(control.resource, owner, 'Warning', 'FailedDelete', text);
  }
  return gone.status;
}

/** Slow start: 1, 2, 4, 8 ... at once, until one batch has a failure. How many calls succeeded, and the first failure. */
export function slowStart(
  kernel: Kernel,
  calls: readonly (() => Status | undefined)[],
): { readonly done: number; readonly skipped: number; readonly failure: Status | undefined } {
  let failure: Status | undefined;
  let [begun, done] = [0, 0];
  for (let batch = 1; begun < calls.length && !failure; batch *= 2) {
    const now = calls.slice(begun, begun + batch);
    kernel.parallel(
      now.map((call) => () => {
        const status = call();
        if (status) failure ??= status;
        else done += 1;
      }),
    );
    begun += now.length;
  }
  return { done, skipped: calls.length - begun, failure };
}
