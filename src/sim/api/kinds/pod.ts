/** Pod. Upstream: pkg/registry/core/pod/strategy.go, pkg/apis/core/validation/validation.go, pkg/printers/internalversion/printers.go. */
import type { Container, ContainerStateTerminated, ContainerStatus, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { ageOf, humanDuration } from '../duration.ts';
import type { Column, ColumnContext, KindDefinition } from '../kind.ts';
import { milliValue, wholeValue } from '../quantity.ts';
import { fieldForbidden, type FieldError } from '../status.ts';
import { imageErrors } from './container-rules.ts';
import { writeProbeTimes } from './probe-times.ts';
import { withLabelKeysApplied } from './pod-label-keys.ts';
import { validatePodAnnotations, validatePodSpec } from './pod-rules.ts';
import { defaultPodSpec, withRequests } from './pod-template.ts';
import { validatePodUpdate } from './pod-update-rules.ts';

type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** Upstream: pkg/apis/core/v1/helper/qos/qos.go. */
export function qosClassOf(pod: Pod): QosClass {
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const names = ['cpu', 'memory'] as const;
  const isSet = (value: string | undefined): boolean =>
    value !== undefined && (milliValue(value) > 0 || wholeValue(value) > 0);
  const hasAny = containers.some(({ resources }) =>
    names.some((name) => isSet(resources?.requests?.[name]) || isSet(resources?.limits?.[name])),
  );
  if (!hasAny) return 'BestEffort';
  const isGuaranteed = containers.every(({ resources }) =>
    names.every((name) => {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name] ?? limit;
      return isSet(limit) && milliValue(limit) === milliValue(request);
    }),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

const isSidecar = (pod: Pod, name: string): boolean =>
  pod.spec?.initContainers?.some((container) => container.name === name && container.restartPolicy === 'Always') ??
  false;

/** `OOMKilled`, `Signal:9`, `ExitCode:3`. */
const endOf = ({ reason, signal, exitCode }: ContainerStateTerminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`);

interface PodSummary {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  readonly restartedAt: string;
}

/** READY, STATUS and RESTARTS as `kubectl get pods` shows them (printPod). */
export function summarizePod(pod: Pod): PodSummary {
  const { status = {}, spec } = pod;
  let text = status.reason || status.phase || '';
  if (status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated'))
    text = 'SchedulingGated';
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').length;
  const counted = { ready: 0, restarts: 0, sidecarRestarts: 0, restartedAt: '' };
  const later = (found: ContainerStatus): void => {
    const at = found.lastState?.terminated?.finishedAt ?? '';
    if (at > counted.restartedAt) counted.restartedAt = at;
  };
  let isInitializing = false;
  for (const [index, found] of (status.initContainerStatuses ?? []).entries()) {
    counted.restarts += found.restartCount;
    if (isSidecar(pod, found.name)) counted.sidecarRestarts += found.restartCount;
    later(found);
    const { terminated, waiting } = found.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar(pod, found.name) && found.started) {
      if (found.ready) counted.ready += 1;
      continue;
    }
    if (terminated)
      text = terminated.reason
        ? `Init:${terminated.reason}`
        : terminated.signal
          ? `Init:Signal:${terminated.signal}`
          : `Init:ExitCode:${terminated.exitCode}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') text = `Init:${waiting.reason}`;
    else text = `Init:${index}/${spec?.initContainers?.length ?? 0}`;
    isInitializing = true;
    break;
  }
  const isInitialized = status.conditions?.some(
    ({ type, status: value }) => type === 'Initialized' && value === 'True',
  );
  if (!isInitializing || isInitialized) {
    counted.restarts = counted.sidecarRestarts;
    let hasRunning = false;
    let failed = '';
    for (const found of [...(status.containerStatuses ?? [])].reverse()) {
      counted.restarts += found.restartCount;
      later(found);
      const { waiting, terminated, running } = found.state ?? {};
      if (waiting?.reason) text = waiting.reason;
      else if (terminated) {
        text = endOf(terminated);
        if (terminated.exitCode !== 0) failed = text;
      } else if (found.ready && running) {
        hasRunning = true;
        counted.ready += 1;
      }
    }
    // One that ended well does not hide one that did not (1.35).
    if (text === 'Completed' && !hasRunning && failed) text = failed;
    if (text === 'Completed' && hasRunning) {
      const isReady = status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
      text = isReady ? 'Running' : 'NotReady';
    }
  }
  if (pod.metadata?.deletionTimestamp) {
    if (status.reason === 'NodeLost') text = 'Unknown';
    else if (status.phase !== 'Succeeded' && status.phase !== 'Failed') text = 'Terminating';
  }
  return {
    status: text,
    ready: counted.ready,
    total: (spec?.containers.length ?? 0) + sidecars,
    restarts: counted.restarts,
    restartedAt: counted.restartedAt,
  };
}

function restartsCell(pod: Pod, context: ColumnContext): string {
  const { restarts, restartedAt } = summarizePod(pod);
  if (restarts === 0 || !restartedAt) return String(restarts);
  return `${restarts} (${humanDuration(context.nowEpochMs - Date.parse(restartedAt))} ago)`;
}

const column = (
  name: string,
  priority: number,
  cell: Column<Pod>['cell'],
  type: Column<Pod>['type'] = 'string',
): Column<Pod> => ({
  name,
  type,
  priority,
  description: '',
  cell,
});

/** `1/2`: how many of the pod's readiness gates are met. */
function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const isMet = (name: string): boolean =>
    pod.status?.conditions?.some(({ type, status }) => type === name && status === 'True') ?? false;
  return `${gates.filter(({ conditionType }) => isMet(conditionType)).length}/${gates.length}`;
}

