/**
 * Deployment, ReplicaSet, DaemonSet: defaults, rules, columns.
 * Upstream: pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation/validation.go.
 */
import type { DaemonSet, Deployment, ReplicaSet } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { KindDefinition, Subresource } from '../kind.ts';
import { formatSelector, matchesLabels, selectorOf } from '../selectors.ts';
import { fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './columns.ts';
import { defaultPodSpec, setDefault, validatePodSpec } from './pod-template.ts';

const STATUS = (kind: string): Subresource => ({ name: 'status', kind, verbs: ['get', 'patch', 'update'] });
const SCALE: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};

export function defaultTemplate(template: PodTemplateSpec | undefined): void {
  if (template?.spec) defaultPodSpec(template.spec);
}

/** Selector there, not empty, and matching the template; the template's pod right. */
export function validateTemplate(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  restartPolicies: readonly string[] = ['Always'],
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!selector) errors.push(fieldRequired('spec.selector'));
  else if (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0) {
    errors.push(fieldInvalid('spec.selector', {}, 'empty selector is invalid for deployment'));
  }
  const labels = template?.metadata?.labels ?? {};
  if (selector && !matchesLabels(selectorOf(selector) ?? [], labels)) {
    errors.push(fieldInvalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  errors.push(...validatePodSpec(template?.spec, 'spec.template.spec'));
  const policy = template?.spec?.restartPolicy;
  if (policy && !restartPolicies.includes(policy)) {
    errors.push(fieldNotSupported('spec.template.spec.restartPolicy', policy, restartPolicies));
  }
  return errors;
}

export function immutableSelector(
  next: LabelSelector | undefined,
  old: LabelSelector | undefined,
): readonly FieldError[] {
  return next === old || JSON.stringify(next) === JSON.stringify(old)
    ? []
    : [fieldInvalid('spec.selector', next ?? null, 'field is immutable')];
}

export function notNegative(field: string, value: number | undefined): readonly FieldError[] {
  return (value ?? 0) < 0 ? [fieldInvalid(field, value, 'must be greater than or equal to 0')] : [];
}

function validateIntOrPercent(field: string, value: number | string | undefined): readonly FieldError[] {
  if (typeof value === 'number') return notNegative(field, value);
  if (value === undefined || /^\d+%$/.test(value)) return [];
  return [
    fieldInvalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ),
  ];
}

