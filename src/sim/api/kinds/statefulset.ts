/**
 * StatefulSet, ControllerRevision, ReplicationController, PodTemplate.
 * Upstream: pkg/apis/apps/{v1/defaults,validation/validation}.go, pkg/printers/internalversion/printers.go.
 */
import type { ControllerRevision, StatefulSet } from 'kubernetes-types/apps/v1';
import type {
  PersistentVolumeClaim,
  PodTemplate,
  PodTemplateSpec,
  ReplicationController,
} from 'kubernetes-types/core/v1';
import type { KindDefinition } from '../kind.ts';
import { immutable, isSame, notNegative, setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { fieldForbidden, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, templateColumns, textColumn } from './columns.ts';
import { validatePodTemplate } from './pod-rules.ts';
import { defaultTemplate } from './pod-template.ts';
import { defaultClaim } from './storage.ts';
import { status, stored } from './stored-kind.ts';
import { foreverErrors, mismatchErrors, validateSetCreate, validateSetSpec } from './workload-rules.ts';
import { SCALE } from './workloads.ts';

const UPDATE_TEXT =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export const statefulSetKind: KindDefinition<StatefulSet> = stored<StatefulSet>(
  'apps/v1',
  'StatefulSet',
  'statefulsets',
  'namespaced',
  {
    support: 'simulated',
    shortNames: ['sts'],
    categories: ['all'],
    hasGeneration: true,
    nameRule: 'label',
    subresources: [...status('StatefulSet'), SCALE],
    applyDefaults({ spec }) {
      if (!spec) return;
      setDefault(spec, 'podManagementPolicy', 'OrderedReady');
      setDefault(spec, 'updateStrategy', {});
      setDefault(spec.updateStrategy!, 'type', 'RollingUpdate');
      if (spec.updateStrategy!.type === 'RollingUpdate') {
        setDefault(spec.updateStrategy!, 'rollingUpdate', {});
        setDefault(spec.updateStrategy!.rollingUpdate!, 'partition', 0);
      }
      setDefault(spec, 'persistentVolumeClaimRetentionPolicy', {});
      setDefault(spec.persistentVolumeClaimRetentionPolicy!, 'whenDeleted', 'Retain');
      setDefault(spec.persistentVolumeClaimRetentionPolicy!, 'whenScaled', 'Retain');
      setDefault(spec, 'replicas', 1);
      setDefault(spec, 'revisionHistoryLimit', 10);
      defaultTemplate(spec.template);
      for (const claim of spec.volumeClaimTemplates ?? []) {
        setDefault(claim, 'apiVersion', 'v1');
        setDefault(claim, 'kind', 'PersistentVolumeClaim');
        defaultClaim(claim as PersistentVolumeClaim);
        setDefault(claim, 'status', { phase: 'Pending' });
      }
    },
    prepareForCreate(set) {
      Object.assign(set, { status: { replicas: 0, availableReplicas: 0 } });
    },
    validate: ({ spec }) => validateSetSpec(spec),
    validateCreate: ({ spec }) => validateSetCreate(spec),
    validateUpdate(next, old) {
      return isSame(fixedPart(next), fixedPart(old)) ? [] : [fieldForbidden('spec', UPDATE_TEXT)];
    },
    columns: [
      nameColumn(),
      textColumn('Ready', (set) => `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? 0}`),
      ageColumn(),
      ...templateColumns<StatefulSet>(({ spec }) => spec?.template),
    ],
  },
);

/** What of a StatefulSet's spec may never change. */
function fixedPart({ spec }: StatefulSet): unknown {
  const {
    replicas: _replicas,
    ordinals: _ordinals,
    template: _template,
    updateStrategy: _strategy,
    revisionHistoryLimit: _limit,
    persistentVolumeClaimRetentionPolicy: _retention,
    minReadySeconds: _seconds,
    ...rest
  } = spec ?? ({} as NonNullable<StatefulSet['spec']>);
  return rest;
}

export const controllerRevisionKind: KindDefinition<ControllerRevision> = stored<ControllerRevision>(
  'apps/v1',
  'ControllerRevision',
  'controllerrevisions',
  'namespaced',
  {
    support: 'simulated',
    validateUpdate: (next, old) => immutable('data', next.data, old.data),
    columns: [
      nameColumn(),
      textColumn('Controller', ({ metadata }) => {
        const owner = metadata.ownerReferences?.find(({ controller }) => controller);
        return owner ? `${ownerText(owner)}/${owner.name}` : '<none>';
      }),
      textColumn('Revision', ({ revision }) => revision),
      ageColumn(),
    ],
  },
);

/** `statefulset.apps`. */
function ownerText({ kind, apiVersion }: { readonly kind: string; readonly apiVersion: string }): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind.toLowerCase()}${group}`;
}

/** Upstream: ValidatePodTemplateSpecForRC. */
function validateControllerTemplate(
  template: PodTemplateSpec,
  selector: Readonly<Record<string, string>> = {},
): readonly FieldError[] {
  const isEmpty = Object.keys(selector).length === 0;
  return [
    ...(isEmpty ? [] : mismatchErrors({ matchLabels: selector }, template)),
    ...validatePodTemplate(template, 'spec.template'),
    ...foreverErrors(template, 'ReplicationController'),
  ];
}

export const replicationControllerKind: KindDefinition<ReplicationController> = stored<ReplicationController>(
  'v1',
  'ReplicationController',
  'replicationcontrollers',
  'namespaced',
  {
    shortNames: ['rc'],
    support: 'simulated',
    categories: ['all'],
    etcdPrefix: 'controllers',
    hasGeneration: true,
    subresources: [...status('ReplicationController'), SCALE],
    selectableFields: { 'status.replicas': ({ status: found }) => String(found?.replicas ?? 0) },
    applyDefaults(controller) {
      const { spec } = controller;
      if (!spec) return;
      const labels = spec.template?.metadata?.labels;
      if (labels) {
        if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = labels;
        const { metadata } = controller;
        if (metadata && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels;
      }
      setDefault(spec, 'replicas', 1);
      defaultTemplate(spec.template);
    },
    prepareForCreate(controller) {
      Object.assign(controller, { status: { replicas: 0 } });
    },
    validate: ({ spec }) => [
      ...notNegative('spec.minReadySeconds', spec?.minReadySeconds),
      ...(Object.keys(spec?.selector ?? {}).length === 0 ? [fieldRequired('spec.selector')] : []),
      ...notNegative('spec.replicas', spec?.replicas),
      ...(spec?.template ? validateControllerTemplate(spec.template, spec.selector) : [fieldRequired('spec.template')]),
    ],
    columns: [
      nameColumn(),
      textColumn('Desired', ({ spec }) => spec?.replicas ?? 0),
      textColumn('Current', (controller) => controller.status?.replicas ?? 0),
      textColumn('Ready', (controller) => controller.status?.readyReplicas ?? 0),
      ageColumn(),
      ...templateColumns<ReplicationController>(({ spec }) => spec?.template),
      textColumn(
        'Selector',
        ({ spec }) => formatSelector(spec?.selector ? { matchLabels: spec.selector } : undefined),
        1,
      ),
    ],
  },
);

export const podTemplateKind: KindDefinition<PodTemplate> = stored<PodTemplate>(
  'v1',
  'PodTemplate',
  'podtemplates',
  'namespaced',
  {
    hasGeneration: true,
    applyDefaults: ({ template }) => defaultTemplate(template),
    validate: ({ template }) => validatePodTemplate(template, 'template'),
    columns: [
      nameColumn(),
      ...templateColumns<PodTemplate>(({ template }) => template).map((column) => ({ ...column, priority: 0 })),
      textColumn('Pod Labels', ({ template }) => {
        const labels = Object.entries(template?.metadata?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
        return labels.sort().join(',') || '<none>';
      }),
    ],
  },
);
