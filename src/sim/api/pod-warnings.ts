/**
 * What is doubtful about a pod or a template and yet accepted: said in warnings.
 * Upstream: pkg/api/pod/warnings.go, pkg/api/node/util.go, WarningsOnCreate and WarningsOnUpdate of the strategies.
 * Left out: volume plugins that are gone, projected paths that meet, and annotations of seccomp and AppArmor.
 */
import type {
  Container,
  ContainerPort,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  PodTemplateSpec,
} from 'kubernetes-types/core/v1';
import { nameFaults } from './names.ts';
import type { KubeObject } from './object.ts';
import { canonicalQuantity, milliValue } from './quantity.ts';

const DEPRECATED_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

type Said = readonly string[];

/** Kinds that make pods, and where their template stands. */
const TEMPLATES: Readonly<Record<string, string>> = {
  Deployment: 'spec.template',
  ReplicaSet: 'spec.template',
  StatefulSet: 'spec.template',
  DaemonSet: 'spec.template',
  Job: 'spec.template',
  ReplicationController: 'spec.template',
  CronJob: 'spec.jobTemplate.spec.template',
  PodTemplate: 'template',
};

/** Of these the name becomes part of pod names, and of a Pod its own is the hostname. */
const NAMED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'Job', 'CronJob']);

/** Warnings of a new object, or, with `old`, of a change: then only what makes new pods is looked at. */
export function podWarnings(object: KubeObject, old?: KubeObject): Said {
  const { kind = '' } = object;
  if (kind === 'Pod') return old ? [] : [...nameWarnings(object, "the Pod's hostname"), ...specWarnings(object, '')];
  const path = TEMPLATES[kind];
  if (!path || (old && old.metadata?.generation === object.metadata?.generation)) return [];
  const template = path
    .split('.')
    .reduce((value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key], object);
  const named = !old && NAMED.has(kind) ? nameWarnings(object, 'Pod names and hostnames') : [];
  return template ? [...named, ...specWarnings(template as PodTemplateSpec, `${path}.`)] : named;
}

function nameWarnings({ metadata }: KubeObject, where: string): Said {
  const faults = nameFaults('label', metadata?.name ?? '');
  if (faults.length === 0) return [];
  return [
    `metadata.name: this is used in ${where}, which can result in surprising behavior; a DNS label is recommended: [${faults.join(' ')}]`,
  ];
}

function specWarnings({ metadata, spec }: Pick<PodTemplateSpec, 'metadata' | 'spec'>, before: string): Said {
  if (!spec) return [];
  const path = `${before}spec`;
  const annotations = Object.keys(metadata?.annotations ?? {});
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((key) => deprecated(`${path}.nodeSelector[${key}]`, key)),
    ...nodeAffinityWarnings(spec, path),
    ...spreadWarnings(spec, path),
    ...annotations.flatMap((key) =>
      DEPRECATED_ANNOTATIONS[key] ? [`${before}metadata.annotations[${key}]: ${DEPRECATED_ANNOTATIONS[key]}`] : [],
    ),
    ...repeated(spec.hostAliases ?? [], ({ ip }) => ip ?? '', `${path}.hostAliases`, 'ip'),
    ...repeated(spec.imagePullSecrets ?? [], ({ name }) => name ?? '', `${path}.imagePullSecrets`, 'name'),
    ...(spec.imagePullSecrets ?? []).flatMap(({ name }, index) =>
      name ? [] : [`${path}.imagePullSecrets[${index}].name: invalid empty name ""`],
    ),
    ...fractions(spec.overhead, `${path}.overhead`),
    ...containersOf(spec, path).flatMap(([container, at]) => containerWarnings(container, at)),
    ...portWarnings(containersOf(spec, path)),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...podAffinityWarnings(spec, path),
  ];
}

const deprecated = (at: string, key: string, named = ''): Said =>
  DEPRECATED_LABELS[key] ? [`${at}: ${named}${DEPRECATED_LABELS[key]}`] : [];

function nodeAffinityWarnings({ affinity }: PodSpec, path: string): Said {
  const at = `${path}.affinity.nodeAffinity`;
  const { requiredDuringSchedulingIgnoredDuringExecution: required, preferredDuringSchedulingIgnoredDuringExecution } =
    affinity?.nodeAffinity ?? {};
  const term = ({ matchExpressions = [] }: NodeSelectorTerm, where: string): Said =>
    matchExpressions.flatMap(({ key }, index) =>
      deprecated(`${where}.matchExpressions[${index}].key`, key, `${key} is `),
    );
  return [
    ...(required?.nodeSelectorTerms ?? []).flatMap((item, index) =>
      term(item, `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`),
    ),
    ...(preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ preference }, index) =>
      term(preference, `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`),
    ),
  ];
}

