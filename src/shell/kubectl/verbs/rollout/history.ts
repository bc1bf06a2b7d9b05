/** `kubectl rollout history`. Upstream: kubectl/pkg/polymorphichelpers/history.go, kubectl/pkg/cmd/rollout/rollout_history.go. */
import { each } from '../../client/changes.ts';
import { flagsOf, FILE_FLAGS, PRINT_FLAGS } from '../../client/flags.ts';
import { liveObjects, selectionOf } from '../../client/infos.ts';
import { describeTemplate } from '../../describe/pod-template.ts';
import { failure, throwAll } from '../../failure.ts';
import { nameOf, outputPrinter } from '../../printers/output.ts';
import type { Session } from '../../session.ts';
import { DESCRIBE_TABS, tabbed } from '../../text/tab-writer.ts';
import { revisionsOf } from './revisions.ts';

export const HISTORY_FLAGS = flagsOf(`${FILE_FLAGS} ${PRINT_FLAGS} revision:int=0 selector/l`);

const KINDS = new Set(['Deployment', 'DaemonSet', 'StatefulSet']);

export function rolloutHistory(session: Session): void {
  const { flags } = session;
  if (flags.args.length === 0 && flags.all('filename').length === 0) throw failure('required resource not specified');
  if (flags.int('revision') < 0) throw failure(`revision must be a positive integer: ${flags.int('revision')}`);
  const failures: Error[] = [];
  const found = liveObjects(session, { ...selectionOf(session), selectsAll: true }, failures);
  const printer = outputPrinter(session);
  each(found, failures, (item) => {
    if (!KINDS.has(item.resource.kind))
      throw failure(
        `no history viewer has been implemented for ${JSON.stringify(item.resource.group ? `${item.resource.kind}.${item.resource.group}` : item.resource.kind)}`,
      );
    const revisions = revisionsOf(session, item);
    const wanted = flags.int('revision');
    if (printer) return session.out(printer.print(item.object));
    const name = nameOf(item.object);
    if (wanted > 0) {
      const one = revisions.find(({ number }) => number === wanted);
      if (!one?.template) throw failure('unable to find the specified revision');
      session.say(`${name} with revision #${wanted}\n${describeTemplate(one.template, one.cause)}`);
      return;
    }
    const lines = revisions.map(({ number, cause }) => `${number}\t${cause || '<none>'}\n`);
    session.say(`${name} \n${tabbed(`REVISION\tCHANGE-CAUSE\n${lines.join('')}`, DESCRIBE_TABS)}`);
  });
  throwAll(failures);
}
