/** `kubectl set resources`, `selector`, `serviceaccount` and `subject`. Upstream: kubectl/pkg/cmd/set. */
import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import { canonicalQuantity } from '../../../../sim/api/quantity.ts';
import { copyOf, each, patchBetween, sendPatch, writeQuery } from '../../client/changes.ts';
import { flagsOf } from '../../client/flags.ts';
import { failure, throwAll, usageFailure } from '../../failure.ts';
import { changePrinter } from '../../printers/output.ts';
import type { Session } from '../../session.ts';
import { labelsOf } from '../generators/parts.ts';
import { changePods, foundForSet, SET_FLAGS } from './change-pods.ts';

export const SET_RESOURCES_FLAGS = [...flagsOf('containers/c=* limits requests'), ...SET_FLAGS];
export const SET_SELECTOR_FLAGS = [...flagsOf('resource-version'), ...SET_FLAGS];
export const SET_SUBJECT_FLAGS = [...flagsOf('user:array group:array serviceaccount:array'), ...SET_FLAGS];

const BAD_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function amountsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(',')
      .filter(Boolean)
      .map((pair) => {
        const [name = '', amount, ...rest] = pair.split('=');
        if (amount === undefined || rest.length > 0)
          throw failure(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
        if (!/^[+-]?(\d+\.?\d*|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][-+]?\d+)?$/.test(amount)) throw failure(BAD_QUANTITY);
        return [name, canonicalQuantity(amount)];
      }),
  );
}

export function setResources(session: Session): void {
  const { flags } = session;
  const [limits, requests] = [amountsOf(flags.text('limits')), amountsOf(flags.text('requests'))];
  const isNothing = Object.keys(limits).length === 0 && Object.keys(requests).length === 0;
  if (isNothing) throw failure('you must specify an update to requests or limits (in the form of --requests/--limits)');
  const failures: Error[] = [];
  const found = foundForSet(session, flags.args, failures);
  changePods(session, found, failures, 'resource requirements updated', (spec) => {
    const chosen = spec.containers.filter(
      ({ name }) => flags.text('containers') === '*' || name === flags.text('containers'),
    );
    if (chosen.length === 0) throw failure(`unable to find container named ${flags.text('containers')}`);
    for (const container of chosen) require(container, limits, requests);
  });
}

/** An amount of zero takes a limit away. */
function require(
  container: Container,
  limits: Readonly<Record<string, string>>,
  requests: Readonly<Record<string, string>>,
): void {
  const merged = (before: Readonly<Record<string, string>> = {}, after: Readonly<Record<string, string>>): object => {
    const entries = Object.entries({ ...before, ...after }).filter(
      ([name, amount]) => !(name in after && amount === '0'),
    );
    return Object.fromEntries(entries);
  };
  const { resources = {} } = container;
  const next: Record<string, unknown> = { ...resources };
  if (Object.keys(limits).length > 0) next['limits'] = merged(resources.limits as Record<string, string>, limits);
  if (Object.keys(requests).length > 0)
    next['requests'] = merged(resources.requests as Record<string, string>, requests);
  (container as { resources?: object }).resources = next;
}

export function setServiceAccount(session: Session): void {
  const { flags } = session;
  const account = flags.args.at(-1);
  if (flags.args.length < 1 || account === undefined) throw failure('serviceaccount is required');
  const failures: Error[] = [];
  const found = foundForSet(session, flags.args.slice(0, -1), failures);
  changePods(session, found, failures, 'serviceaccount updated', (spec) => {
    const draft = spec as { serviceAccountName?: string } & PodSpec;
    draft.serviceAccountName = account;
  });
}

export function setSelector(session: Session): void {
  const { flags } = session;
  const selector = flags.args.at(-1);
  if (flags.args.length === 0 || !selector?.includes('=')) throw failure('one resource and one selector are required');
  const failures: Error[] = [];
  const tell = changePrinter(session);
  each(foundForSet(session, flags.args.slice(0, -1), failures), failures, (item) => {
    if (item.resource.kind !== 'Service') throw failure(`setting a selector is only supported for Services`);
    const draft = copyOf(item.object) as { spec?: { selector?: object } };
    draft.spec = { ...draft.spec, selector: labelsOf(selector) };
    const patch = patchBetween(item.object, draft) ?? {};
    if (session.dryRun === 'client') return tell('selector updated', draft);
    tell('selector updated', sendPatch(session, item, 'strategic', patch, writeQuery(session, 'kubectl-set')));
  });
  throwAll(failures);
}

export function setSubject(session: Session): void {
  const { flags } = session;
  const fresh = [
    ...flags.all('user').map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name })),
    ...flags.all('group').map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name })),
    ...flags
      .all('serviceaccount')
      .map((text) => ({ kind: 'ServiceAccount', name: text.split(':')[1], namespace: text.split(':')[0] })),
  ];
  if (fresh.length === 0)
    throw usageFailure(session.command, 'you must specify at least one value of user, group or serviceaccount');
  const failures: Error[] = [];
  const tell = changePrinter(session);
  each(foundForSet(session, flags.args, failures), failures, (item) => {
    const draft = copyOf(item.object) as { subjects?: object[] };
    const before = draft.subjects ?? [];
    const added = fresh.filter(
      (subject) => !before.some((other) => JSON.stringify(sorted(other)) === JSON.stringify(sorted(subject))),
    );
    draft.subjects = [...before, ...added];
    const patch = patchBetween(item.object, draft);
    if (!patch) return;
    if (session.dryRun === 'client') return tell('subjects updated', draft);
    tell('subjects updated', sendPatch(session, item, 'strategic', patch, writeQuery(session, 'kubectl-set')));
  });
  throwAll(failures);
}

const sorted = (value: object): object =>
  Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
