/** Descriptions of workloads. Upstream: kubectl/pkg/describe/describe.go (DeploymentDescriber and its neighbours). */
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Live, Session } from '../session.ts';
import { sortedDeep } from '../../../sim/api/go-json.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { writeTemplate } from './pod-template.ts';
import {
  labelList,
  rfc1123,
  selectorText,
  type DescribeWriter,
  writeAnnotations,
  writeLabels,
  writeOwnedHead,
} from './writer.ts';

type Held<T> = T & KubeObject;

/** How many of an owner's pods are in each phase. */
function podsStatus(session: Session, object: KubeObject, selector: LabelSelector | undefined): string {
  const labelSelector = selectorText(selector, '', '');
  const { namespace = '', uid } = object.metadata ?? {};
  const { items } = session.rest.list<Pod & Live>(session.discovery.named('pods'), namespace, { labelSelector });
  const own = items.filter(({ metadata }) =>
    metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid),
  );
  const count = (phase: string): number => own.filter(({ status }) => status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

function writeConditions(
  writer: DescribeWriter,
  conditions: readonly { readonly type: string; readonly status: string; readonly reason?: string }[] | undefined,
): void {
  if (!conditions?.length) return;
  writer.write(0, 'Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------\n');
  for (const { type, status, reason = '' } of conditions) writer.line(1, `${type} \t${status}\t${reason}`);
}

const percentOrNumber = (value: unknown): string => (value === undefined ? '<unset>' : String(value));

export const describeDeployment: Describer<Held<Deployment>> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writer.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp)}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Selector:\t${selectorText(spec?.selector)}`);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status ?? {};
  writer.line(
    0,
    `Replicas:\t${spec?.replicas ?? 1} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`,
  );
  writer.line(0, `StrategyType:\t${spec?.strategy?.type ?? ''}`);
  writer.line(0, `MinReadySeconds:\t${spec?.minReadySeconds ?? 0}`);
  const rolling = spec?.strategy?.rollingUpdate;
  if (rolling)
    writer.line(
      0,
      `RollingUpdateStrategy:\t${percentOrNumber(rolling.maxUnavailable)} max unavailable, ${percentOrNumber(rolling.maxSurge)} max surge`,
    );
  writeTemplate(writer, spec?.template);
  writeConditions(writer, status?.conditions);
  writeReplicaSets(session, object, writer);
  writeEvents(writer, eventsAbout(session, object));
};

/** The sets of earlier templates, and that of the present one. */
function writeReplicaSets(session: Session, { metadata, spec }: Held<Deployment>, writer: DescribeWriter): void {
  const { items } = session.rest.list<ReplicaSet & Live>(
    session.discovery.named('replicasets.apps'),
    metadata?.namespace ?? '',
    {
      labelSelector: selectorText(spec?.selector, '', ''),
    },
  );
  const own = items
    .filter((set) => set.metadata.ownerReferences?.some(({ controller, uid }) => controller && uid === metadata?.uid))
    .sort(
      (left, right) =>
        Date.parse(String(left.metadata.creationTimestamp)) - Date.parse(String(right.metadata.creationTimestamp)),
    );
  const isCurrent = (set: ReplicaSet & Live): boolean =>
    templateText(set) === JSON.stringify(sortedDeep(spec?.template));
  const current = own.find(isCurrent);
  const old = own.filter((set) => set !== current);
  const shown = (sets: readonly (ReplicaSet & Live)[]): string =>
    sets.length === 0
      ? '<none>'
      : sets
          .map(
            ({ metadata: { name }, spec: wanted, status }) =>
              `${name} (${status?.replicas ?? 0}/${wanted?.replicas ?? 0} replicas created)`,
          )
          .join(', ');
  if (own.length === 0) return;
  writer.line(0, `OldReplicaSets:\t${shown(old)}`);
  writer.line(0, `NewReplicaSet:\t${shown(current ? [current] : [])}`);
}

function templateText({ spec }: ReplicaSet): string {
  const { template } = spec ?? {};
  const { 'pod-template-hash': _hash, ...labels } = template?.metadata?.labels ?? {};
  return JSON.stringify(sortedDeep({ ...template, metadata: { ...template?.metadata, labels } }));
}

export const describeReplicaSet: Describer<Held<ReplicaSet>> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writeOwnedHead(writer, metadata, spec?.selector);
  writer.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec?.replicas ?? 1} desired`);
  writer.line(0, `Pods Status:\t${podsStatus(session, object, spec?.selector)}`);
  writeTemplate(writer, spec?.template);
  writeConditions(writer, status?.conditions);
  writeEvents(writer, eventsAbout(session, object));
};

export const describeStatefulSet: Describer<Held<StatefulSet>> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writer.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp)}`);
  writer.line(0, `Selector:\t${selectorText(spec?.selector)}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Replicas:\t${spec?.replicas ?? 1} desired | ${status?.replicas ?? 0} total`);
  writer.line(0, `Update Strategy:\t${spec?.updateStrategy?.type ?? ''}`);
  const rolling = spec?.updateStrategy?.rollingUpdate;
  if (rolling) {
    writer.line(1, `Partition:\t${rolling.partition ?? 0}`);
    const { maxUnavailable } = rolling as { maxUnavailable?: unknown };
    if (maxUnavailable !== undefined) writer.line(1, `MaxUnavailable:\t${String(maxUnavailable)}`);
  }
  writer.line(0, `Pods Status:\t${podsStatus(session, object, spec?.selector)}`);
  writeTemplate(writer, spec?.template);
  writeClaims(writer, spec?.volumeClaimTemplates);
  writeEvents(writer, eventsAbout(session, object));
};

function writeClaims(writer: DescribeWriter, claims: NonNullable<StatefulSet['spec']>['volumeClaimTemplates']): void {
  if (!claims?.length) return writer.line(0, 'Volume Claims:\t<none>');
  writer.line(0, 'Volume Claims:');
  for (const { metadata, spec } of claims) {
    writer.line(1, `Name:\t${metadata?.name ?? ''}`);
    writer.line(1, `StorageClass:\t${spec?.storageClassName ?? ''}`);
    writeLabels(writer, 'Labels', metadata?.labels, '  ');
    writeAnnotations(writer, metadata?.annotations, 'Annotations', '  ');
    const capacity = spec?.resources?.requests?.['storage'];
    writer.line(1, `Capacity:\t${capacity === undefined ? '<default>' : String(capacity)}`);
    writer.line(1, `Access Modes:\t[${(spec?.accessModes ?? []).join(' ')}]`);
  }
}

export const describeDaemonSet: Describer<Held<DaemonSet>> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  writer.line(0, `Selector:\t${selectorText(spec?.selector)}`);
  writer.line(0, `Node-Selector:\t${labelList(spec?.template.spec?.nodeSelector)}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}`);
  writer.line(0, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}`);
  writer.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`);
  writer.line(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`);
  writer.line(0, `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}`);
  writer.line(0, `Pods Status:\t${podsStatus(session, object, spec?.selector)}`);
  writeTemplate(writer, spec?.template);
  writeEvents(writer, eventsAbout(session, object));
};