/** Upstream: validatePodMetadataAndSpec. */
function validatePod({ metadata, spec }: Pod): readonly FieldError[] {
  const hasAccount = Boolean(spec?.serviceAccountName);
  return [
    ...validatePodAnnotations(metadata?.annotations, 'metadata.annotations', spec),
    ...validatePodSpec(spec, 'spec', { podName: metadata?.name ?? '' }),
    ...(hasAccount ? [] : tokenErrors(spec)),
    ...imageErrors(spec?.containers, 'spec.containers'),
    ...imageErrors(spec?.initContainers, 'spec.initContainers'),
  ];
}

/** A token is somebody's. */
function tokenErrors(spec: PodSpec | undefined): readonly FieldError[] {
  return (spec?.volumes ?? []).flatMap(({ projected }, index) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, position) => {
      const field = `spec.volumes[${index}].projected.sources[${position}].serviceAccountToken`;
      const text = 'must not be specified when serviceAccountName is not set';
      return serviceAccountToken ? [fieldForbidden(field, text)] : [];
    }),
  );
}

/** Upstream: ValidatePodCreate. */
function validatePodCreate({ spec }: Pod): readonly FieldError[] {
  const isPlaced = Boolean(spec?.nodeName);
  return [
    ...((spec?.ephemeralContainers ?? []).length > 0
      ? [fieldForbidden('spec.ephemeralContainers', 'cannot be set on create')]
      : []),
    ...(isPlaced && (spec?.schedulingGates ?? []).length > 0
      ? [fieldForbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')]
      : []),
  ];
}

/** On the host's network, a port is one of the host. Only Pods are given it: templates are left as they are. */
function withHostPorts(containers: readonly Container[]): Container[] {
  return containers.map((container) =>
    container.ports?.some(({ hostPort }) => !hostPort)
      ? {
          ...container,
          ports: container.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })),
        }
      : { ...container },
  );
}

/** Specs with their defaults, by the spec that was sent. Pods of one template, or of one text, share both. */
const defaulted = new WeakMap<PodSpec, PodSpec>();

/** Not to be changed: whoever has more to say writes into a copy. */
function defaultedSpec(sent: PodSpec): PodSpec {
  let spec = defaulted.get(sent);
  if (!spec) defaulted.set(sent, (spec = withDefaults(sent)));
  return spec;
}

function withDefaults({ containers: own = [], initContainers: early, ...rest }: PodSpec): PodSpec {
  const copied = (containers: readonly Container[]): Container[] =>
    rest.hostNetwork ? withHostPorts(containers) : containers.map((container) => ({ ...container }));
  const [containers, initContainers] = [copied(own), early && copied(early)];
  const spec = { ...rest, containers, ...(initContainers ? { initContainers } : {}) };
  defaultPodSpec(spec);
  return {
    ...spec,
    enableServiceLinks: spec.enableServiceLinks ?? true,
    containers: withRequests(containers) as typeof containers,
    ...(initContainers ? { initContainers: withRequests(initContainers) as typeof initContainers } : {}),
  };
}

export const podKind: KindDefinition<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  isNamespaced: true,
  support: 'simulated',
  hasGeneration: true,
  subresources: [
    { name: 'status', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'resize', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { name: 'binding', kind: 'Binding', verbs: ['create'] },
    { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
    // Streams, which whoever owns the socket serves.
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  ],
  applyDefaults(pod) {
    pod.spec = defaultedSpec(pod.spec ?? { containers: [] });
  },
  prepareForCreate(pod, context) {
    if (pod.spec) pod.spec = withLabelKeysApplied(pod.spec, pod.metadata?.labels);
    const isGated = (pod.spec?.schedulingGates?.length ?? 0) > 0;
    const status: Pod['status'] = {
      phase: 'Pending',
      qosClass: qosClassOf(pod),
      ...(isGated
        ? {
            conditions: [
              {
                type: 'PodScheduled',
                status: 'False',
                reason: 'SchedulingGated',
                lastTransitionTime: context.formatTime(),
                message: 'Scheduling is blocked due to non-empty scheduling gates',
              },
            ],
          }
        : {}),
    };
    Object.assign(pod, { status });
    writeProbeTimes(pod);
  },
  prepareForUpdate: writeProbeTimes,
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  gracePeriodSeconds(pod, requested) {
    const phase = pod.status?.phase;
    if (!pod.spec?.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
    const wanted = requested ?? pod.spec.terminationGracePeriodSeconds ?? 30;
    return wanted < 0 ? 1 : wanted;
  },
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? '',
    // Accepted, but no pod has a value for it. Upstream: pkg/registry/core/pod/strategy.go (ToSelectableFields).
    'status.podIPs': () => '',
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
  columns: [
    column('Name', 0, (pod) => pod.metadata.name),
    column('Ready', 0, (pod) => {
      const { ready, total } = summarizePod(pod);
      return `${ready}/${total}`;
    }),
    column('Status', 0, (pod) => summarizePod(pod).status),
    column('Restarts', 0, restartsCell),
    column('Age', 0, (pod, context) => ageOf(pod.metadata.creationTimestamp, context.nowEpochMs)),
    column('IP', 1, (pod) => pod.status?.podIP ?? '<none>'),
    column('Node', 1, (pod) => pod.spec?.nodeName ?? '<none>'),
    column('Nominated Node', 1, (pod) => pod.status?.nominatedNodeName ?? '<none>'),
    column('Readiness Gates', 1, readinessGates),
  ],
};
