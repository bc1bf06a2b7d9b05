/**
 * `kubectl auth reconcile`: what a role or a binding lacks is added, and nothing taken away unless it is asked for.
 * Upstream: kubectl/pkg/cmd/auth/reconcile.go, component-helpers/auth/rbac/{reconciliation,validation}. Left out: aggregation rules.
 */
import type { PolicyRule, RoleRef, Subject } from 'kubernetes-types/rbac/v1';
import { createObject } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { selectionOf, targetsOf, type Target } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';

export const RECONCILE_FLAGS = flagsOf(
  `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} remove-extra-permissions:bool remove-extra-subjects:bool`,
);

type Texts = Readonly<Record<string, string>>;
type Granting = Live & {
  readonly rules?: readonly PolicyRule[] | null;
  readonly subjects?: readonly Subject[] | null;
  readonly roleRef?: RoleRef;
};

interface Outcome {
  readonly operation: 'none' | 'create' | 'update' | 'recreate';
  readonly object: Granting;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly isProtected: boolean;
}

const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate';

export function reconcile(session: Session): void {
  const { flags, dryRun, command } = session;
  if (flags.all('filename').length === 0 && !flags.text('kustomize')) throw failure('must specify one of -f and -k');
  if (dryRun === 'server')
    throw failure(`--dry-run=server for command ${command.split(' ').at(-1)} is not supported yet`);
  const tell = changePrinter(session);
  for (const target of targetsOf(session, selectionOf(session, []))) {
    const { group, kind } = target.resource;
    if (group !== 'rbac.authorization.k8s.io') continue;
    const isBinding = kind.endsWith('Binding');
    const outcome = outcomeOf(session, target, isBinding);
    const { operation, isProtected, missing, extra } = outcome;
    const isWritten = dryRun === 'none' && !(isProtected && operation !== 'create');
    tell('reconciled', isWritten ? written(session, target, outcome) : outcome.object);
    if (operation === 'none') continue;
    const caveat = isProtected ? `, but object opted out (${AUTO_UPDATE}: false)` : '';
    session.complain(`\treconciliation required ${operation}${caveat}`);
    const what = isBinding ? 'subjects' : 'rules';
    if (missing.length > 0)
      session.complain(`\tmissing ${what} added:\n${missing.map((item) => `\t\t${item}`).join('\n')}`);
    if (extra.length > 0 && removesExtra(session, isBinding))
      session.complain(`\textra ${what} removed:\n${extra.map((item) => `\t\t${item}`).join('\n')}`);
  }
}

const removesExtra = ({ flags }: Session, isBinding: boolean): boolean =>
  flags.bool(isBinding ? 'remove-extra-subjects' : 'remove-extra-permissions');

function outcomeOf(session: Session, { resource, namespace, name = '', object }: Target, isBinding: boolean): Outcome {
  const wanted = object as Granting;
  const live = session.rest.find<Granting>(resource, namespace, name);
  const shownAll = isBinding ? (wanted.subjects ?? []).map(subjectText) : (wanted.rules ?? []).map(ruleText);
  if (!live) return { operation: 'create', object: wanted, missing: shownAll, extra: [], isProtected: false };
  const isProtected = live.metadata.annotations?.[AUTO_UPDATE] === 'false';
  const labels = { ...wanted.metadata.labels, ...live.metadata.labels };
  const annotations = { ...wanted.metadata.annotations, ...live.metadata.annotations };
  const isMarked = isSame(labels, live.metadata.labels) && isSame(annotations, live.metadata.annotations);
  const next: Granting = isMarked ? live : { ...live, metadata: { ...live.metadata, labels, annotations } };
  const removes = removesExtra(session, isBinding);
  if (isBinding && JSON.stringify(refOf(wanted)) !== JSON.stringify(refOf(live)))
    return { operation: 'recreate', object: { ...wanted }, missing: [], extra: [], isProtected };
  if (isBinding) {
    const [have, want] = [live.subjects ?? [], wanted.subjects ?? []];
    const missing = without(want, have);
    const extra = without(have, want);
    const subjects = removes && extra.length > 0 ? want : [...have, ...missing];
    const isChanged = missing.length > 0 || (removes && extra.length > 0);
    return {
      operation: isChanged || !isMarked ? 'update' : 'none',
      object: isChanged ? { ...next, subjects } : next,
      missing: missing.map(subjectText),
      extra: extra.map(subjectText),
      isProtected,
    };
  }
  const [have, want] = [live.rules ?? [], wanted.rules ?? []];
  const missing = uncovered(have, want);
  const extra = uncovered(want, have);
  const rules = removes && extra.length > 0 ? want : [...have, ...missing];
  const isChanged = missing.length > 0 || (removes && extra.length > 0);
  return {
    operation: isChanged || !isMarked ? 'update' : 'none',
    object: isChanged ? { ...next, rules } : next,
    missing: missing.map(ruleText),
    extra: extra.map(ruleText),
    isProtected,
  };
}

