/** `kubectl create <kind> NAME`: one generator makes an object from flags, and this sends it. Upstream: kubectl/pkg/cmd/create. */
import { createObject, writeQuery } from '../../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, PRINT_FLAGS, type Flag } from '../../client/flags.ts';
import { failure, ServerRefusal, usageFailure } from '../../failure.ts';
import { changePrinter } from '../../printers/output.ts';
import type { Session } from '../../session.ts';
import { withLastApplied } from '../../../../sim/client/index.ts';

export interface Generator {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** `deployments.apps`. */
  readonly resource: string;
  readonly flags: readonly Flag[];
  readonly required?: readonly string[];
  readonly takesMany?: boolean;
  /** What a failure of it is called: `configmap` in `failed to create configmap: ...`; absent: the server's words alone. */
  readonly failsAs?: string;
  build(session: Session, name: string): object;
}

export const GENERATOR_FLAGS = flagsOf(
  `${PRINT_FLAGS} ${DRY_RUN_FLAG} save-config:bool field-manager validate?strict=strict`,
);

export function generate(session: Session, generator: Generator): void {
  const { flags, command } = session;
  const before = flags.dash === undefined ? flags.args : flags.args.slice(0, flags.dash);
  const [name] = before;
  if (name === undefined) throw usageFailure(command, `exactly one NAME is required, got ${before.length}`);
  if (before.length > 1 && !generator.takesMany)
    throw usageFailure(command, `exactly one NAME is required, got ${before.length}`);
  const resource = session.discovery.named(generator.resource);
  const tell = changePrinter(session);
  const built = placed(session, generator.build(session, name), resource.isNamespaced);
  const object = flags.bool('save-config') ? withLastApplied(built) : built;
  if (session.dryRun === 'client') return tell('created', object);
  const query = { fieldValidation: 'Strict', ...writeQuery(session, 'kubectl-create') };
  tell(
    'created',
    made(generator, () =>
      createObject(session, resource, resource.isNamespaced ? session.namespace : '', object, query),
    ),
  );
}

function made<T>({ failsAs }: Generator, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!failsAs || !(error instanceof ServerRefusal)) throw error;
    throw failure(`failed to create ${failsAs}${error.message}`);
  }
}

/** The namespace stands in the object only when it was given. */
function placed(session: Session, object: object, isNamespaced: boolean): object {
  if (!isNamespaced || !session.isNamespaceGiven) return object;
  const { metadata } = object as { metadata?: object };
  return { ...object, metadata: { ...metadata, namespace: session.namespace } };
}
