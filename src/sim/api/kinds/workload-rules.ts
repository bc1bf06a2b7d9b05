/**
 * Rules of what keeps pods running: selectors, templates, strategies. Faults come in upstream's order.
 * Upstream: pkg/apis/apps/validation/validation.go.
 */
import type { DaemonSetSpec, DeploymentSpec, StatefulSetSpec } from 'kubernetes-types/apps/v1';
import type { PersistentVolumeClaim, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import { sortedDeep } from '../go-json.ts';
import { nameFaults, validateSelector } from '../names.ts';
import { intOrPercent, isEmptySelector, notAboveHundredPercent, notNegative, oneOf } from '../rules.ts';
import { matchesLabels, selectorOf } from '../selectors.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { validateClaimSpec } from './claim-rules.ts';
import { validatePodTemplate } from './pod-rules.ts';

const goSelector = ({ matchLabels, matchExpressions }: LabelSelector): unknown => ({
  ...(matchLabels && Object.keys(matchLabels).length > 0 ? { matchLabels: sortedDeep(matchLabels) } : {}),
  ...(matchExpressions && matchExpressions.length > 0 ? { matchExpressions } : {}),
});

/** A selector is there, right and not empty. */
function selectorErrors(selector: LabelSelector | undefined, kind: string): readonly FieldError[] {
  if (!selector) return [fieldRequired('spec.selector')];
  const isEmpty = isEmptySelector(selector);
  return [
    ...validateSelector(selector, 'spec.selector'),
    ...(isEmpty ? [fieldInvalid('spec.selector', goSelector(selector), `empty selector is invalid for ${kind}`)] : []),
  ];
}

/** No selector matches nothing, and is a second fault. */
export function mismatchErrors(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  path = 'spec',
): readonly FieldError[] {
  const { labels } = template?.metadata ?? {};
  if (selector && matchesLabels(selectorOf(selector) ?? [], labels)) return [];
  const text = '`selector` does not match template `labels`';
  return [fieldInvalid(`${path}.template.metadata.labels`, labels ? sortedDeep(labels) : null, text)];
}

/** Pods that are kept running run always, and for ever. */
export function foreverErrors(template: PodTemplateSpec | undefined, title: string): readonly FieldError[] {
  const { restartPolicy = 'Always', activeDeadlineSeconds } = template?.spec ?? {};
  const field = 'spec.template.spec';
  return [
    ...(restartPolicy === 'Always' ? [] : [fieldNotSupported(`${field}.restartPolicy`, restartPolicy, ['Always'])]),
    ...(activeDeadlineSeconds === undefined
      ? []
      : [fieldForbidden(`${field}.activeDeadlineSeconds`, `activeDeadlineSeconds in ${title} is not Supported`)]),
  ];
}

/** Selector there, right and not empty, and matching the template; the template's pod right. */
export function validateTemplate(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  kind: string,
): readonly FieldError[] {
  const errors = selectorErrors(selector, kind);
  if (selector && validateSelector(selector, 'spec.selector').length > 0) {
    return [...errors, fieldInvalid('spec.selector', goSelector(selector), 'invalid label selector')];
  }
  // An empty selector matches everything, and is not compared with the labels.
  const isEmpty = selector !== undefined && isEmptySelector(selector);
  return [
    ...errors,
    ...(isEmpty ? [] : mismatchErrors(selector, template)),
    ...validatePodTemplate(template, 'spec.template'),
    ...foreverErrors(template, 'ReplicaSet'),
  ];
}

/** Upstream: ValidateDaemonSetSpec. */
export function validateDaemonSpec(spec: DaemonSetSpec | undefined): readonly FieldError[] {
  const { selector, template } = spec ?? {};
  const faults = validateSelector(selector, 'spec.selector');
  return [
    ...faults,
    ...(faults.length > 0 || (selector && isEmptySelector(selector)) ? [] : mismatchErrors(selector, template)),
    ...(selector && isEmptySelector(selector)
      ? [fieldInvalid('spec.selector', {}, 'empty selector is invalid for daemonset')]
      : []),
    ...validatePodTemplate(template, 'spec.template'),
    ...foreverErrors(template, 'DaemonSet'),
    ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...validateDaemonStrategy(spec),
    ...notNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit),
  ];
}