const NO_POD = 'a null labelSelector results in matching no pod';

function spreadWarnings({ topologySpreadConstraints = [] }: PodSpec, path: string): Said {
  return topologySpreadConstraints.flatMap(({ topologyKey, labelSelector }, index) => {
    const at = `${path}.topologySpreadConstraints[${index}]`;
    return [
      ...deprecated(`${at}.topologyKey`, topologyKey, `${topologyKey} is `),
      ...(labelSelector ? [] : [`${at}.labelSelector: ${NO_POD}`]),
    ];
  });
}

function podAffinityWarnings({ affinity }: PodSpec, path: string): Said {
  return (['podAffinity', 'podAntiAffinity'] as const).flatMap((side) => {
    const at = `${path}.affinity.${side}`;
    const found = affinity?.[side];
    const warn = (terms: readonly PodAffinityTerm[], list: string, inner: string): Said =>
      terms.flatMap(({ labelSelector }, index) =>
        labelSelector ? [] : [`${at}.${list}[${index}].${inner}labelSelector: ${NO_POD}`],
      );
    const preferred = found?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return [
      ...warn(
        found?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
        'requiredDuringSchedulingIgnoredDuringExecution',
        '',
      ),
      ...warn(
        preferred.map(({ podAffinityTerm }) => podAffinityTerm),
        'preferredDuringSchedulingIgnoredDuringExecution',
        'podAffinityTerm.',
      ),
    ];
  });
}

function repeated<T>(items: readonly T[], key: (item: T) => string, path: string, field: string): Said {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const value = key(item);
    if (seen.has(value)) return [`${path}[${index}].${field}: duplicate ${field} ${JSON.stringify(value)}`];
    seen.add(value);
    return [];
  });
}

type Placed = readonly [container: Container, path: string];

function containersOf(spec: PodSpec, path: string): readonly Placed[] {
  const { containers, initContainers = [] } = spec;
  return [
    ...initContainers.map((item, index): Placed => [item, `${path}.initContainers[${index}]`]),
    ...(containers ?? []).map((item, index): Placed => [item, `${path}.containers[${index}]`]),
  ];
}

function fractions(amounts: Readonly<Record<string, string>> | undefined, path: string): Said {
  return ['memory', 'ephemeral-storage'].flatMap((resource) => {
    const value = amounts?.[resource];
    if (value === undefined || milliValue(value) % 1000 === 0) return [];
    return [
      `${path}[${resource}]: fractional byte value ${JSON.stringify(canonicalQuantity(value))} is invalid, must be an integer`,
    ];
  });
}

function containerWarnings({ resources, env = [] }: Container, path: string): Said {
  const seen = new Set<string>();
  const amounts = ['memory', 'ephemeral-storage'].flatMap((resource) =>
    (['limits', 'requests'] as const).flatMap((side) => {
      const value = resources?.[side]?.[resource];
      return value === undefined ? [] : fractions({ [resource]: value }, `${path}.resources.${side}`);
    }),
  );
  const hidden = env.flatMap(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const reference = `$(${name})`;
    const isGrown = !valueFrom && value !== reference && value.includes(reference);
    if (isGrown) return [];
    const text = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
    return [`${path}.env[${index}]: ${text}`];
  });
  return [...amounts, ...hidden];
}

function portWarnings(containers: readonly Placed[]): Said {
  const known = new Map<string, { readonly at: string; readonly port: ContainerPort }[]>();
  return containers.flatMap(([{ ports = [] }, path]) =>
    ports.flatMap((port, index) => {
      const at = `${path}.ports[${index}]`;
      const key = `${port.containerPort}/${port.protocol ?? 'TCP'}`;
      const others = known.get(key) ?? [];
      known.set(key, [...others, { at, port }]);
      return others.flatMap((other) => {
        const doubt = doubtOf(port, other.port);
        return doubt ? [`${at}: ${doubt} port definition with ${other.at}`] : [];
      });
    }),
  );
}

function doubtOf(port: ContainerPort, other: ContainerPort): string | undefined {
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? ''];
  const [host, otherHost] = [port.hostPort ?? 0, other.hostPort ?? 0];
  if (ip === otherIp && host === otherHost) return 'duplicate';
  if (host === 0 || otherHost === 0) return 'overlapping';
  return host === otherHost && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}
