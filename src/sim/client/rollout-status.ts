/**
 * Whether a workload has rolled out, in the words of `kubectl rollout status`.
 * Upstream: kubectl/pkg/polymorphichelpers/rollout_status.go.
 */
import type { KubeObject } from '../api/object.ts';

export interface RolloutStatus {
  /** `failed` where upstream's viewer ends with an error: the message is that error. */
  readonly state: 'waiting' | 'done' | 'failed';
  readonly message: string;
}

/** Kinds that roll out. */
export const ROLLED_OUT: ReadonlySet<string> = new Set(['deployments.apps', 'statefulsets.apps', 'daemonsets.apps']);

/** The fields of the three kinds that are looked at. */
interface Rolling extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberAvailable?: number;
    readonly updateRevision?: string;
    readonly currentRevision?: string;
    readonly conditions?: readonly { readonly type: string; readonly reason?: string }[];
  };
}

const done = (message: string): RolloutStatus => ({ state: 'done', message });
const going = (message: string): RolloutStatus => ({ state: 'waiting', message });
const failed = (message: string): RolloutStatus => ({ state: 'failed', message });

export function rolloutStatus(object: KubeObject): RolloutStatus {
  switch (object.kind) {
    case 'Deployment':
      return deploymentStatus(object);
    case 'DaemonSet':
      return daemonSetStatus(object);
    case 'StatefulSet':
      return statefulSetStatus(object);
    default:
      return failed(`no status viewer has been implemented for ${object.kind}`);
  }
}

const isObserved = ({ metadata, status }: Rolling): boolean =>
  (metadata?.generation ?? 0) <= (status?.observedGeneration ?? 0);

function deploymentStatus(object: Rolling): RolloutStatus {
  const { spec, status = {}, metadata } = object;
  const name = JSON.stringify(metadata?.name);
  if (!isObserved(object)) return going('Waiting for deployment spec update to be observed...');
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, conditions = [] } = status;
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return failed(`deployment ${name} exceeded its progress deadline`);
  const wait = `Waiting for deployment ${name} rollout to finish:`;
  const wanted = spec?.replicas;
  if (wanted !== undefined && updatedReplicas < wanted)
    return going(`${wait} ${updatedReplicas} out of ${wanted} new replicas have been updated...`);
  if (replicas > updatedReplicas)
    return going(`${wait} ${replicas - updatedReplicas} old replicas are pending termination...`);
  if (availableReplicas < updatedReplicas)
    return going(`${wait} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`);
  return done(`deployment ${name} successfully rolled out`);
}

function daemonSetStatus(object: Rolling): RolloutStatus {
  const { spec, status = {}, metadata } = object;
  const name = JSON.stringify(metadata?.name);
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    return failed('rollout status is only available for RollingUpdate strategy type');
  if (!isObserved(object)) return going('Waiting for daemon set spec update to be observed...');
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = status;
  const wait = `Waiting for daemon set ${name} rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled)
    return going(`${wait} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`);
  if (numberAvailable < desiredNumberScheduled)
    return going(`${wait} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`);
  return done(`daemon set ${name} successfully rolled out`);
}

function statefulSetStatus(object: Rolling): RolloutStatus {
  const { spec, status = {} } = object;
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    return failed('rollout status is only available for RollingUpdate strategy type');
  if (!status.observedGeneration || !isObserved(object))
    return going('Waiting for statefulset spec update to be observed...');
  const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision = '' } = status;
  const wanted = spec.replicas;
  if (wanted !== undefined && readyReplicas < wanted)
    return going(`Waiting for ${wanted - readyReplicas} pods to be ready...`);
  const partition = spec.updateStrategy.rollingUpdate?.partition;
  if (wanted !== undefined && partition) {
    if (updatedReplicas < wanted - partition)
      return going(
        `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted - partition} new pods have been updated...`,
      );
    return done(`partitioned roll out complete: ${updatedReplicas} new pods have been updated...`);
  }
  if (updateRevision !== currentRevision)
    return going(
      `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`,
    );
  return done(`statefulset rolling update complete ${status.replicas ?? 0} pods at revision ${updateRevision}...`);
}
