/**
 * Rules of security contexts. Upstream: pkg/apis/core/validation/validation.go (ValidateSecurityContext,
 * validatePodSpecSecurityContext). Left out: options of Windows. Privileged containers are allowed, as AKS allows them.
 */
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from 'kubernetes-types/core/v1';
import { descendingPathErrors, oneOf } from '../rules.ts';
import { fieldDuplicate, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';

const ID_MAX = 4_294_967_295;
const ID_TEXT = `must be between 0 and ${ID_MAX}, inclusive`;
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_TEXT = `must have at most 253 characters and match regex ^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;
const SYSCTL = new RegExp(`^(${SYSCTL_SEGMENT}[./])*${SYSCTL_SEGMENT}$`);

const idErrors = (field: string, id: number | undefined): readonly FieldError[] =>
  id === undefined || (id >= 0 && id <= ID_MAX) ? [] : [fieldInvalid(field, id, ID_TEXT)];

function seccompErrors(profile: SeccompProfile | undefined, field: string): readonly FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const errors: FieldError[] = type
    ? [...oneOf(`${field}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])]
    : [fieldRequired(`${field}.type`, 'type is required when seccompProfile is set')];
  const at = `${field}.localhostProfile`;
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(fieldRequired(at, 'must be set when seccomp type is Localhost'));
    else errors.push(...descendingPathErrors(at, localhostProfile));
  } else if (localhostProfile !== undefined) {
    const value = { Type: type ?? '', LocalhostProfile: localhostProfile };
    errors.push(fieldInvalid(at, value, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

function appArmorErrors(profile: AppArmorProfile | undefined, field: string): readonly FieldError[] {
  if (!profile) return [];
  const at = `${field}.localhostProfile`;
  const { localhostProfile } = profile;
  switch (profile.type) {
    case 'Localhost':
      if (!localhostProfile?.trim()) return [fieldRequired(at, 'must be set when AppArmor type is Localhost')];
      return localhostProfile.trim() === localhostProfile
        ? []
        : [fieldInvalid(at, localhostProfile, 'must not be padded with whitespace')];
    case 'RuntimeDefault':
    case 'Unconfined':
      return localhostProfile === undefined
        ? []
        : [fieldInvalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
    default:
      if (!profile.type) return [fieldRequired(`${field}.type`, 'type is required when appArmorProfile is set')];
      return [fieldNotSupported(`${field}.type`, profile.type, ['Localhost', 'RuntimeDefault', 'Unconfined'])];
  }
}

/** A container's context as Go's own form prints it. */
const goContext = (context: SecurityContext): unknown => ({
  Capabilities: context.capabilities
    ? { Add: context.capabilities.add ?? null, Drop: context.capabilities.drop ?? null }
    : null,
  Privileged: context.privileged ?? null,
  SELinuxOptions: context.seLinuxOptions
    ? {
        User: context.seLinuxOptions.user ?? '',
        Role: context.seLinuxOptions.role ?? '',
        Type: context.seLinuxOptions.type ?? '',
        Level: context.seLinuxOptions.level ?? '',
      }
    : null,
  WindowsOptions: null,
  RunAsUser: context.runAsUser ?? null,
  RunAsGroup: context.runAsGroup ?? null,
  RunAsNonRoot: context.runAsNonRoot ?? null,
  ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
  AllowPrivilegeEscalation: context.allowPrivilegeEscalation ?? null,
  ProcMount: context.procMount ?? null,
  SeccompProfile: context.seccompProfile
    ? { Type: context.seccompProfile.type, LocalhostProfile: context.seccompProfile.localhostProfile ?? null }
    : null,
  AppArmorProfile: context.appArmorProfile
    ? { Type: context.appArmorProfile.type, LocalhostProfile: context.appArmorProfile.localhostProfile ?? null }
    : null,
});

export function validateSecurityContext(
  context: SecurityContext | undefined,
  path: string,
  usesHostUsers: boolean,
): readonly FieldError[] {
  if (!context) return [];
  const errors: FieldError[] = [
    ...idErrors(`${path}.runAsUser`, context.runAsUser),
    ...idErrors(`${path}.runAsGroup`, context.runAsGroup),
    ...oneOf(`${path}.procMount`, context.procMount, ['Default', 'Unmasked']),
  ];
  if (usesHostUsers && context.procMount === 'Unmasked') {
    errors.push(fieldInvalid(`${path}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  }
  errors.push(...seccompErrors(context.seccompProfile, `${path}.seccompProfile`));
  if (context.allowPrivilegeEscalation === false) {
    const fault = (what: string): void =>
      void errors.push(
        fieldInvalid(path, goContext(context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`),
      );
    if (context.privileged) fault('`privileged` to true');
    for (const added of context.capabilities?.add ?? [])
      if (added === 'CAP_SYS_ADMIN') fault('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return [...errors, ...appArmorErrors(context.appArmorProfile, `${path}.appArmorProfile`)];
}

function sysctlErrors(context: PodSecurityContext, spec: PodSpec, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return (context.sysctls ?? []).flatMap(({ name }, index) => {
    const field = `${path}[${index}].name`;
    const errors: FieldError[] = [];
    if (!name) errors.push(fieldRequired(field));
    else if (name.length > 253 || !SYSCTL.test(name)) errors.push(fieldInvalid(field, name, SYSCTL_TEXT));
    else if (seen.has(name)) errors.push(fieldDuplicate(field, name));
    seen.add(name);
    const dotted = (name ?? '').replaceAll('/', '.');
    if (spec.hostNetwork && dotted.startsWith('net.')) {
      errors.push(fieldInvalid(field, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC && /^(kernel\.(shm|msg|sem)|fs\.mqueue\.)/.test(dotted)) {
      errors.push(fieldInvalid(field, name, "may not be specified when 'hostIPC' is true"));
    }
    return errors;
  });
}

export function validatePodSecurityContext(spec: PodSpec, path: string): readonly FieldError[] {
  const context = spec.securityContext;
  if (!context) return [];
  const { supplementalGroupsPolicy, seLinuxChangePolicy } = context as {
    supplementalGroupsPolicy?: string;
    seLinuxChangePolicy?: string;
  };
  const isShared = spec.shareProcessNamespace && spec.hostPID;
  return [
    ...idErrors(`${path}.fsGroup`, context.fsGroup),
    ...idErrors(`${path}.runAsUser`, context.runAsUser),
    ...idErrors(`${path}.runAsGroup`, context.runAsGroup),
    ...(context.supplementalGroups ?? []).flatMap((id, index) => idErrors(`${path}.supplementalGroups[${index}]`, id)),
    ...(isShared
      ? [
          fieldInvalid(
            `${path}.shareProcessNamespace`,
            true,
            'ShareProcessNamespace and HostPID cannot both be enabled',
          ),
        ]
      : []),
    ...sysctlErrors(context, spec, `${path}.sysctls`),
    ...oneOf(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']),
    ...seccompErrors(context.seccompProfile, `${path}.seccompProfile`),
    ...appArmorErrors(context.appArmorProfile, `${path}.appArmorProfile`),
    ...oneOf(`${path}.supplementalGroupsPolicy`, supplementalGroupsPolicy, ['Merge', 'Strict']),
    ...oneOf(`${path}.seLinuxChangePolicy`, seLinuxChangePolicy, ['MountOption', 'Recursive']),
  ];
}
