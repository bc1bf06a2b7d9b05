/** `kubectl rollout status`. Upstream: kubectl/pkg/polymorphichelpers/rollout_status.go, kubectl/pkg/cmd/rollout/rollout_status.go. */
import { flagsOf, FILE_FLAGS } from '../../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../../client/infos.ts';
import { pathOf } from '../../client/rest.ts';
import { failure, throwAll } from '../../failure.ts';
import type { Live, Pause, Session } from '../../session.ts';

export const STATUS_FLAGS = flagsOf(`${FILE_FLAGS} revision:int=0 selector/l timeout:duration=0s watch/w:bool=true`);

interface Rolling extends Live {
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

interface Seen {
  readonly targets: readonly Pick<Found, 'resource' | 'namespace' | 'name'>[];
  readonly at: number;
  readonly revision: string;
}

export function rolloutStatus(session: Session): Pause {
  const { flags } = session;
  if (flags.args.length === 0 && flags.all('filename').length === 0) throw failure('required resource not specified');
  const failures: Error[] = [];
  const found = liveObjects(session, { ...selectionOf(session), selectsAll: true }, failures);
  throwAll(failures);
  if (found.length === 0) {
    session.complain(`No resources found in ${session.namespace} namespace.`);
    return undefined;
  }
  const targets = found.map(({ resource, namespace, name }) => ({ resource, namespace, name }));
  return look(session, { targets, at: 0, revision: '' }, session.context.nowMs);
}

export const resumeStatus = (session: Session, data: Seen, startedMs: number): Pause => look(session, data, startedMs);

function look(session: Session, data: Seen, startedMs: number): Pause {
  let { at, revision } = data;
  while (at < data.targets.length) {
    const { resource, namespace, name } = data.targets[at]!;
    const object = session.rest.find<Rolling>(resource, namespace, name);
    if (!object) throw failure('object has been deleted');
    const current = object.metadata.resourceVersion ?? '';
    if (current !== revision) {
      const { text, isDone } = statusOf(object);
      session.out(text);
      revision = current;
      if (isDone || !session.flags.bool('watch')) {
        at += 1;
        revision = '';
        continue;
      }
    }
    const limit = session.flags.duration('timeout');
    const now = session.context.nowMs;
    if (limit > 0 && now >= startedMs + limit) throw failure('timed out waiting for the condition');
    return {
      data: { ...data, at, revision },
      wake: { atMs: limit > 0 ? startedMs + limit : now + 3_600_000, paths: [pathOf(resource, namespace)] },
    };
  }
  return undefined;
}

interface Told {
  readonly text: string;
  readonly isDone: boolean;
}

const done = (text: string): Told => ({ text: `${text}\n`, isDone: true });
const going = (text: string): Told => ({ text: `${text}\n`, isDone: false });

function statusOf(object: Rolling): Told {
  switch (object.kind) {
    case 'Deployment':
      return deploymentStatus(object);
    case 'DaemonSet':
      return daemonSetStatus(object);
    case 'StatefulSet':
      return statefulSetStatus(object);
    default:
      throw failure(`no status viewer has been implemented for ${object.kind}`);
  }
}

const isObserved = ({ metadata, status }: Rolling): boolean =>
  ((metadata as { generation?: number }).generation ?? 0) <= (status?.observedGeneration ?? 0);

function deploymentStatus(object: Rolling): Told {
  const { spec, status = {}, metadata } = object;
  const name = JSON.stringify(metadata.name);
  if (!isObserved(object)) return going('Waiting for deployment spec update to be observed...');
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, conditions = [] } = status;
  const progressing = conditions.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    throw failure(`deployment ${name} exceeded its progress deadline`);
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

function daemonSetStatus(object: Rolling): Told {
  const { spec, status = {}, metadata } = object;
  const name = JSON.stringify(metadata.name);
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    throw failure('rollout status is only available for RollingUpdate strategy type');
  if (!isObserved(object)) return going('Waiting for daemon set spec update to be observed...');
  const { updatedNumberScheduled = 0, desiredNumberScheduled = 0, numberAvailable = 0 } = status;
  const wait = `Waiting for daemon set ${name} rollout to finish:`;
  if (updatedNumberScheduled < desiredNumberScheduled)
    return going(`${wait} ${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated...`);
  if (numberAvailable < desiredNumberScheduled)
    return going(`${wait} ${numberAvailable} of ${desiredNumberScheduled} updated pods are available...`);
  return done(`daemon set ${name} successfully rolled out`);
}

function statefulSetStatus(object: Rolling): Told {
  const { spec, status = {} } = object;
  if (spec?.updateStrategy?.type !== 'RollingUpdate')
    throw failure('rollout status is only available for RollingUpdate strategy type');
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
