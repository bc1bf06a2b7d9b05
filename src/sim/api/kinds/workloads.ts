/**
 * Deployment, ReplicaSet, DaemonSet: defaults, rules, columns.
 * Upstream: pkg/apis/apps/v1/defaults.go, pkg/apis/apps/validation/validation.go.
 */
import type { DaemonSet, Deployment, ReplicaSet } from 'kubernetes-types/apps/v1';
import type { KindDefinition, Subresource } from '../kind.ts';
import { immutable, isSame, notNegative, setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { fieldInvalid } from '../status.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './columns.ts';
import { defaultTemplate } from './pod-template.ts';
import { validateDaemonSpec, validateStrategy, validateTemplate } from './workload-rules.ts';

export const STATUS = (kind: string): Subresource => ({ name: 'status', kind, verbs: ['get', 'patch', 'update'] });
export const SCALE: Subresource = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};

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
      ...validateTemplate(spec?.selector, spec?.template, 'deployment'),
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
    ...validateTemplate(spec?.selector, spec?.template, 'deployment'),
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
  validate: ({ spec }) => validateDaemonSpec(spec),
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
