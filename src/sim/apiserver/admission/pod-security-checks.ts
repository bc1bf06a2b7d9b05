/**
 * What the Pod Security Standards ask of a pod. Upstream: k8s.io/pod-security-admission/policy/check_*.go.
 * Left out: AppArmor, SELinux, Windows, hosts of probes, and the rules of older versions.
 */
import type { Container, PodSpec, Volume } from 'kubernetes-types/core/v1';

export type Level = 'privileged' | 'baseline' | 'restricted';

/** Why a pod is refused, and what in it. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

type Check = (spec: PodSpec) => Violation | undefined;

/** What containers may add without being more than they are by default. */
const DEFAULT_CAPABILITIES = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

const SAFE_SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const quoted = (names: Iterable<string>): string => [...names].map((name) => `"${name}"`).join(', ');
const many = (word: string, count: number): string => (count === 1 ? word : `${word}s`);
const containersText = (names: readonly string[]): string => `${many('container', names.length)} ${quoted(names)}`;

/** All containers, in the order in which they are visited. */
function containersOf({
  initContainers = [],
  containers = [],
  ephemeralContainers = [],
}: PodSpec): readonly Container[] {
  return [...initContainers, ...containers, ...(ephemeralContainers as readonly Container[])];
}

const namesOf = (spec: PodSpec, isBad: (container: Container) => boolean): readonly string[] =>
  containersOf(spec)
    .filter(isBad)
    .map(({ name }) => name);

/** A fault of containers, where any has it. */
const ofContainers =
  (reason: string, isBad: (container: Container) => boolean, text: string): Check =>
  (spec) => {
    const names = namesOf(spec, isBad);
    return names.length > 0 ? { reason, detail: `${containersText(names)} ${text}` } : undefined;
  };

function addedCapabilities(spec: PodSpec, allowed: readonly string[]): string | undefined {
  const added = new Set<string>();
  const names = namesOf(spec, ({ securityContext }) => {
    const bad = (securityContext?.capabilities?.add ?? []).filter((name) => !allowed.includes(name));
    for (const name of bad) added.add(name);
    return bad.length > 0;
  });
  return names.length > 0
    ? `${containersText(names)} must not include ${quoted([...added].sort())} in securityContext.capabilities.add`
    : undefined;
}

const defaultCapabilities: Check = (spec) => {
  const detail = addedCapabilities(spec, DEFAULT_CAPABILITIES);
  return detail ? { reason: 'non-default capabilities', detail } : undefined;
};

const hostNamespaces: Check = (spec) => {
  const set = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
  return set.length > 0
    ? { reason: 'host namespaces', detail: set.map((field) => `${field}=true`).join(', ') }
    : undefined;
};

const hostPaths: Check = ({ volumes = [] }) => {
  const names = volumes.filter(({ hostPath }) => hostPath).map(({ name }) => name);
  return names.length > 0
    ? { reason: 'hostPath volumes', detail: `${many('volume', names.length)} ${quoted(names)}` }
    : undefined;
};

const hostPorts: Check = (spec) => {
  const ports = new Set<string>();
  const names = namesOf(spec, (container) => {
    const own = (container.ports ?? []).flatMap(({ hostPort }) => (hostPort ? [String(hostPort)] : []));
    for (const port of own) ports.add(port);
    return own.length > 0;
  });
  if (names.length === 0) return undefined;
  const verb = names.length === 1 ? 'uses' : 'use';
  const detail = `${containersText(names)} ${verb} ${many('hostPort', ports.size)} ${[...ports].sort().join(', ')}`;
  return { reason: 'hostPort', detail };
};

const sysctls: Check = ({ securityContext }) => {
  const bad = (securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !SAFE_SYSCTLS.includes(name));
  return bad.length > 0 ? { reason: 'forbidden sysctls', detail: bad.join(', ') } : undefined;
};

/** The pod, or those of its containers, that set something. */
function setters(isOfPod: boolean, names: readonly string[]): string {
  return [...(isOfPod ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])].join(' and ');
}

