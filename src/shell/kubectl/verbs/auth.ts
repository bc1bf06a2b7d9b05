/** `kubectl auth can-i` and `whoami`. Upstream: kubectl/pkg/cmd/auth/{cani,whoami}.go, component-helpers/auth/rbac/validation. */
import { flagsOf, PRINT_FLAGS } from '../client/flags.ts';
import { CommandFailure, failure } from '../failure.ts';
import { outputPrinter } from '../printers/output.ts';
import type { Session } from '../session.ts';
import { tabbed, TABLE_TABS } from '../text/tab-writer.ts';

export const CAN_I_FLAGS = flagsOf('all-namespaces/A:bool quiet/q:bool list:bool no-headers:bool subresource');
export const WHOAMI_FLAGS = flagsOf(PRINT_FLAGS);

interface Review {
  readonly status?: { readonly allowed?: boolean; readonly reason?: string; readonly evaluationError?: string };
}

export function canI(session: Session): void {
  const { flags } = session;
  if (flags.bool('list')) return listRules(session);
  const [verb, resource, name] = flags.args;
  if (verb === undefined || resource === undefined || flags.args.length > 3)
    throw failure(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples",
    );
  const namespace = flags.bool('all-namespaces') ? '' : session.namespace;
  const attributes = resource.startsWith('/')
    ? { nonResourceAttributes: { path: resource, verb } }
    : { resourceAttributes: resourceAttributes(session, verb, resource, name ?? '', namespace) };
  const answer = session.rest.json('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      kind: 'SelfSubjectAccessReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: attributes,
      status: { allowed: false },
    },
  }) as Review;
  const { allowed = false, reason = '', evaluationError = '' } = answer.status ?? {};
  if (!flags.bool('quiet')) {
    const why = `${reason ? ` - ${reason}` : ''}${evaluationError ? ` - ${evaluationError}` : ''}`;
    session.say(allowed ? 'yes' : `no${why}`);
  }
  if (!allowed) throw new CommandFailure('');
}

function resourceAttributes(session: Session, verb: string, text: string, name: string, namespace: string): object {
  const [type = '', inner = ''] = text.split('/');
  const found = type === '*' ? undefined : session.discovery.find(type);
  if (!found && type !== '*') {
    const [plural = '', ...group] = type.split('.');
    session.complain(
      `Warning: the server doesn't have a resource type '${plural}'${group.length > 0 ? ` in group '${group.join('.')}'` : ''}\n`,
    );
  }
  if (found && !found.isNamespaced && !session.flags.bool('all-namespaces')) {
    const group = found.group ? ` in group '${found.group}'` : '';
    session.complain(`Warning: resource '${found.plural}' is not namespace scoped${group}\n`);
  }
  const [plural = '', ...group] = type.split('.');
  return {
    namespace,
    verb,
    group: found?.group ?? group.join('.'),
    resource: found?.plural ?? plural,
    subresource: session.flags.text('subresource'),
    name: name || inner,
  };
}

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

interface RulesReview {
  readonly status?: {
    readonly resourceRules?: readonly Rule[];
    readonly nonResourceRules?: readonly Rule[];
    readonly incomplete?: boolean;
    readonly evaluationError?: string;
  };
}

function listRules(session: Session): void {
  const { status } = session.rest.json('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    body: {
      kind: 'SelfSubjectRulesReview',
      apiVersion: 'authorization.k8s.io/v1',
      metadata: {},
      spec: { namespace: session.namespace },
      status: { resourceRules: null, nonResourceRules: null, incomplete: false },
    },
  }) as RulesReview;
  if (status?.incomplete) session.complain(`warning: the list may be incomplete: ${status.evaluationError ?? ''}`);
  const rules = compacted([
    ...(status?.resourceRules ?? []),
    ...(status?.nonResourceRules ?? []).map((rule) => ({ ...rule, apiGroups: [], resources: [] })),
  ]);
  const lines = sorted(rules).map(
    (rule) =>
      `${resourceText(rule)}\t[${(rule.nonResourceURLs ?? []).join(' ')}]\t[${(rule.resourceNames ?? []).join(' ')}]\t[${rule.verbs.join(' ')}]\n`,
  );
  const header = session.flags.bool('no-headers') ? '' : 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n';
  session.out(tabbed(header + lines.join(''), TABLE_TABS));
}

/** One rule for each resource, with all its verbs; paths stay as they are, one by one. */
export function compacted(rules: readonly Rule[]): readonly Rule[] {
  const simple = new Map<string, { -readonly [key in keyof Rule]: Rule[key] }>();
  const others: Rule[] = [];
  for (const rule of rules) {
    for (const url of rule.nonResourceURLs ?? [])
      for (const verb of rule.verbs) others.push({ verbs: [verb], nonResourceURLs: [url] });
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        for (const name of rule.resourceNames?.length ? rule.resourceNames : [undefined]) {
          const key = `${group}/${resource}/${name ?? ''}`;
          const known = simple.get(key);
          if (known) known.verbs = [...known.verbs, ...rule.verbs];
          else
            simple.set(key, {
              verbs: rule.verbs,
              apiGroups: [group],
              resources: [resource],
              ...(name === undefined ? {} : { resourceNames: [name] }),
            });
        }
      }
    }
  }
  return [...simple.values(), ...others];
}

/** As the text of the rules sorts them: by verbs, groups, resources, names, paths. */
export function sorted(rules: readonly Rule[]): readonly Rule[] {
  const keyOf = ({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Rule): string =>
    [verbs, apiGroups, resources, resourceNames, nonResourceURLs].map((list) => `[${list.join(' ')}]`).join(',');
  return rules
    .map((rule, index) => ({ rule, index, key: keyOf(rule) }))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : left.index - right.index))
    .map(({ rule }) => rule);
}

/** `pods/log`, `deployments.apps/scale`. */
export function resourceText({ apiGroups = [], resources = [] }: Rule): string {
  if (resources.length === 0) return '';
  const [name = '', subresource] = resources[0]!.split('/');
  const group = apiGroups[0] ? `.${apiGroups[0]}` : '';
  return `${name}${group}${subresource ? `/${subresource}` : ''}`;
}

interface Whoami {
  readonly status?: {
    readonly userInfo?: {
      readonly username?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
  };
}

export function whoami(session: Session): void {
  const printer = outputPrinter(session);
  const answer = session.rest.json('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status: { userInfo: {} } },
  }) as Whoami;
  if (printer) return session.out(printer.print(answer));
  const { username = '', uid = '', groups = [], extra = {} } = answer.status?.userInfo ?? {};
  const rows = [
    ['ATTRIBUTE', 'VALUE'],
    ...(username ? [['Username', username]] : []),
    ...(uid ? [['UID', uid]] : []),
    ...(groups.length > 0 ? [['Groups', `[${groups.join(' ')}]`]] : []),
    ...Object.keys(extra)
      .sort()
      .map((key) => [`Extra: ${key}`, `[${(extra[key] ?? []).join(' ')}]`]),
  ];
  session.out(tabbed(rows.map((row) => `${row.join('\t')}\n`).join(''), TABLE_TABS));
}
