/** How changes are sent: creations, patches, and what they are told as. Upstream: cli-runtime/pkg/resource/helper.go. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { strategicDiff } from '../../../sim/apiserver/patch/strategic-merge.ts';
import { ServerRefusal } from '../failure.ts';
import type { Live, Session } from '../session.ts';
import type { Fields } from '../../../sim/api/go-json.ts';
import type { Resource } from './discovery.ts';
import type { Found } from './infos.ts';
import { pathOf, type Query } from './rest.ts';

export const PATCH_TYPES = {
  strategic: 'application/strategic-merge-patch+json',
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

export function writeQuery(session: Session, manager: string): Query {
  const { flags } = session;
  const validate = flags.optional('validate');
  return {
    ...(session.dryRun === 'server' ? { dryRun: 'All' } : {}),
    fieldManager: flags.text('field-manager') || manager,
    ...(validate === undefined || validate === 'true' || validate === 'strict'
      ? {}
      : { fieldValidation: validate === 'warn' ? 'Warn' : 'Ignore' }),
  };
}

/** As `writeQuery`, with the strict validation that files get. */
export const strictQuery = (session: Session, manager: string): Query => ({
  fieldValidation: 'Strict',
  ...writeQuery(session, manager),
});

export function createObject(
  session: Session,
  resource: Resource,
  namespace: string,
  object: unknown,
  query: Query,
): Live {
  return session.rest.json('POST', pathOf(resource, namespace), { query, body: object }) as Live;
}

export function sendPatch(
  session: Session,
  { resource, namespace, name }: Pick<Found, 'resource' | 'namespace' | 'name'>,
  type: keyof typeof PATCH_TYPES,
  patch: unknown,
  query: Query,
  subresource = '',
): Live {
  return session.rest.json('PATCH', pathOf(resource, namespace, name, subresource), {
    query,
    contentType: PATCH_TYPES[type],
    body: patch,
  }) as Live;
}

/** The strategic patch from one state of an object to another; undefined when they are the same. */
export function patchBetween(before: KubeObject, after: object): Fields | undefined {
  const patch = strategicDiff(before.kind ?? '', before as Fields, after as Fields);
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Puts a file or a deed before the server's own words: `error when creating "app.yaml": `. */
export function during<T>(text: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof ServerRefusal && error.during === '') throw new ServerRefusal(error.status, `${text}: `);
    throw error;
  }
}

/** Carries on after a refusal, which is gathered. */
export function each<T>(items: readonly T[], failures: Error[], act: (item: T) => void): void {
  for (const item of items) {
    try {
      act(item);
    } catch (error) {
      if (!(error instanceof Error) || !isTold(error)) throw error;
      failures.push(error);
    }
  }
}

const isTold = (error: Error): boolean => ['ServerRefusal', 'CommandFailure', 'ManyFailures'].includes(error.name);

export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Without the fields that hold nothing. */
export function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
