/** `kubectl describe pod`. Upstream: kubectl/pkg/describe/describe.go (describePod). */
import type { Pod } from 'kubernetes-types/core/v1';
import { mirroredHashOf } from '../../../sim/api/mirror-pods.ts';
import { podValue, writeContainers, writeResources } from './containers.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { writeSpread, writeTolerations } from './pod-template.ts';
import { writeVolumes } from './volumes.ts';
import { controllerOf, rfc1123, writeAnnotations, writeLabels, type DescribeWriter } from './writer.ts';

export const describePod: Describer<Pod> = (session, pod, writer) => {
  const { metadata, spec, status } = pod;
  writeIdentity(writer, pod);
  writer.line(0, `IP:\t${status?.podIP ?? ''}`);
  const addresses = status?.podIPs ?? [];
  writer.line(0, addresses.length === 0 ? 'IPs:\t<none>' : 'IPs:');
  for (const { ip } of addresses) writer.line(1, `IP:\t${ip ?? ''}`);
  const owner = controllerOf(metadata);
  if (owner) writer.line(0, `Controlled By:\t${owner}`);
  if (status?.nominatedNodeName) writer.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
  const { resources } = (spec ?? {}) as { resources?: Parameters<typeof writeResources>[1] };
  if (resources) {
    writer.line(0, 'Resources:');
    writeResources(writer, resources, 1);
  }
  const value = podValue(pod);
  if (spec?.initContainers?.length)
    writeContainers(writer, 'Init Containers', spec.initContainers, status?.initContainerStatuses, value);
  writeContainers(writer, 'Containers', spec?.containers ?? [], status?.containerStatuses, value);
  writeGates(writer, pod);
  if (status?.conditions?.length) {
    writer.write(0, 'Conditions:\n  Type\tStatus\n');
    for (const { type, status: state } of status.conditions) writer.line(1, `${type} \t${state} `);
  }
  writeVolumes(writer, spec?.volumes);
  writer.line(0, `QoS Class:\t${status?.qosClass ?? ''}`);
  writeLabels(writer, 'Node-Selectors', spec?.nodeSelector);
  writeTolerations(writer, 'Tolerations', spec?.tolerations);
  writeSpread(writer, spec?.topologySpreadConstraints);
  writeEvents(writer, eventsAbout(session, pod, mirroredHashOf(pod)));
};

function writeIdentity(writer: DescribeWriter, { metadata, spec, status }: Pod): void {
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  if (spec?.priority !== undefined) writer.line(0, `Priority:\t${spec.priority}`);
  if (spec?.priorityClassName) writer.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  if (spec?.runtimeClassName) writer.line(0, `Runtime Class Name:\t${spec.runtimeClassName}`);
  if (spec?.serviceAccountName) writer.line(0, `Service Account:\t${spec.serviceAccountName}`);
  writer.line(0, `Node:\t${spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'}`);
  if (status?.startTime) writer.line(0, `Start Time:\t${rfc1123(status.startTime)}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  const isOver = status?.phase === 'Failed' || status?.phase === 'Succeeded';
  if (metadata?.deletionTimestamp && !isOver) {
    writer.line(0, `Status:\tTerminating (lasts ${writer.since(metadata.deletionTimestamp)})`);
    writer.line(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else writer.line(0, `Status:\t${status?.phase ?? ''}`);
  if (status?.reason) writer.line(0, `Reason:\t${status.reason}`);
  if (status?.message) writer.line(0, `Message:\t${status.message}`);
  const { seccompProfile } = spec?.securityContext ?? {};
  if (seccompProfile) writer.line(0, `SeccompProfile:\t${seccompProfile.type}`);
}

function writeGates(writer: DescribeWriter, { spec, status }: Pod): void {
  if (!spec?.readinessGates?.length) return;
  writer.write(0, 'Readiness Gates:\n  Type\tStatus\n');
  for (const { conditionType } of spec.readinessGates) {
    const found = status?.conditions?.find(({ type }) => type === conditionType);
    writer.line(1, `${conditionType} \t${found?.status ?? '<none>'} `);
  }
}
