/**
 * What bounds and permits: LimitRange, ResourceQuota, PriorityClass, RuntimeClass and RBAC.
 * Upstream: pkg/apis/{core,scheduling,rbac}/validation, pkg/printers/internalversion/printers.go.
 */
import type { LimitRange, LimitRangeItem, ResourceQuota } from 'kubernetes-types/core/v1';
import type { RuntimeClass } from 'kubernetes-types/node/v1';
import type { PolicyRule, RoleBinding, RoleRef, Subject } from 'kubernetes-types/rbac/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { KindDefinition } from '../kind.ts';
import { nameFaults } from '../names.ts';
import type { KubeObject } from '../object.ts';
import { canonicalAmounts } from '../quantity.ts';
import { immutable, isSame, oneOf, setDefault } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { validateLimits } from './limit-rules.ts';
import { validateQuota } from './quota-rules.ts';
import { createdColumns, status, stored } from './stored-kind.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const USER_PRIORITY_MAX = 1_000_000_000;

const LIMIT_FIELDS = ['max', 'min', 'default', 'defaultRequest'] as const;

/** Adds the amounts that a field does not have yet; writes nothing when it has them all. */
function fillIn(
  item: LimitRangeItem,
  field: 'default' | 'defaultRequest',
  amounts: Readonly<Record<string, string>> | undefined,
): void {
  const isComplete = Object.keys(amounts ?? {}).every((name) => item[field]?.[name] !== undefined);
  if (!isComplete) item[field] = { ...amounts, ...item[field] };
}

const limitRangeKind: KindDefinition<LimitRange> = stored<LimitRange>('v1', 'LimitRange', 'limitranges', 'namespaced', {
  shortNames: ['limits'],
  support: 'simulated',
  canCreateOnUpdate: true,
  applyDefaults({ spec }) {
    for (const item of spec?.limits ?? []) {
      for (const field of LIMIT_FIELDS) {
        const amounts = canonicalAmounts(item[field]);
        if (amounts !== item[field]) item[field] = amounts!;
      }
      if (item.type !== 'Container') continue;
      // Each falls back on the one before: what may be used at most, is given, is asked for.
      fillIn(item, 'default', item.max);
      fillIn(item, 'defaultRequest', item.default);
      fillIn(item, 'defaultRequest', item.min);
    }
  },
  validate: validateLimits,
  columns: createdColumns(),
});

/** `cpu: 1/2, pods: 3/4`, of the resources for which it holds. */
function quotaText({ spec, status: found }: ResourceQuota, isLimit: boolean): string {
  return Object.keys(found?.hard ?? spec?.hard ?? {})
    .filter((name) => name.startsWith('limits.') === isLimit)
    .sort()
    .map((name) => `${name}: ${found?.used?.[name] ?? '0'}/${found?.hard?.[name] ?? spec?.hard?.[name] ?? ''}`)
    .join(', ');
}

const quotaKind: KindDefinition<ResourceQuota> = stored<ResourceQuota>(
  'v1',
  'ResourceQuota',
  'resourcequotas',
  'namespaced',
  {
    shortNames: ['quota'],
    support: 'simulated',
    subresources: status('ResourceQuota'),
    applyDefaults({ spec }) {
      const hard = canonicalAmounts(spec?.hard);
      if (spec && hard && hard !== spec.hard) spec.hard = hard;
    },
    prepareForCreate(quota) {
      quota.status = {};
    },
    validate: ({ spec }) => validateQuota(spec ?? {}),
    validateUpdate: (next, old) =>
      isSame(next.spec?.scopes ?? [], old.spec?.scopes ?? [])
        ? []
        : [fieldInvalid('spec.scopes', next.spec?.scopes ?? null, 'field is immutable')],
    columns: [
      nameColumn(),
      textColumn('Request', (quota) => quotaText(quota, false)),
      textColumn('Limit', (quota) => quotaText(quota, true)),
      ageColumn(),
    ],
  },
);

