/**
 * Rules of pod specs, in Pods and in templates. Upstream: pkg/apis/core/validation/validation.go (ValidatePodSpec,
 * ValidatePodTemplateSpec). Faults come in upstream's order. Left out: options of Windows.
 */
import type { PodSpec, PodTemplateSpec } from 'kubernetes-types/core/v1';
import { CONFIG_MIRROR } from '../mirror-pods.ts';
import { keyFaults, nameFaults, validateAnnotations, validateLabels } from '../names.ts';
import { addressErrors, oneOf } from '../rules.ts';
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type FieldError,
} from '../status.ts';
import { hostNetworkErrors, validateContainers, validateInitContainers } from './container-rules.ts';
import { validateAffinity, validateSpread, validateToleration } from './placement-rules.ts';
import { validatePodResources, validateResources } from './resource-rules.ts';
import { validatePodSecurityContext } from './security-rules.ts';
import { validateVolumes } from './volume-rules.ts';

const INT32_MAX = 2_147_483_647;
const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_CHARACTERS_MAX = 2048;

/** Whose spec it is: a Pod's own is judged in more ways than a template's. */
export interface PodOwner {
  readonly podName: string;
}

export function validatePodSpec(spec: PodSpec | undefined, path: string, owner?: PodOwner): readonly FieldError[] {
  if (!spec) return [fieldRequired(`${path}.containers`)];
  const volumes = validateVolumes(spec.volumes ?? [], `${path}.volumes`, owner?.podName);
  const scope = { volumes: volumes.byName, spec };
  return [
    ...volumes.errors,
    ...validateClaims(spec, `${path}.resourceClaims`),
    ...validateContainers(`${path}.containers`, scope),
    ...validateInitContainers(`${path}.initContainers`, scope),
    ...validatePodResources(spec, `${path}.resources`),
    ...hostNetworkErrors(spec, `${path}.containers`, owner !== undefined),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...(spec.nodeSelector ? validateLabels(spec.nodeSelector, `${path}.nodeSelector`) : []),
    ...validatePodSecurityContext(spec, `${path}.securityContext`),
    ...(spec.affinity ? validateAffinity(spec.affinity, `${path}.affinity`) : []),
    ...validateDns(spec, `${path}.dnsConfig`),
    ...validateGates(spec, path),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...validateHostUsers(spec, path),
    ...validateNamesOf(spec, path),
  ];
}

function validateClaims({ resourceClaims = [] }: PodSpec, path: string): readonly FieldError[] {
  const names = new Set<string>();
  return resourceClaims.flatMap((claim, index) => {
    const field = `${path}[${index}]`;
    const {
      name = '',
      resourceClaimName,
      resourceClaimTemplateName,
    } = claim as {
      name?: string;
      resourceClaimName?: string;
      resourceClaimTemplateName?: string;
    };
    const value = {
      Name: name,
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    const errors: FieldError[] = [];
    if (!name) errors.push(fieldRequired(`${field}.name`));
    else if (names.has(name)) errors.push(fieldDuplicate(`${field}.name`, name));
    else errors.push(...nameFaults('label', name).map((text) => fieldInvalid(`${field}.name`, name, text)));
    names.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const text = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(fieldInvalid(field, value, text));
    } else if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const text = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      errors.push(fieldInvalid(field, value, text));
    }
    return errors;
  });
}

