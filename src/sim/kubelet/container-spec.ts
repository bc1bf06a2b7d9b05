/** What a container's spec asks for that has to be looked up or worked out. Upstream: pkg/kubelet/kubelet_pods.go, pkg/volume. */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import { behaviourOf, type RunningProcess } from '../workloads/index.ts';
import type { PodRecord } from './records.ts';

/** A volume of the pod that refers to what is not there: the FailedMount text. */
export function missingVolume(client: Client, pod: Stored<Pod>): string | undefined {
  const { namespace } = pod.metadata;
  for (const volume of pod.spec?.volumes ?? []) {
    const map = volume.configMap && !volume.configMap.optional ? volume.configMap.name : undefined;
    if (map && !exists(client, 'configmaps', namespace, map))
      return `MountVolume.SetUp failed for volume "${volume.name}" : configmap "${map}" not found`;
    const secret = volume.secret && !volume.secret.optional ? volume.secret.secretName : undefined;
    if (secret && !exists(client, 'secrets', namespace, secret))
      return `MountVolume.SetUp failed for volume "${volume.name}" : secret "${secret}" not found`;
  }
  return undefined;
}

export function missingEnvironment(client: Client, pod: Stored<Pod>, spec: Container): string | undefined {
  const { namespace } = pod.metadata;
  const references = [
    ...(spec.envFrom ?? []).flatMap(({ configMapRef, secretRef }) => [
      ...(configMapRef?.name && !configMapRef.optional ? [['configmap', configMapRef.name] as const] : []),
      ...(secretRef?.name && !secretRef.optional ? [['secret', secretRef.name] as const] : []),
    ]),
    ...(spec.env ?? []).flatMap(({ valueFrom }) => [
      ...(valueFrom?.configMapKeyRef?.name && !valueFrom.configMapKeyRef.optional
        ? [['configmap', valueFrom.configMapKeyRef.name] as const]
        : []),
      ...(valueFrom?.secretKeyRef?.name && !valueFrom.secretKeyRef.optional
        ? [['secret', valueFrom.secretKeyRef.name] as const]
        : []),
    ]),
  ];
  for (const [kind, name] of references) {
    if (!exists(client, kind === 'configmap' ? 'configmaps' : 'secrets', namespace, name))
      return `${kind} "${name}" not found`;
  }
  return undefined;
}

function exists(
  client: Client,
  resource: 'configmaps' | 'secrets',
  namespace: string | undefined,
  name: string,
): boolean {
  return client.get(resource, namespace, name).ok;
}

export function preStopSeconds(spec: Container): number {
  const { preStop } = spec.lifecycle ?? {};
  const sleep = (preStop as { sleep?: { seconds?: number } } | undefined)?.sleep?.seconds;
  if (sleep !== undefined) return sleep;
  const match = /\bsleep\s+(\d+)/.exec((preStop?.exec?.command ?? []).join(' '));
  return match ? Number(match[1]) : 0;
}

/** Go's duration: `20s`, `1m20s`, `5m0s`. */
export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

/** The program that a container runs, as the data plane meets it. */
export function processOf(record: PodRecord, spec: Container, node: string, startedAt: number): RunningProcess {
  const { pod, podIp } = record;
  const behaviour = behaviourOf(spec);
  const declared = (spec.ports ?? []).map(({ containerPort, protocol = 'TCP', name }) => ({
    port: containerPort,
    protocol: protocol as RunningProcess['ports'][number]['protocol'],
    ...(name ? { name } : {}),
  }));
  const open = behaviour.ports
    .filter((port) => !declared.some((item) => item.port === port))
    .map((port) => ({ port, protocol: 'TCP' as const }));
  return {
    namespace: pod.metadata.namespace!,
    pod: pod.metadata.name,
    podUid: pod.metadata.uid,
    container: spec.name,
    node,
    podIp,
    isHostNetwork: pod.spec?.hostNetwork ?? false,
    image: spec.image ?? '',
    behaviour,
    startedAt,
    ports: behaviour.name === 'shell' ? [] : [...declared, ...open],
  };
}
