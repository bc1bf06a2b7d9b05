/** What a container's spec asks for that has to be looked up or worked out. Upstream: pkg/kubelet/kubelet_pods.go, pkg/volume. */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import { behaviourOf, imageSize, type RunningProcess } from '../workloads/index.ts';
import type { RuntimeOption } from '../options.ts';
import { pretendedBehaviour } from './pretended-runtime.ts';
import type { PodRecord } from './records.ts';

/** A volume of the pod that refers to what is not there: the FailedMount text. */
export function missingVolume(client: Client, pod: Stored<Pod>): string | undefined {
  const { namespace } = pod.metadata;
  for (const volume of pod.spec?.volumes ?? []) {
    const map = volume.configMap && !volume.configMap.optional ? volume.configMap.name : undefined;
    if (map && !client.get('configmaps', namespace, map).ok)
      return `MountVolume.SetUp failed for volume "${volume.name}" : configmap "${map}" not found`;
    const secret = volume.secret && !volume.secret.optional ? volume.secret.secretName : undefined;
    if (secret && !client.get('secrets', namespace, secret).ok)
      return `MountVolume.SetUp failed for volume "${volume.name}" : secret "${secret}" not found`;
  }
  return undefined;
}

interface Reference {
  readonly resource: 'configmaps' | 'secrets';
  readonly name: string;
  readonly key?: string;
}

/** What the environment of a container refers to and must have: whole objects, or keys of them. */
function environmentReferences({ envFrom = [], env = [] }: Container): readonly Reference[] {
  const found: Reference[] = [];
  const add = (resource: Reference['resource'], to?: { name?: string; key?: string; optional?: boolean }): void => {
    if (to?.name && !to.optional) found.push({ resource, name: to.name, ...(to.key ? { key: to.key } : {}) });
  };
  for (const { configMapRef, secretRef } of envFrom) {
    add('configmaps', configMapRef);
    add('secrets', secretRef);
  }
  for (const { valueFrom } of env) {
    add('configmaps', valueFrom?.configMapKeyRef);
    add('secrets', valueFrom?.secretKeyRef);
  }
  return found;
}

/** Why a container cannot be created: the message of CreateContainerConfigError. */
export function missingEnvironment(client: Client, pod: Stored<Pod>, spec: Container): string | undefined {
  const { namespace } = pod.metadata;
  for (const { resource, name, key } of environmentReferences(spec)) {
    const found = client.get(resource, namespace, name);
    const [kind, title] = resource === 'configmaps' ? ['configmap', 'ConfigMap'] : ['secret', 'Secret'];
    if (!found.ok) return `${kind} "${name}" not found`;
    const { data = {}, ...rest } = found.object as { data?: object; binaryData?: object };
    if (key && !(key in data) && !(key in (rest.binaryData ?? {})))
      return `couldn't find key ${key} in ${title} ${namespace}/${name}`;
  }
  return undefined;
}

export function preStopSeconds(spec: Container): number {
  const { preStop } = spec.lifecycle ?? {};
  const sleep = (preStop as { sleep?: { seconds?: number } } | undefined)?.sleep?.seconds;
  if (sleep !== undefined) return sleep;
  const match = /\bsleep\s+(\d+)/.exec((preStop?.exec?.command ?? []).join(' '));
  return match ? Number(match[1]) : 0;
}

/** Go's duration: `450ms`, `1.2s`, `1m20s`, `5m0s`. */
export function goDuration(ms: number): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  const seconds = `${(ms % 60_000) / 1000}s`;
  return hours > 0 ? `${hours}h${minutes % 60}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** What the event says of a finished pull: its own time, and that with the wait for the pulls before it. */
export function pulledText(image: string, ownMs: number, wholeMs: number): string {
  const size = imageSize(image);
  return `Successfully pulled image "${image}" in ${goDuration(ownMs)} (${goDuration(wholeMs)} including waiting). Image size: ${size} bytes.`;
}

/** The program that a container runs, as the data plane meets it. */
export function processOf(
  record: PodRecord,
  spec: Container,
  node: string,
  startedAt: number,
  runtime: RuntimeOption,
): RunningProcess {
  const { pod, podIp } = record;
  const isInit = record.containers.some(({ name, role }) => name === spec.name && role === 'init');
  const isTask = isInit || (pod.spec?.restartPolicy ?? 'Always') !== 'Always';
  const behaviour = runtime === 'pretended' ? pretendedBehaviour(spec) : behaviourOf(spec, isTask);
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