function validateDns({ dnsPolicy, dnsConfig }: PodSpec, path: string): readonly FieldError[] {
  if (dnsPolicy === 'None') {
    if (!dnsConfig) return [fieldRequired(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if ((dnsConfig.nameservers ?? []).length === 0) {
      const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return [fieldRequired(`${path}.nameservers`, text)];
    }
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  const errors: FieldError[] = [];
  if (nameservers.length > NAMESERVERS_MAX) {
    const text = `must not have more than ${NAMESERVERS_MAX} nameservers`;
    errors.push(fieldInvalid(`${path}.nameservers`, nameservers, text));
  }
  nameservers.forEach((server, index) => errors.push(...addressErrors(`${path}.nameservers[${index}]`, server)));
  if (searches.length > SEARCHES_MAX) {
    errors.push(fieldInvalid(`${path}.searches`, searches, `must not have more than ${SEARCHES_MAX} search paths`));
  }
  if (searches.join(' ').length > SEARCH_CHARACTERS_MAX) {
    const text = `must not have more than ${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`;
    errors.push(fieldInvalid(`${path}.searches`, searches, text));
  }
  searches.forEach((search, index) => {
    const name = search.replace(/\.$/, '');
    // Underscores are allowed here, where other names may have none.
    const faults = search === '.' ? [] : nameFaults('subdomain', name.replaceAll('_', 'a'));
    errors.push(...faults.map((text) => fieldInvalid(`${path}.searches[${index}]`, name, text)));
  });
  options.forEach(({ name }, index) => {
    if (!name) errors.push(fieldRequired(`${path}.options[${index}]`, 'must not be empty'));
  });
  return errors;
}

function validateGates({ readinessGates = [], schedulingGates = [] }: PodSpec, path: string): readonly FieldError[] {
  const names = new Set<string>();
  const ready = readinessGates.flatMap(({ conditionType = '' }, index) =>
    keyFaults(conditionType).map((text) =>
      fieldInvalid(`${path}.readinessGates[${index}].conditionType`, conditionType, text),
    ),
  );
  const scheduling = schedulingGates.flatMap(({ name = '' }, index) => {
    const field = `${path}.schedulingGates[${index}]`;
    const isKnown = names.has(name);
    names.add(name);
    return [
      ...keyFaults(name).map((text) => fieldInvalid(field, name, text)),
      ...(isKnown ? [fieldDuplicate(field, name)] : []),
    ];
  });
  return [...ready, ...scheduling];
}

/** Users of their own and the host's namespaces do not go together. */
function validateHostUsers(spec: PodSpec, path: string): readonly FieldError[] {
  if (spec.hostUsers ?? true) return [];
  const text = 'when `pod.Spec.HostUsers` is false';
  return [
    ...(spec.hostNetwork ? [fieldForbidden(`${path}.hostNetwork`, text)] : []),
    ...(spec.hostPID ? [fieldForbidden(`${path}.HostPID`, text)] : []),
    ...(spec.hostIPC ? [fieldForbidden(`${path}.HostIPC`, text)] : []),
  ];
}

/** What comes last: names of other things, deadlines, tolerations. */
function validateNamesOf(spec: PodSpec, path: string): readonly FieldError[] {
  const named = (field: keyof PodSpec, rule: 'label' | 'subdomain'): readonly FieldError[] => {
    const name = spec[field] as string | undefined;
    return name ? nameFaults(rule, name).map((text) => fieldInvalid(`${path}.${field}`, name, text)) : [];
  };
  const deadline = spec.activeDeadlineSeconds;
  const isDeadline = deadline === undefined || (deadline >= 1 && deadline <= INT32_MAX);
  const { os } = spec as { os?: { name?: string } };
  return [
    ...named('serviceAccountName', 'subdomain'),
    ...named('nodeName', 'subdomain'),
    ...(isDeadline
      ? []
      : [fieldInvalid(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${INT32_MAX}, inclusive`)]),
    ...named('hostname', 'label'),
    ...named('subdomain', 'label'),
    ...(spec.tolerations ?? []).flatMap((item, index) => validateToleration(item, `${path}.tolerations[${index}]`)),
    ...(spec.hostAliases ?? []).flatMap(({ ip = '', hostnames = [] }, index) => [
      ...addressErrors(`${path}.hostAliases[${index}].ip`, ip),
      ...hostnames.flatMap((name, position) =>
        nameFaults('subdomain', name).map((text) =>
          fieldInvalid(`${path}.hostAliases[${index}].hostnames[${position}]`, name, text),
        ),
      ),
    ]),
    ...named('priorityClassName', 'subdomain'),
    ...named('runtimeClassName', 'subdomain'),
    ...oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']),
    ...(spec.overhead ? validateResources({ limits: spec.overhead }, `${path}.overhead`) : []),
    ...(os ? validateOs(os.name, `${path}.os`) : []),
  ];
}

function validateOs(name: string | undefined, path: string): readonly FieldError[] {
  if (!name) return [fieldRequired(`${path}.name`, 'cannot be empty')];
  return name === 'linux' || name === 'windows' ? [] : [fieldNotSupported(path, name, ['linux', 'windows'])];
}

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** Annotations with a meaning for pods. Upstream: ValidatePodSpecificAnnotations. */
export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  spec: PodSpec | undefined,
): readonly FieldError[] {
  const mirror = annotations?.[CONFIG_MIRROR];
  const nowhere = 'must set spec.nodeName if mirror pod annotation is set';
  const cost = annotations?.[DELETION_COST];
  const isCost = cost === undefined || (/^(0|-?[1-9]\d*)$/.test(cost) && Math.abs(Number(cost)) <= INT32_MAX);
  return [
    ...(mirror !== undefined && !spec?.nodeName ? [fieldInvalid(`${path}[${CONFIG_MIRROR}]`, mirror, nowhere)] : []),
    ...(isCost ? [] : [fieldInvalid(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer')]),
  ];
}

/** Labels and annotations of a template. */
export function validateTemplateMetadata(template: PodTemplateSpec | undefined, path: string): readonly FieldError[] {
  const { labels, annotations } = template?.metadata ?? {};
  return [
    ...(labels ? validateLabels(labels, `${path}.labels`) : []),
    ...(annotations ? validateAnnotations(annotations, `${path}.annotations`) : []),
    ...validatePodAnnotations(annotations, `${path}.annotations`, template?.spec),
  ];
}

export function validatePodTemplate(template: PodTemplateSpec | undefined, path: string): readonly FieldError[] {
  const hasEphemeral = (template?.spec?.ephemeralContainers ?? []).length > 0;
  return [
    ...validateTemplateMetadata(template, path),
    ...validatePodSpec(template?.spec, `${path}.spec`),
    ...(hasEphemeral
      ? [fieldForbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}