export const deploymentKind: KindDefinition<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  isNamespaced: true,
  support: 'simulated',
  hasGeneration: true,
  subresources: [STATUS('Deployment'), SCALE],
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'replicas', 1);
    setDefault(spec, 'strategy', {});
    setDefault(spec.strategy!, 'type', 'RollingUpdate');
    if (spec.strategy!.type === 'RollingUpdate') {
      setDefault(spec.strategy!, 'rollingUpdate', {});
      setDefault(spec.strategy!.rollingUpdate!, 'maxUnavailable', '25%');
      setDefault(spec.strategy!.rollingUpdate!, 'maxSurge', '25%');
    }
    setDefault(spec, 'revisionHistoryLimit', 10);
    setDefault(spec, 'progressDeadlineSeconds', 600);
    defaultTemplate(spec.template);
  },
  prepareForCreate(deployment) {
    Object.assign(deployment, { status: {} });
  },
  validate({ spec }) {
    const errors = [
      ...notNegative('spec.replicas', spec?.replicas),
      ...validateTemplate(spec?.selector, spec?.template),
    ];
    const { type, rollingUpdate } = spec?.strategy ?? {};
    if (type && type !== 'Recreate' && type !== 'RollingUpdate') {
      errors.push(fieldNotSupported('spec.strategy.type', type, ['Recreate', 'RollingUpdate']));
    }
    if (type === 'Recreate' && rollingUpdate) {
      errors.push({
        type: 'FieldValueForbidden',
        field: 'spec.strategy.rollingUpdate',
        message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
      });
    }
    const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
    errors.push(...validateIntOrPercent('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable));
    errors.push(...validateIntOrPercent('spec.strategy.rollingUpdate.maxSurge', maxSurge));
    const isZero = (value: number | string | undefined): boolean => value === 0 || value === '0%' || value === '0';
    if (isZero(maxUnavailable) && isZero(maxSurge)) {
      errors.push(
        fieldInvalid('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, 'may not be 0 when `maxSurge` is 0'),
      );
    }
    if (spec?.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0)) {
      errors.push(
        fieldInvalid(
          'spec.progressDeadlineSeconds',
          spec.progressDeadlineSeconds,
          'must be greater than minReadySeconds',
        ),
      );
    }
    return errors;
  },
  validateUpdate: (next, old) => immutableSelector(next.spec?.selector, old.spec?.selector),
  columns: [
    nameColumn(),
    textColumn('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
    textColumn('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
    textColumn('Available', ({ status }) => status?.availableReplicas ?? 0),
    ageColumn(),
    ...templateColumns<Deployment>(({ spec }) => spec?.template),
    textColumn('Selector', ({ spec }) => formatSelector(spec?.selector), 1),
  ],
};

export const replicaSetKind: KindDefinition<ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  isNamespaced: true,
  support: 'simulated',
  hasGeneration: true,
  subresources: [STATUS('ReplicaSet'), SCALE],
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'replicas', 1);
    defaultTemplate(spec.template);
  },
  prepareForCreate(set) {
    Object.assign(set, { status: { replicas: 0 } });
  },
  validate: ({ spec }) => [
    ...notNegative('spec.replicas', spec?.replicas),
    ...validateTemplate(spec?.selector, spec?.template),
  ],
  validateUpdate: (next, old) => immutableSelector(next.spec?.selector, old.spec?.selector),
  selectableFields: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  columns: [
    nameColumn(),
    textColumn('Desired', ({ spec }) => spec?.replicas ?? 0),
    textColumn('Current', ({ status }) => status?.replicas ?? 0),
    textColumn('Ready', ({ status }) => status?.readyReplicas ?? 0),
    ageColumn(),
    ...templateColumns<ReplicaSet>(({ spec }) => spec?.template),
    textColumn('Selector', ({ spec }) => formatSelector(spec?.selector), 1),
  ],
};

export const daemonSetKind: KindDefinition<DaemonSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  isNamespaced: true,
  support: 'simulated',
  hasGeneration: true,
  subresources: [STATUS('DaemonSet')],
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'updateStrategy', {});
    setDefault(spec.updateStrategy!, 'type', 'RollingUpdate');
    if (spec.updateStrategy!.type === 'RollingUpdate') {
      setDefault(spec.updateStrategy!, 'rollingUpdate', {});
      setDefault(spec.updateStrategy!.rollingUpdate!, 'maxUnavailable', 1);
      setDefault(spec.updateStrategy!.rollingUpdate!, 'maxSurge', 0);
    }
    setDefault(spec, 'revisionHistoryLimit', 10);
    defaultTemplate(spec.template);
  },
  prepareForCreate(set) {
    Object.assign(set, {
      status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    });
  },
  validate: ({ spec }) => validateTemplate(spec?.selector, spec?.template),
  validateUpdate: (next, old) => immutableSelector(next.spec?.selector, old.spec?.selector),
  columns: [
    nameColumn(),
    textColumn('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0),
    textColumn('Current', ({ status }) => status?.currentNumberScheduled ?? 0),
    textColumn('Ready', ({ status }) => status?.numberReady ?? 0),
    textColumn('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0),
    textColumn('Available', ({ status }) => status?.numberAvailable ?? 0),
    textColumn(
      'Node Selector',
      ({ spec }) =>
        Object.entries(spec?.template.spec?.nodeSelector ?? {})
          .map(([key, value]) => `${key}=${value}`)
          .join(',') || '<none>',
    ),
    ageColumn(),
    ...templateColumns<DaemonSet>(({ spec }) => spec?.template),
    textColumn('Selector', ({ spec }) => formatSelector(spec?.selector), 1),
  ],
};
