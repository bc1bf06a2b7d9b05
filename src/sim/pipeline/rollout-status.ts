/** Whether a workload has rolled out, in the words of `kubectl rollout status`. Upstream: kubectl/pkg/polymorphichelpers/rollout_status.go. */
import type { DaemonSet, Deployment, StatefulSet } from 'kubernetes-types/apps/v1';
import type { Stored } from '../api/object.ts';

export interface RolloutStatus {
  readonly state: 'waiting' | 'done' | 'failed';
  readonly message: string;
}

/** Kinds that roll out. */
export const ROLLED_OUT: ReadonlySet<string> = new Set(['deployments.apps', 'statefulsets.apps', 'daemonsets.apps']);

const waiting = (message: string): RolloutStatus => ({ state: 'waiting', message });
const done = (message: string): RolloutStatus => ({ state: 'done', message });

export function rolloutStatus(object: Stored): RolloutStatus {
  const { status } = object as Stored & { status?: { observedGeneration?: number } };
  if ((object.metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return waiting(`Waiting for ${object.kind.toLowerCase()} spec update to be observed...`);
  switch (object.kind) {
    case 'Deployment':
      return deploymentStatus(object as Stored<Deployment>);
    case 'DaemonSet':
      return daemonSetStatus(object as Stored<DaemonSet>);
    default:
      return statefulSetStatus(object as Stored<StatefulSet>);
  }
}

function deploymentStatus({ metadata: { name }, spec, status }: Stored<Deployment>): RolloutStatus {
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return { state: 'failed', message: `deployment "${name}" exceeded its progress deadline` };
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  const head = `Waiting for deployment "${name}" rollout to finish:`;
  if (spec?.replicas !== undefined && updatedReplicas < spec.replicas)
    return waiting(`${head} ${updatedReplicas} out of ${spec.replicas} new replicas have been updated...`);
  if (replicas > updatedReplicas)
    return waiting(`${head} ${replicas - updatedReplicas} old replicas are pending termination...`);
  if (availableReplicas < updatedReplicas)
    return waiting(`${head} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  return done(`deployment "${name}" successfully rolled out`);
}

function daemonSetStatus({ metadata: { name }, status }: Stored<DaemonSet>): RolloutStatus {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0, numberAvailable = 0 } = status ?? {};
  const head = `Waiting for daemon set "${name}" rollout to finish:`;
  if (updated < wanted) return waiting(`${head} ${updated} out of ${wanted} new pods have been updated...`);
  if (numberAvailable < wanted) return waiting(`${head} ${numberAvailable} of ${wanted} updated pods are available...`);
  return done(`daemon set "${name}" successfully rolled out`);
}

function statefulSetStatus({ spec, status }: Stored<StatefulSet>): RolloutStatus {
  const wanted = spec?.replicas ?? 1;
  const { readyReplicas = 0, updateRevision = '', currentRevision = '', updatedReplicas = 0 } = status ?? {};
  if (readyReplicas < wanted) return waiting(`Waiting for ${wanted - readyReplicas} pods to be ready...`);
  if (updateRevision !== currentRevision)
    return waiting(
      `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`,
    );
  return done(`statefulset rolling update complete ${wanted} pods at revision ${currentRevision}...`);
}
