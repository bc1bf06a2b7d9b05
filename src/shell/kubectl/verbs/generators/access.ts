/** `kubectl create role`, `clusterrole`, `rolebinding`, `clusterrolebinding`, `token`. Upstream: kubectl/pkg/cmd/create/create_{role,clusterrole,rolebinding,token}.go. */
import { withoutEmpty } from '../../client/changes.ts';
import { flagsOf } from '../../client/flags.ts';
import { CommandFailure, failure } from '../../failure.ts';
import type { Session } from '../../session.ts';
import type { Generator } from './generator.ts';

const VERBS = new Set([
  'get',
  'delete',
  'list',
  'create',
  'update',
  'patch',
  'watch',
  'proxy',
  'deletecollection',
  'use',
  'bind',
  'escalate',
  'impersonate',
  '*',
]);

/** One rule for each group of the resources. */
function rulesOf(session: Session): readonly object[] {
  const { flags } = session;
  const given = flags.all('verb');
  const verbs = given.includes('*') ? ['*'] : [...new Set(given)];
  if (verbs.length === 0) throw failure('at least one verb must be specified');
  const resources = flags.all('resource');
  if (resources.length === 0) throw failure('at least one resource must be specified');
  for (const verb of verbs)
    if (!VERBS.has(verb)) session.complain(`Warning: '${verb}' is not a standard resource verb`);
  const groups = new Map<string, string[]>();
  for (const text of resources) {
    const [type = '', subresource] = text.split('/');
    const found = type === '*' ? { group: '*', plural: '*' } : session.discovery.find(type);
    if (!found) throw new CommandFailure(`the server doesn't have a resource type ${JSON.stringify(type)}`);
    groups.set(found.group, [
      ...(groups.get(found.group) ?? []),
      subresource ? `${found.plural}/${subresource}` : found.plural,
    ]);
  }
  const names = flags.all('resource-name');
  return [...groups].map(([group, members]) =>
    withoutEmpty({
      apiGroups: [group],
      resourceNames: names.length > 0 ? names : undefined,
      resources: members,
      verbs,
    }),
  );
}

export const role: Generator = {
  name: 'role',
  resource: 'roles.rbac.authorization.k8s.io',
  flags: flagsOf('verb:list resource:list resource-name:array'),
  build: (session, name) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name },
    rules: rulesOf(session),
  }),
};

export const clusterrole: Generator = {
  name: 'clusterrole',
  resource: 'clusterroles.rbac.authorization.k8s.io',
  flags: flagsOf('verb:list resource:list resource-name:array non-resource-url:list aggregation-rule'),
  build: (session, name) => {
    const { flags } = session;
    const urls = flags.all('non-resource-url');
    const head = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name } };
    if (flags.text('aggregation-rule')) {
      const matchLabels = Object.fromEntries(
        flags
          .text('aggregation-rule')
          .split(',')
          .map((pair) => pair.split('=') as [string, string]),
      );
      return { aggregationRule: { clusterRoleSelectors: [{ matchLabels }] }, ...head, rules: null };
    }
    const plain = urls.length > 0 ? [{ nonResourceURLs: urls, verbs: [...new Set(flags.all('verb'))] }] : [];
    const hasResources = flags.all('resource').length > 0 || urls.length === 0;
    return { ...head, rules: [...(hasResources ? rulesOf(session) : []), ...plain] };
  },
};

const GROUP = 'rbac.authorization.k8s.io';

function subjectsOf({ flags }: Session): readonly object[] | undefined {
  const subjects = [
    ...flags.all('user').map((name) => ({ apiGroup: GROUP, kind: 'User', name })),
    ...flags.all('group').map((name) => ({ apiGroup: GROUP, kind: 'Group', name })),
    ...flags.all('serviceaccount').map((text) => {
      const [namespace = '', name] = text.split(':');
      if (!name || !namespace) throw failure(`serviceaccount must be <namespace>:<name>`);
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
  return subjects.length > 0 ? subjects : undefined;
}

const BINDING = 'user:array group:array serviceaccount:array';

export const rolebinding: Generator = {
  name: 'rolebinding',
  failsAs: 'rolebinding: ',
  resource: 'rolebindings.rbac.authorization.k8s.io',
  flags: flagsOf(`role clusterrole ${BINDING}`),
  build: (session, name) => {
    const { flags } = session;
    const [own, wide] = [flags.text('role'), flags.text('clusterrole')];
    if (Boolean(own) === Boolean(wide)) throw failure('exactly one of clusterrole or role must be specified');
    return withoutEmpty({
      apiVersion: `${GROUP}/v1`,
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind: own ? 'Role' : 'ClusterRole', name: own || wide },
      subjects: subjectsOf(session),
    });
  },
};

export const clusterrolebinding: Generator = {
  name: 'clusterrolebinding',
  failsAs: 'clusterrolebinding: ',
  resource: 'clusterrolebindings.rbac.authorization.k8s.io',
  flags: flagsOf(`clusterrole ${BINDING}`),
  required: ['clusterrole'],
  build: (session, name) =>
    withoutEmpty({
      apiVersion: `${GROUP}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: session.flags.text('clusterrole') },
      subjects: subjectsOf(session),
    }),
};
