/** What a container's spec asks for that has to be looked up or worked out. Upstream: pkg/kubelet/kubelet_pods.go. */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Client } from '../client/index.ts';
import type { RuntimeOption } from '../options.ts';
import {
  imageSize,
  leaking,
  launchOf,
  missingProgram,
  ownProgram,
  stopSignalOf,
  type ContainerLogs,
  type Launch,
  type Mount,
  type RunningProcess,
} from '../workloads/index.ts';
import { environmentOf, expandReferences, type EnvironmentFacts } from './environment.ts';
import { pretendedBehaviour } from './pretended-runtime.ts';
import type { PodRecord } from './records.ts';

/** What the kubelet knows that containers are made from. */
export interface SpecFacts {
  readonly client: Client;
  readonly runtime: RuntimeOption;
  environment(record: PodRecord): EnvironmentFacts;
  /** `expand` gives the text of a subPathExpr. */
  mounts(pod: Stored<Pod>, spec: Container, expand: (text: string) => string): readonly Mount[];
  files(record: PodRecord, spec: Container): Readonly<Record<string, string>>;
  hostname(pod: Stored<Pod>): string;
  /** What a Workload object declares of its image. */
  declared(image: string): Launch['behaviour'] | undefined;
}

export interface StartFacts extends SpecFacts {
  readonly component: string;
  readonly nodeName: string;
  readonly containerId: string;
  readonly now: number;
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
export function processOf(record: PodRecord, spec: Container, facts: StartFacts): RunningProcess {
  const { pod, podIp } = record;
  const given: Container = { ...spec, resources: record.allocated[spec.name] ?? spec.resources ?? {} };
  const isInit = record.containers.some(({ name, role }) => name === spec.name && role === 'init');
  const isTask = isInit || (pod.spec?.restartPolicy ?? 'Always') !== 'Always';
  const environment = environmentOf(pod, spec, facts.environment(record));
  const variables: Readonly<Record<string, string>> = environment.ok
    ? { HOSTNAME: facts.hostname(pod), ...environment.variables }
    : {};
  const words = [...(spec.command ?? []), ...(spec.args ?? [])];
  const expand = (text: string): string => expandReferences(text, (name) => variables[name]);
  const argv = words.map(expand);
  const own = words.length === 0 ? facts.declared(spec.image ?? '') : undefined;
  const launch: Launch =
    facts.runtime === 'pretended'
      ? { behaviour: pretendedBehaviour(spec) }
      : own
        ? ownProgram(addressed(leaking(own, given), variables))
        : launchOf(
            { ...given, env: Object.entries(variables).map(([name, value]) => ({ name, value })) },
            argv,
            isTask,
          );
  return {
    namespace: pod.metadata.namespace!,
    pod: pod.metadata.name,
    podUid: pod.metadata.uid,
    container: spec.name,
    containerId: facts.containerId,
    owner: facts.component,
    node: facts.nodeName,
    podIp,
    hostname: facts.hostname(pod),
    isHostNetwork: pod.spec?.hostNetwork ?? false,
    image: spec.image ?? '',
    behaviour: launch.behaviour,
    ...(launch.argv ? { argv: launch.argv } : {}),
    ...(spec.stdin || spec.tty ? { hasInput: true } : {}),
    ...(spec.tty ? { hasTerminal: true } : {}),
    ...(spec.stdinOnce ? { hasInputOnce: true } : {}),
    environment: variables,
    directory: spec.workingDir ?? '/',
    mounts: facts.mounts(pod, spec, expand),
    generatedFiles: facts.files(record, spec),
    isReadOnlyRoot: spec.securityContext?.readOnlyRootFilesystem ?? false,
    terminationMessagePath: spec.terminationMessagePath ?? '/dev/termination-log',
    stopSignal: stopSignalOf(spec.image ?? ''),
    limits: limitsOf(given),
    isTask,
    ...(record.isStatic ? { isStatic: true } : {}),
    startedAt: facts.now,
    ports: portsOf(spec, launch),
  };
}

/** Why containerd cannot start the container: its program is not in the image. */
export function startFaultOf(spec: Container, runtime: RuntimeOption): string | undefined {
  if (runtime === 'pretended') return undefined;
  const missing = missingProgram(spec.image ?? '', [...(spec.command ?? []), ...(spec.args ?? [])]);
  if (missing === undefined) return undefined;
  const oci = `OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${missing}: unknown`;
  return `failed to create containerd task: failed to create shim task: ${oci}`;
}

/** A declared client may name the address by variables of its container. */
function addressed(behaviour: Launch['behaviour'], variables: Readonly<Record<string, string>>): Launch['behaviour'] {
  const { client } = behaviour;
  return client
    ? { ...behaviour, client: { ...client, url: expandReferences(client.url, (name) => variables[name]) } }
    : behaviour;
}

export function limitsOf({ resources }: Container): RunningProcess['limits'] {
  const { limits = {} } = resources ?? {};
  return {
    ...(limits['cpu'] ? { cpuMillis: milliValue(limits['cpu']) } : {}),
    ...(limits['memory'] ? { memoryBytes: wholeValue(limits['memory']) } : {}),
  };
}

/** Declared ports and those of the behaviour; a shell listens nowhere until it starts a server. */
function portsOf(spec: Container, { behaviour, argv }: Launch): RunningProcess['ports'] {
  if (argv && behaviour.script === undefined) return [];
  const declared = (spec.ports ?? []).map(({ containerPort, protocol = 'TCP', name }) => ({
    port: containerPort,
    protocol: protocol as RunningProcess['ports'][number]['protocol'],
    ...(name ? { name } : {}),
  }));
  const open = behaviour.ports
    .filter((port) => !declared.some((item) => item.port === port))
    .map((port) => ({ port, protocol: 'TCP' as const }));
  return [...declared, ...open];
}

const MESSAGE_BYTES = 4096;
const FALLBACK_LINES = 80;
const FALLBACK_BYTES = 2048;

/** The termination message: the file's text, or the end of the log of a failure where the policy says so. */
export function terminationMessageOf(
  text: string | undefined,
  { terminationMessagePolicy }: Container,
  exitCode: number,
  logs: ContainerLogs,
  key: string,
): string | undefined {
  if (text) return text.slice(-MESSAGE_BYTES);
  if (terminationMessagePolicy !== 'FallbackToLogsOnError' || exitCode === 0) return undefined;
  const lines = logs.read(key, { tailLines: FALLBACK_LINES })?.lines ?? [];
  return (
    lines
      .map((line) => `${line.text}\n`)
      .join('')
      .slice(-FALLBACK_BYTES) || undefined
  );
}
