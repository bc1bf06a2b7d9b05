/**
 * Deployment, ReplicaSet, DaemonSet: defaults, rules, columns.
 * Upstream: pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation/validation.go.
 */
import type { DaemonSet, Deployment, DeploymentSpec, ReplicaSet } from 'kubernetes-types/apps/v1';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1';
import type { LabelSelector } from 'kubernetes-types/meta/v1';
import type { KindDefinition, Subresource } from '../kind.ts';
import { validateSelector } from '../names.ts';
import {
  immutable,
  intOrPercent,
  isEmptySelector,
  isSame,
  notAboveHundredPercent,
  notNegative,
  oneOf,
  setDefault,
} from '../rules.ts';
import { formatSelector, matchesLabels, selectorOf } from '../selectors.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './columns.ts';
import { validatePodTemplate, validateTemplateMetadata } from './pod-rules.ts';
import { defaultTemplate } from './pod-template.ts';

export const STATUS = (kind: string): Subresource => ({ name: 'status', kind, verbs: ['get', 'patch', 'update'] });
export const SCALE: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};

/**
 * Selector there, not empty, and matching the template; the template's pod right. `owner` is how the text calls the kind.
 * A StatefulSet's pod is left to the day it is made: its mounts may name volumes that come from claim templates.
 */
export function validateTemplate(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
  owner = 'deployment',
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!selector) errors.push(fieldRequired('spec.selector'));
  else {
    errors.push(...validateSelector(selector, 'spec.selector'));
    if (isEmptySelector(selector)) {
      errors.push(fieldInvalid('spec.selector', selector, `empty selector is invalid for ${owner}`));
    }
  }
  const { labels } = template?.metadata ?? {};
  // No selector matches nothing, and is a second fault.
  if (!selector || !matchesLabels(selectorOf(selector) ?? [], labels)) {
    const text = '`selector` does not match template `labels`';
    errors.push(fieldInvalid('spec.template.metadata.labels', labels ?? null, text));
  }
  errors.push(...(owner === 'statefulset' ? validateTemplateMetadata : validatePodTemplate)(template, 'spec.template'));
  const { restartPolicy, activeDeadlineSeconds } = template?.spec ?? {};
  if (restartPolicy && restartPolicy !== 'Always' && ['Never', 'OnFailure'].includes(restartPolicy)) {
    errors.push(fieldNotSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const text = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(fieldForbidden('spec.template.spec.activeDeadlineSeconds', text));
  }
  return errors;
}

/** Type and numbers of a Deployment's strategy, in upstream's order. */
function validateStrategy(spec: DeploymentSpec | undefined): readonly FieldError[] {
  const { type, rollingUpdate } = spec?.strategy ?? {};
  const field = 'spec.strategy';
  if (type === 'Recreate' && rollingUpdate) {
    const text = "may not be specified when strategy `type` is 'Recreate'";
    return [fieldForbidden(`${field}.rollingUpdate`, text)];
  }
  if (type && type !== 'Recreate' && type !== 'RollingUpdate') {
    const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
    const inner = rollingUpdate ? { MaxUnavailable: maxUnavailable ?? 0, MaxSurge: maxSurge ?? 0 } : null;
    return [fieldNotSupported(field, { Type: type, RollingUpdate: inner }, ['Recreate', 'RollingUpdate'])];
  }
  if (!rollingUpdate) return [];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const errors = [
    ...intOrPercent(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable),
    ...intOrPercent(`${field}.rollingUpdate.maxSurge`, maxSurge),
  ];
  const isZero = (value: number | string | undefined): boolean => value === 0 || value === '0%';
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    const text = 'may not be 0 when `maxSurge` is 0';
    errors.push(fieldInvalid(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable, text));
  }
  return [...errors, ...notAboveHundredPercent(`${field}.rollingUpdate.maxUnavailable`, maxUnavailable)];
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
    const deadline = spec?.progressDeadlineSeconds;
    return [
      ...notNegative('spec.replicas', spec?.replicas),
      ...validateTemplate(spec?.selector, spec?.template),
      ...validateStrategy(spec),
      ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
      ...notNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit),
      ...notNegative('spec.progressDeadlineSeconds', deadline),
      ...(deadline !== undefined && deadline <= (spec?.minReadySeconds ?? 0)
        ? [fieldInvalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
        : []),
    ];
  },
  validateUpdate: (next, old) => immutable('spec.selector', next.spec?.selector, old.spec?.selector),
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
    ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...validateTemplate(spec?.selector, spec?.template),
  ],
  validateUpdate: (next, old) => immutable('spec.selector', next.spec?.selector, old.spec?.selector),
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

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** How many templates the set has had, as an annotation. Upstream: pkg/apis/apps/v1/conversion.go. */
function countTemplates(set: DaemonSet, count: number): void {
  const { annotations } = set.metadata ?? {};
  if (annotations?.[TEMPLATE_GENERATION] === String(count)) return;
  set.metadata = { ...set.metadata, annotations: { ...annotations, [TEMPLATE_GENERATION]: String(count) } };
}

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
    countTemplates(set, 1);
    Object.assign(set, {
      status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    });
  },
  prepareForUpdate(next, old) {
    const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
    countTemplates(next, isSame(next.spec?.template, old.spec?.template) ? before : before + 1);
  },
  validate: ({ spec }) => [
    ...validateTemplate(spec?.selector, spec?.template, 'daemonset'),
    ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
    ...oneOf('spec.updateStrategy.type', spec?.updateStrategy?.type, ['RollingUpdate', 'OnDelete']),
    ...notNegative('spec.revisionHistoryLimit', spec?.revisionHistoryLimit),
  ],
  validateUpdate: (next, old) => immutable('spec.selector', next.spec?.selector, old.spec?.selector),
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