const priorityClassKind: KindDefinition<PriorityClass> = stored<PriorityClass>(
  'scheduling.k8s.io/v1',
  'PriorityClass',
  'priorityclasses',
  'cluster',
  {
    shortNames: ['pc'],
    support: 'simulated',
    applyDefaults: (item) => setDefault(item, 'preemptionPolicy', 'PreemptLowerPriority'),
    validate: ({ metadata, value, preemptionPolicy }) => {
      const isSystem = metadata?.name?.startsWith('system-') ?? false;
      const isBuiltIn = metadata?.name === 'system-node-critical' || metadata?.name === 'system-cluster-critical';
      const errors: FieldError[] = [];
      if (isSystem && !isBuiltIn) {
        const text = `priority class names with 'system-' prefix are reserved for system use only. error: ${metadata!.name} is not a known system priority class`;
        errors.push(fieldForbidden('metadata.name', text));
      } else if (!isSystem && value > USER_PRIORITY_MAX) {
        errors.push(
          fieldForbidden('value', `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`),
        );
      }
      return [...errors, ...oneOf('preemptionPolicy', preemptionPolicy, ['PreemptLowerPriority', 'Never'])];
    },
    validateUpdate: (next, old) => [
      ...(next.value === old.value ? [] : [fieldForbidden('value', 'may not be changed in an update.')]),
      ...immutable('preemptionPolicy', next.preemptionPolicy, old.preemptionPolicy),
    ],
    columns: [
      nameColumn(),
      textColumn('Value', ({ value }) => value),
      textColumn('Global-Default', ({ globalDefault }) => String(globalDefault ?? false)),
      ageColumn(),
      textColumn('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy ?? '<unset>'),
    ],
  },
);

function validateRules(rules: readonly PolicyRule[] | undefined, isNamespaced: boolean): readonly FieldError[] {
  return (rules ?? []).flatMap((rule, index) => {
    const field = `rules[${index}]`;
    const errors: FieldError[] = [];
    const urls = rule.nonResourceURLs ?? [];
    if ((rule.verbs ?? []).length === 0)
      errors.push(fieldRequired(`${field}.verbs`, 'verbs must contain at least one value'));
    if (urls.length > 0) {
      if (isNamespaced) {
        const text = 'namespaced rules cannot apply to non-resource URLs';
        errors.push(fieldInvalid(`${field}.nonResourceURLs`, urls, text));
      }
      if ((rule.apiGroups ?? []).length + (rule.resources ?? []).length > 0) {
        const text = 'rules cannot apply to both regular resources and non-resource URLs';
        errors.push(fieldInvalid(`${field}.nonResourceURLs`, urls, text));
      }
      return errors;
    }
    if ((rule.apiGroups ?? []).length === 0) {
      errors.push(fieldRequired(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
    }
    if ((rule.resources ?? []).length === 0) {
      errors.push(fieldRequired(`${field}.resources`, 'resource rules must supply at least one resource'));
    }
    return errors;
  });
}

type Rules = KubeObject & { rules?: readonly PolicyRule[] };

const role = (kind: string, plural: string, isNamespaced: boolean): KindDefinition<Rules> =>
  stored<Rules>(RBAC, kind, plural, isNamespaced ? 'namespaced' : 'cluster', {
    support: 'simulated',
    nameRule: 'path',
    canCreateOnUpdate: true,
    validate: ({ rules }) => validateRules(rules, isNamespaced),
    columns: createdColumns(),
  });

const RBAC_GROUP = 'rbac.authorization.k8s.io';

function validateBinding(
  { roleRef, subjects = [] }: RoleBinding,
  roles: readonly string[],
  isNamespaced: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (roleRef?.apiGroup !== RBAC_GROUP) {
    errors.push(fieldNotSupported('roleRef.apiGroup', roleRef?.apiGroup ?? '', [RBAC_GROUP]));
  }
  if (!roles.includes(roleRef?.kind ?? '')) errors.push(fieldNotSupported('roleRef.kind', roleRef?.kind ?? '', roles));
  if (!roleRef?.name) errors.push(fieldRequired('roleRef.name'));
  subjects.forEach((subject, index) => {
    const field = `subjects[${index}]`;
    if (!subject.name) errors.push(fieldRequired(`${field}.name`));
    if (!['ServiceAccount', 'User', 'Group'].includes(subject.kind)) {
      errors.push(fieldNotSupported(`${field}.kind`, subject.kind, ['ServiceAccount', 'User', 'Group']));
    } else if (subject.kind !== 'ServiceAccount' && subject.apiGroup !== RBAC_GROUP) {
      errors.push(fieldNotSupported(`${field}.apiGroup`, subject.apiGroup ?? '', [RBAC_GROUP]));
    } else if (subject.kind === 'ServiceAccount') {
      const faults = subject.name ? nameFaults('subdomain', subject.name) : [];
      errors.push(...faults.map((text) => fieldInvalid(`${field}.name`, subject.name, text)));
      if (subject.apiGroup) errors.push(fieldNotSupported(`${field}.apiGroup`, subject.apiGroup, ['']));
      if (!isNamespaced && !subject.namespace) errors.push(fieldRequired(`${field}.namespace`));
    }
  });
  return errors;
}

const names = (subjects: readonly Subject[] | undefined, kind: string): string =>
  (subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

const binding = (kind: string, plural: string, roles: readonly string[]): KindDefinition<RoleBinding> => {
  const isNamespaced = roles.length > 1;
  return stored<RoleBinding>(RBAC, kind, plural, isNamespaced ? 'namespaced' : 'cluster', {
    support: 'simulated',
    nameRule: 'path',
    canCreateOnUpdate: true,
    applyDefaults({ roleRef, subjects }) {
      const reference = roleRef as RoleRef | undefined;
      if (reference && !reference.apiGroup) reference.apiGroup = RBAC_GROUP;
      for (const subject of subjects ?? []) {
        if (subject.apiGroup === undefined && subject.kind !== 'ServiceAccount') subject.apiGroup = RBAC_GROUP;
      }
    },
    validate: (item) => validateBinding(item, roles, isNamespaced),
    validateUpdate: (next, old) =>
      isSame(next.roleRef, old.roleRef) ? [] : [fieldInvalid('roleRef', next.roleRef, 'cannot change roleRef')],
    columns: [
      nameColumn(),
      textColumn('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
      ageColumn(),
      textColumn('Users', ({ subjects }) => names(subjects, 'User'), 1),
      textColumn('Groups', ({ subjects }) => names(subjects, 'Group'), 1),
      textColumn('ServiceAccounts', ({ subjects }) => names(subjects, 'ServiceAccount'), 1),
    ],
  });
};

export const POLICY_KINDS = [
  limitRangeKind,
  quotaKind,
  priorityClassKind,
  stored<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', 'cluster', {
    support: 'simulated',
    canCreateOnUpdate: true,
    validate: ({ handler = '' }) => nameFaults('label', handler).map((text) => fieldInvalid('handler', handler, text)),
    validateUpdate: (next, old) => immutable('handler', next.handler, old.handler),
    columns: [nameColumn(), textColumn('Handler', ({ handler }) => handler), ageColumn()],
  }),
  role('ClusterRole', 'clusterroles', false),
  role('Role', 'roles', true),
  binding('ClusterRoleBinding', 'clusterrolebindings', ['ClusterRole']),
  binding('RoleBinding', 'rolebindings', ['Role', 'ClusterRole']),
] as readonly KindDefinition[];