/** Type and numbers of a Deployment's strategy, in upstream's order. */
export function validateStrategy(spec: DeploymentSpec | undefined): readonly FieldError[] {
  const { type, rollingUpdate } = spec?.strategy ?? {};
  const field = 'spec.strategy';
  if (type === 'Recreate' && rollingUpdate) {
    const text = "may not be specified when strategy `type` is 'Recreate'";
    return [fieldForbidden(`${field}.rollingUpdate`, text)];
  }
  if (type && type !== 'Recreate' && type !== 'RollingUpdate') {
    return [fieldNotSupported(field, goStrategy(type, rollingUpdate), ['Recreate', 'RollingUpdate'])];
  }
  if (!rollingUpdate) return [];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const errors = [
    ...intOrPercent(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable),
    ...intOrPercent(`${field}.rollingUpdate.maxSurge`, maxSurge),
  ];
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0) {
    const text = 'may not be 0 when `maxSurge` is 0';
    errors.push(fieldInvalid(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable, text));
  }
  return [...errors, ...notAboveHundredPercent(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable)];
}

/** A strategy as Go's own form prints it. */
const goStrategy = (
  type: string,
  rollingUpdate: { readonly maxUnavailable?: number | string; readonly maxSurge?: number | string } | undefined,
): unknown => ({
  Type: type,
  RollingUpdate: rollingUpdate
    ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
    : null,
});

/** The number of a count or of a share; 0 for what is neither. Upstream: getIntOrPercentValue. */
export function amountOf(value: number | string | undefined): number {
  if (typeof value === 'number') return value;
  return Number(/^([0-9]+)%?$/.exec(value ?? '')?.[1] ?? 0);
}