const isUnconfined = (context: { seccompProfile?: { type?: string } } | undefined): boolean =>
  context?.seccompProfile?.type === 'Unconfined';

const seccompBaseline: Check = (spec) => {
  const bad = setters(
    isUnconfined(spec.securityContext),
    namesOf(spec, ({ securityContext }) => isUnconfined(securityContext)),
  );
  return bad
    ? { reason: 'seccompProfile', detail: `${bad} must not set securityContext.seccompProfile.type to "Unconfined"` }
    : undefined;
};

const seccompRestricted: Check = (spec) => {
  const bad = seccompBaseline(spec);
  if (bad || spec.securityContext?.seccompProfile) return bad;
  const names = namesOf(spec, ({ securityContext }) => !securityContext?.seccompProfile);
  if (names.length === 0) return undefined;
  const text = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: 'seccompProfile', detail: `pod or ${containersText(names)} ${text}` };
};

const fewCapabilities: Check = (spec) => {
  const kept = namesOf(spec, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const details = [
    ...(kept.length > 0 ? [`${containersText(kept)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...[addedCapabilities(spec, ['NET_BIND_SERVICE'])].filter((text) => text !== undefined),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
};

const volumeTypes: Check = ({ volumes = [] }) => {
  const typeOf = (volume: Volume): string =>
    Object.keys(volume).find((key) => key !== 'name' && volume[key as keyof Volume]) ?? 'emptyDir';
  const bad = volumes.filter((volume) => !RESTRICTED_VOLUMES.includes(typeOf(volume)));
  if (bad.length === 0) return undefined;
  const types = [...new Set(bad.map(typeOf))].sort();
  const names = `${many('volume', bad.length)} ${quoted(bad.map(({ name }) => name))}`;
  const verb = bad.length === 1 ? 'uses' : 'use';
  return {
    reason: 'restricted volume types',
    detail: `${names} ${verb} ${many('restricted volume type', types.length)} ${quoted(types)}`,
  };
};

const notRoot: Check = (spec) => {
  const ofPod = spec.securityContext?.runAsNonRoot;
  const bad = setters(
    ofPod === false,
    namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  );
  const reason = 'runAsNonRoot != true';
  if (bad) return { reason, detail: `${bad} must not set securityContext.runAsNonRoot=false` };
  const open = ofPod ? [] : namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  return open.length > 0
    ? { reason, detail: `pod or ${containersText(open)} must set securityContext.runAsNonRoot=true` }
    : undefined;
};

const notUserZero: Check = (spec) => {
  const bad = setters(
    spec.securityContext?.runAsUser === 0,
    namesOf(spec, ({ securityContext }) => securityContext?.runAsUser === 0),
  );
  return bad ? { reason: 'runAsUser=0', detail: `${bad} must not set runAsUser=0` } : undefined;
};

/** Checks that both levels make, and those of the lower level that the higher one makes in a stricter way. */
const SHARED_EARLY: readonly Check[] = [hostNamespaces];
const SHARED: readonly Check[] = [
  hostPorts,
  ofContainers(
    'privileged',
    ({ securityContext }) => securityContext?.privileged === true,
    'must not set securityContext.privileged=true',
  ),
  ofContainers(
    'procMount',
    ({ securityContext }) => securityContext?.procMount === 'Unmasked',
    'must not set securityContext.procMount to "Unmasked"',
  ),
];

const CHECKS: Readonly<Record<Level, readonly Check[]>> = {
  privileged: [],
  baseline: [defaultCapabilities, ...SHARED_EARLY, hostPaths, ...SHARED, seccompBaseline, sysctls],
  restricted: [
    ...SHARED_EARLY,
    ...SHARED,
    sysctls,
    ofContainers(
      'allowPrivilegeEscalation != false',
      ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
      'must set securityContext.allowPrivilegeEscalation=false',
    ),
    fewCapabilities,
    volumeTypes,
    notRoot,
    notUserZero,
    seccompRestricted,
  ],
};

export function violationsOf(spec: PodSpec, level: Level): readonly Violation[] {
  return CHECKS[level].flatMap((check) => check(spec) ?? []);
}
