/** `kubectl replace`. Upstream: kubectl/pkg/cmd/replace/replace.go. */
import { createObject, during, each, strictQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { kindNameOf } from '../client/discovery.ts';
import { selectionOf, targetsOf, type Target } from '../client/infos.ts';
import { pathOf } from '../client/rest.ts';
import { failure, throwAll } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Session } from '../session.ts';
import { withLastApplied } from '../../../sim/client/index.ts';

export const REPLACE_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} cascade?background=background force:bool grace-period:int=-1 timeout:duration=0s wait:bool
  save-config:bool field-manager subresource validate?strict=strict raw`);

export function replace(session: Session): void {
  const { flags } = session;
  if (flags.all('filename').length === 0 && !flags.text('kustomize')) throw failure('must specify one of -f and -k');
  const failures: Error[] = [];
  const tell = changePrinter(session);
  each(targetsOf(session, selectionOf(session, [])), failures, (target) => {
    if (session.dryRun === 'client') return tell('replaced', target.object);
    tell('replaced', flags.bool('force') ? recreated(session, target) : replaced(session, target));
  });
  throwAll(failures);
}

function replaced(session: Session, { resource, namespace, name = '', object, source }: Target): Live {
  const body = session.flags.bool('save-config') ? withLastApplied(object!) : object!;
  return during(`error when replacing ${JSON.stringify(source)}`, () => {
    const path = pathOf(resource, namespace, name, session.flags.text('subresource'));
    const query = strictQuery(session, 'kubectl-replace');
    if (body.metadata?.resourceVersion) return session.rest.json('PUT', path, { query, body }) as Live;
    const { metadata } = session.rest.get<Live>(resource, namespace, name);
    const current = { ...body, metadata: { ...body.metadata, resourceVersion: metadata.resourceVersion } };
    return session.rest.json('PUT', path, { query, body: current }) as Live;
  });
}

function recreated(session: Session, { resource, namespace, name = '', object }: Target): Live {
  if (session.rest.find(resource, namespace, name)) {
    session.rest.json('DELETE', pathOf(resource, namespace, name), {
      body: { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, propagationPolicy: 'Background' },
    });
    const from = resource.isNamespaced ? ` from ${namespace} namespace` : '';
    session.say(`${kindNameOf(resource)} ${JSON.stringify(name)} deleted${from}`);
  }
  return createObject(session, resource, namespace, object, strictQuery(session, 'kubectl-replace'));
}