/** Upstream: ValidateDaemonSetUpdateStrategy. */
function validateDaemonStrategy(spec: DaemonSetSpec | undefined): readonly FieldError[] {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  const field = 'spec.updateStrategy';
  if (type === 'OnDelete') return [];
  if (type && type !== 'RollingUpdate') {
    return [fieldNotSupported(field, goStrategy(type, rollingUpdate), ['RollingUpdate', 'OnDelete'])];
  }
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const at = `${field}.rollingUpdate`;
  const errors = [
    ...intOrPercent(`${at}.maxUnavailable`, maxUnavailable),
    ...intOrPercent(`${at}.maxSurge`, maxSurge),
    ...notAboveHundredPercent(`${at}.maxUnavailable`, maxUnavailable),
    ...notAboveHundredPercent(`${at}.maxSurge`, maxSurge),
  ];
  const [hasUnavailable, hasSurge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (hasUnavailable && hasSurge) {
    errors.push(fieldInvalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!hasUnavailable && !hasSurge) {
    errors.push(fieldRequired(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return errors;
}

/** Upstream: validateStatefulSetUpdateStrategy. */
function validateSetStrategy(spec: StatefulSetSpec | undefined): readonly FieldError[] {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  const field = 'spec.updateStrategy';
  if (!type) return [fieldRequired(field)];
  if (type === 'OnDelete') {
    const text = `only allowed for updateStrategy 'RollingUpdate'`;
    return rollingUpdate ? [fieldInvalid(`${field}.rollingUpdate`, goPartition(rollingUpdate), text)] : [];
  }
  if (type !== 'RollingUpdate') {
    const value = { Type: type, RollingUpdate: rollingUpdate ? goPartition(rollingUpdate) : null };
    return [fieldInvalid(field, value, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  const { partition, maxUnavailable } = (rollingUpdate ?? {}) as Partition;
  const at = `${field}.rollingUpdate.maxUnavailable`;
  return [
    ...notNegative(`${field}.rollingUpdate.partition`, partition),
    ...intOrPercent(at, maxUnavailable),
    ...(maxUnavailable !== undefined && amountOf(maxUnavailable) === 0
      ? [fieldInvalid(at, maxUnavailable, 'cannot be 0')]
      : []),
    ...notAboveHundredPercent(at, maxUnavailable),
  ];
}

interface Partition {
  readonly partition?: number;
  readonly maxUnavailable?: number | string;
}

const goPartition = ({ partition, maxUnavailable }: Partition): unknown => ({
  Partition: partition ?? 0,
  MaxUnavailable: maxUnavailable ?? null,
});

/** Every claim template is a volume that mounts may name. */
function withClaims(
  template: PodTemplateSpec | undefined,
  claims: readonly PersistentVolumeClaim[],
): PodTemplateSpec | undefined {
  if (!template?.spec || claims.length === 0) return template;
  const names = new Set(claims.map(({ metadata }) => metadata?.name ?? ''));
  const volumes: Volume[] = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const own = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  return { ...template, spec: { ...template.spec, volumes: [...own, ...volumes] } };
}

/** Upstream: ValidateStatefulSetSpec. */
export function validateSetSpec(spec: StatefulSetSpec | undefined): readonly FieldError[] {
  const { podManagementPolicy, selector, template, volumeClaimTemplates = [] } = spec ?? {};
  const { whenDeleted, whenScaled } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  const errors: FieldError[] = [];
  if (!podManagementPolicy) errors.push(fieldRequired('spec.podManagementPolicy'));
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel') {
    const text = "must be 'OrderedReady' or 'Parallel'";
    errors.push(fieldInvalid('spec.podManagementPolicy', podManagementPolicy, text));
  }
  errors.push(
    ...validateSetStrategy(spec),
    ...oneOf('spec.persistentVolumeClaimRetentionPolicy.whenDeleted', whenDeleted, ['Retain', 'Delete']),
    ...oneOf('spec.persistentVolumeClaimRetentionPolicy.whenScaled', whenScaled, ['Retain', 'Delete']),
    ...notNegative('spec.replicas', spec?.replicas),
    ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...notNegative('spec.ordinals.start', spec?.ordinals?.start),
    ...selectorErrors(selector, 'statefulset'),
  );
  if (selector && validateSelector(selector, 'spec.selector').length > 0) {
    errors.push(fieldInvalid('spec.selector', goSelector(selector), ''));
  } else {
    const isEmpty = selector !== undefined && isEmptySelector(selector);
    if (!isEmpty) errors.push(...mismatchErrors(selector, template));
    errors.push(...validatePodTemplate(withClaims(template, volumeClaimTemplates), 'spec.template'));
  }
  return [...errors, ...foreverErrors(template, 'StatefulSet')];
}

/** What only a new StatefulSet is judged by. */
export function validateSetCreate(spec: StatefulSetSpec | undefined): readonly FieldError[] {
  const { serviceName, volumeClaimTemplates = [] } = spec ?? {};
  const faults = serviceName ? nameFaults('label', serviceName) : [];
  return [
    ...faults.map((text) => fieldInvalid('spec.serviceName', serviceName, text)),
    ...volumeClaimTemplates.flatMap((claim, index) => {
      const field = `spec.volumeClaimTemplates[${index}]`;
      const name = claim.metadata?.name ?? '';
      return [
        ...(name ? [] : [fieldRequired(`${field}.metadata.name`, 'name or generateName is required')]),
        ...(name
          ? nameFaults('subdomain', name).map((text) => fieldInvalid(`${field}.metadata.name`, name, text))
          : []),
        ...validateClaimSpec(claim.spec, `${field}.spec`),
      ];
    }),
  ];
}
