/** `kubectl create -f`. Upstream: kubectl/pkg/cmd/create/create.go. Left out: `--edit`, `--raw`. */
import type { KubeObject } from '../../../sim/api/object.ts';
import { createObject, during, each, strictQuery } from '../client/changes.ts';
import { selectionOf, targetsOf } from '../client/infos.ts';
import { failure, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Session } from '../session.ts';
import { withLastApplied } from '../../../sim/client/index.ts';

export function createFromFiles(session: Session): void {
  const { flags } = session;
  if (flags.all('filename').length === 0 && !flags.text('kustomize')) throw failure('must specify one of -f and -k');
  const failures: Error[] = [];
  const tell = changePrinter(session);
  each(targetsOf(session, selectionOf(session, [])), failures, ({ resource, namespace, object, source }) => {
    const body: KubeObject = flags.bool('save-config') ? withLastApplied(object!) : object!;
    if (session.dryRun === 'client') return tell('created', body);
    const made = during(`error when creating ${JSON.stringify(source)}`, () =>
      createObject(session, resource, namespace, body, strictQuery(session, 'kubectl-create')),
    );
    tell('created', made);
  });
  throwAll(failures);
}
