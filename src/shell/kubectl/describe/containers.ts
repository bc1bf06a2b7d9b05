/** Containers and volumes of a pod or its template. Upstream: kubectl/pkg/describe/describe.go (describeContainers). */
import { byCode } from '../../../sim/api/go-json.ts';
import type {
  Container,
  ContainerState,
  ContainerStatus,
  EnvVar,
  Pod,
  Probe,
  ResourceRequirements,
} from 'kubernetes-types/core/v1';
import { canonicalQuantity } from '../../../sim/api/quantity.ts';
import { boolText, rfc1123, type DescribeWriter } from './writer.ts';

/** Finds the value that a variable takes from its pod. */
export type FieldValue = (variable: EnvVar) => string;

export function writeContainers(
  writer: DescribeWriter,
  title: string,
  containers: readonly Container[],
  statuses: readonly ContainerStatus[] | undefined,
  valueOf: FieldValue,
  space = '',
): void {
  writer.line(0, `${space}${title}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses?.find(({ name }) => name === container.name);
    writeBasics(writer, container, status, space);
    writeWords(writer, 'Command', container.command);
    writeWords(writer, 'Args', container.args);
    if (status) writeState(writer, status);
    writeResources(writer, container.resources);
    writeProbe(writer, 'Liveness', container.livenessProbe);
    writeProbe(writer, 'Readiness', container.readinessProbe);
    writeProbe(writer, 'Startup', container.startupProbe);
    writeEnvFrom(writer, container);
    writeEnv(writer, container, valueOf);
    writeMounts(writer, container);
  }
}

function writeBasics(
  writer: DescribeWriter,
  { name, image, ports = [], securityContext }: Container,
  status: ContainerStatus | undefined,
  space: string,
): void {
  writer.line(1, `${space === '' ? '' : ' '}${name}:`);
  if (status) writer.line(2, `Container ID:\t${status.containerID ?? ''}`);
  writer.line(2, `Image:\t${image ?? ''}`);
  if (status) writer.line(2, `Image ID:\t${status.imageID ?? ''}`);
  const shown = (numberOf: (port: NonNullable<Container['ports']>[number]) => number): string =>
    ports.map((port) => `${numberOf(port)}/${port.protocol ?? 'TCP'}${port.name ? ` (${port.name})` : ''}`).join(', ');
  const [own, host] = [shown(({ containerPort }) => containerPort), shown(({ hostPort = 0 }) => hostPort)];
  writer.line(2, own.includes(',') ? `Ports:\t${own}` : `Port:\t${own || '<none>'}`);
  writer.line(2, host.includes(',') ? `Host Ports:\t${host}` : `Host Port:\t${host || '<none>'}`);
  const { seccompProfile } = securityContext ?? {};
  if (seccompProfile) writer.line(2, `SeccompProfile:\t${seccompProfile.type}`);
}

function writeWords(writer: DescribeWriter, title: string, words: readonly string[] | undefined): void {
  if (!words?.length) return;
  writer.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) writer.line(3, line);
}

function writeState(writer: DescribeWriter, { state, lastState, ready, restartCount }: ContainerStatus): void {
  writeStatus(writer, 'State', state ?? {});
  if (lastState?.terminated) writeStatus(writer, 'Last State', lastState);
  writer.line(2, `Ready:\t${boolText(ready)}`);
  writer.line(2, `Restart Count:\t${restartCount}`);
}

function writeStatus(writer: DescribeWriter, title: string, { running, waiting, terminated }: ContainerState): void {
  if (running) {
    writer.line(2, `${title}:\tRunning`);
    return writer.line(3, `Started:\t${rfc1123(running.startedAt)}`);
  }
  if (!terminated) {
    writer.line(2, `${title}:\tWaiting`);
    if (waiting?.reason) writer.line(3, `Reason:\t${waiting.reason}`);
    return;
  }
  writer.line(2, `${title}:\tTerminated`);
  if (terminated.reason) writer.line(3, `Reason:\t${terminated.reason}`);
  if (terminated.message) writer.line(3, `Message:\t${terminated.message}`);
  writer.line(3, `Exit Code:\t${terminated.exitCode}`);
  if (terminated.signal) writer.line(3, `Signal:\t${terminated.signal}`);
  writer.line(3, `Started:\t${rfc1123(terminated.startedAt)}`);
  writer.line(3, `Finished:\t${rfc1123(terminated.finishedAt)}`);
}

export function writeResources(writer: DescribeWriter, resources: ResourceRequirements | undefined, level = 2): void {
  for (const [title, amounts] of [
    ['Limits', resources?.limits],
    ['Requests', resources?.requests],
  ] as const) {
    const names = Object.keys(amounts ?? {}).sort(byCode);
    if (names.length === 0) continue;
    writer.line(level, `${title}:`);
    for (const name of names) writer.line(level + 1, `${name}:\t${canonicalQuantity(String(amounts![name]))}`);
  }
}

function writeProbe(writer: DescribeWriter, title: string, probe: Probe | undefined): void {
  if (probe) writer.line(2, `${title}:\t${probeText(probe)}`);
}

function probeText(probe: Probe): string {
  const {
    initialDelaySeconds = 0,
    timeoutSeconds = 0,
    periodSeconds = 0,
    successThreshold = 0,
    failureThreshold = 0,
  } = probe;
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec) return `exec [${(exec.command ?? []).join(' ')}] ${times}`;
  if (httpGet) {
    const { scheme = 'HTTP', host = '', port, path = '' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') || path === '' ? path : `/${path}`} ${times}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port} ${times}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${times}`;
  return `unknown ${times}`;
}

function writeEnvFrom(writer: DescribeWriter, { envFrom = [] }: Container): void {
  if (envFrom.length === 0) return;
  writer.line(2, 'Environment Variables from:');
  for (const { configMapRef, secretRef, prefix } of envFrom) {
    const reference = configMapRef ?? secretRef;
    const kind = configMapRef ? 'ConfigMap' : 'Secret';
    const note = prefix ? ` with prefix '${prefix}'` : '';
    writer.line(3, `${reference?.name ?? ''}\t${kind}${note}\tOptional: ${reference?.optional ?? false}`);
  }
}

function writeEnv(writer: DescribeWriter, { env = [] }: Container, valueOf: FieldValue): void {
  writer.line(2, `Environment:${env.length === 0 ? '\t<none>' : ''}`);
  for (const variable of env) {
    const { name, value = '', valueFrom } = variable;
    if (!valueFrom) {
      value.split('\n').forEach((line, index) => writer.line(3, index === 0 ? `${name}:\t${line}` : `\t${line}`));
      continue;
    }
    const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
    if (fieldRef)
      writer.line(3, `${name}:\t${valueOf(variable)} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`);
    else if (resourceFieldRef) writer.line(3, `${name}:\t${valueOf(variable)} (${resourceFieldRef.resource})`);
    else if (secretKeyRef)
      writer.line(
        3,
        `${name}:\t<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name}'>\tOptional: ${secretKeyRef.optional ?? false}`,
      );
    else if (configMapKeyRef)
      writer.line(
        3,
        `${name}:\t<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name}'>\tOptional: ${configMapKeyRef.optional ?? false}`,
      );
  }
}

function writeMounts(writer: DescribeWriter, { volumeMounts = [], volumeDevices = [] }: Container): void {
  writer.line(2, `Mounts:${volumeMounts.length === 0 ? '\t<none>' : ''}`);
  const mounts = [...volumeMounts].sort((left, right) => byCode(left.mountPath, right.mountPath));
  for (const { mountPath, name, readOnly, subPath } of mounts) {
    const flags = [subPath ? `path=${JSON.stringify(subPath)}` : undefined, readOnly ? 'ro' : 'rw'].filter(Boolean);
    writer.line(3, `${mountPath} from ${name} (${(subPath ? [flags[1], flags[0]] : flags).join(',')})`);
  }
  if (volumeDevices.length === 0) return;
  writer.line(2, 'Devices:');
  for (const { devicePath, name } of volumeDevices) writer.line(3, `${devicePath} from ${name}`);
}

/** What a variable takes from the pod, or from what a container asks for. */
export function podValue(pod: Pod): FieldValue {
  return ({ valueFrom }) => {
    const path = valueFrom?.fieldRef?.fieldPath ?? '';
    const { metadata, spec, status } = pod;
    const found: Readonly<Record<string, string | undefined>> = {
      'metadata.name': metadata?.name,
      'metadata.namespace': metadata?.namespace,
      'metadata.uid': metadata?.uid,
      'spec.nodeName': spec?.nodeName,
      'spec.serviceAccountName': spec?.serviceAccountName,
      'status.hostIP': status?.hostIP,
      'status.podIP': status?.podIP,
    };
    const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
    if (key) return metadata?.[key[1] as 'labels' | 'annotations']?.[key[2]!] ?? '';
    return found[path] ?? '';
  };
}
