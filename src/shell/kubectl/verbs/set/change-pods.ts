/** What `kubectl set` does to each object: changes the pod that it makes, and sends the difference. Upstream: kubectl/pkg/cmd/set/helper.go. */
import type { PodSpec } from 'kubernetes-types/core/v1';
import { copyOf, each, patchBetween, sendPatch, writeQuery } from '../../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../../client/infos.ts';
import { podSpecOf } from '../../client/pod-template.ts';
import { failure, throwAll } from '../../failure.ts';
import { changePrinter } from '../../printers/output.ts';
import type { Session } from '../../session.ts';
import { MISSING } from '../scale.ts';

export const SET_FLAGS = flagsOf(
  `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} all:bool selector/l local:bool field-manager`,
);

/** Objects of the arguments before the first that holds `=` or ends with `-`; the rest are the changes. */
export function splitArgs(args: readonly string[]): {
  readonly resources: readonly string[];
  readonly changes: readonly string[];
} {
  const isChange = (arg: string): boolean => arg.includes('=') || /-$/.test(arg);
  return { resources: args.filter((arg) => !isChange(arg)), changes: args.filter(isChange) };
}

export function foundForSet(session: Session, resources: readonly string[], failures: Error[]): readonly Found[] {
  const { flags } = session;
  if (resources.length === 0 && flags.all('filename').length === 0) throw failure(MISSING);
  return liveObjects(
    session,
    { ...selectionOf(session, resources), selectsAll: flags.bool('all'), needsName: true },
    failures,
  );
}

export function changePods(
  session: Session,
  found: readonly Found[],
  failures: Error[],
  told: string,
  change: (spec: PodSpec, item: Found) => void,
): void {
  const tell = changePrinter(session);
  each(found, failures, (item) => {
    const draft = copyOf(item.object);
    const spec = podSpecOf(draft);
    if (!spec) throw failure(`the object is not a pod or does not have a pod template: ${item.resource.kind}`);
    change(spec, item);
    const patch = patchBetween(item.object, draft);
    if (!patch) return;
    if (session.dryRun === 'client') return tell(told, draft);
    tell(told, sendPatch(session, item, 'strategic', patch, writeQuery(session, 'kubectl-set')));
  });
  throwAll(failures);
}