const isSame = (left: Texts, right: Texts = {}): boolean =>
  Object.keys(left).length === Object.keys(right).length &&
  Object.entries(left).every(([key, value]) => right[key] === value);

const refOf = ({ roleRef }: Granting): readonly unknown[] => [roleRef?.apiGroup, roleRef?.kind, roleRef?.name];

function written(session: Session, { resource, namespace, name = '' }: Target, { operation, object }: Outcome): Live {
  const { rest } = session;
  switch (operation) {
    case 'none':
      return object;
    case 'update':
      return rest.json('PUT', pathOf(resource, namespace, name), { body: object }) as Live;
    case 'recreate':
      rest.json('DELETE', pathOf(resource, namespace, name), { body: { kind: 'DeleteOptions', apiVersion: 'v1' } });
      return createObject(session, resource, namespace, object, {});
    default:
      if (namespace) ensureNamespace(session, namespace);
      return createObject(session, resource, namespace, object, {});
  }
}

function ensureNamespace(session: Session, name: string): void {
  const namespaces = session.discovery.named('namespaces');
  if (session.rest.find(namespaces, '', name)) return;
  createObject(session, namespaces, '', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, {});
}

const isEqual = (left: Subject, right: Subject): boolean =>
  left.kind === right.kind && left.name === right.name && (left.namespace ?? '') === (right.namespace ?? '');
const without = (all: readonly Subject[], others: readonly Subject[]): readonly Subject[] =>
  all.filter((item) => !others.some((other) => isEqual(item, other)));

/** Rules of one verb on one thing that the owner's rules do not grant. */
function uncovered(owner: readonly PolicyRule[], servant: readonly PolicyRule[]): readonly PolicyRule[] {
  return servant.flatMap(brokenDown).filter((rule) => !owner.some((has) => covers(has, rule)));
}

function brokenDown({
  verbs,
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): readonly PolicyRule[] {
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb): PolicyRule[] => {
        const rule = { apiGroups: [group], resources: [resource], verbs: [verb] };
        return resourceNames.length > 0 ? resourceNames.map((name) => ({ ...rule, resourceNames: [name] })) : [rule];
      }),
    ),
  );
  return [
    ...ofResources,
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ];
}

const hasAll = (has: readonly string[] = [], wanted: readonly string[] = []): boolean =>
  has.includes('*') || wanted.every((item) => has.includes(item));

function covers(
  owner: PolicyRule,
  { verbs, apiGroups, resources, resourceNames = [], nonResourceURLs = [] }: PolicyRule,
): boolean {
  const isUrl = (url: string): boolean =>
    (owner.nonResourceURLs ?? []).some((has) => has === url || (has.endsWith('*') && url.startsWith(has.slice(0, -1))));
  const isResource = (resource: string): boolean => {
    const [, subresource] = resource.split('/');
    return (owner.resources ?? []).some(
      (has) => has === '*' || has === resource || (subresource !== undefined && has === `*/${subresource}`),
    );
  };
  const names = owner.resourceNames ?? [];
  return (
    hasAll(owner.verbs, verbs) &&
    hasAll(owner.apiGroups, apiGroups) &&
    (resources ?? []).every(isResource) &&
    nonResourceURLs.every(isUrl) &&
    (names.length === 0 || (resourceNames.length > 0 && resourceNames.every((name) => names.includes(name))))
  );
}

/** As Go prints the structs with `%+v`. */
const listText = (items: readonly string[] = []): string => `[${items.join(' ')}]`;
const ruleText = ({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string =>
  `{Verbs:${listText(verbs)} APIGroups:${listText(apiGroups)} Resources:${listText(resources)} ResourceNames:${listText(resourceNames)} NonResourceURLs:${listText(nonResourceURLs)}}`;
const subjectText = ({ kind, apiGroup = '', name, namespace = '' }: Subject): string =>
  `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`;
