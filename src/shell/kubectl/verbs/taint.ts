/** `kubectl taint`. Upstream: kubectl/pkg/cmd/taint/{taint,utils}.go. */
import type { Taint } from 'kubernetes-types/core/v1';
import { copyOf, each, patchBetween, sendPatch, writeQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, PRINT_FLAGS } from '../client/flags.ts';
import { liveObjects, selectionOf } from '../client/infos.ts';
import { failure, throwAll, usageFailure } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Session } from '../session.ts';

export const TAINT_FLAGS = flagsOf(
  `${PRINT_FLAGS} ${DRY_RUN_FLAG} all:bool overwrite:bool selector/l field-manager validate?strict=strict`,
);

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

interface Changes {
  readonly added: readonly Taint[];
  /** Without an effect: all of the key. */
  readonly removed: readonly { readonly key: string; readonly effect: string }[];
}

export function taint(session: Session): void {
  const { flags, command } = session;
  const first = flags.args.findIndex((arg) => /[=:]/.test(arg) || arg.endsWith('-'));
  const resources = first < 0 ? flags.args : flags.args.slice(0, first);
  const words = first < 0 ? [] : flags.args.slice(first);
  if (resources.length === 0) throw failure('one or more resources must be specified as <resource> <name>');
  const changes = changesOf(words, command);
  if (words.length === 0) throw failure('at least one taint update is required');
  const type = session.discovery.find(resources[0]!.split('/')[0]!);
  if (type?.kind !== 'Node')
    throw failure(`invalid resource type ${resources[0]!.split('/')[0]}, only node type is supported`);
  const failures: Error[] = [];
  const selection = { ...selectionOf(session, resources), selectsAll: flags.bool('all'), needsName: true };
  const found = liveObjects(session, selection, failures);
  const tell = changePrinter(session);
  each(found, failures, (item) => {
    const draft = copyOf(item.object) as { spec?: { taints?: Taint[] } };
    const before = draft.spec?.taints ?? [];
    const told = reorganize(item.name, before, changes, flags.bool('overwrite'));
    draft.spec = { ...draft.spec, taints: [...told.taints] };
    const patch = patchBetween(item.object, draft) ?? {};
    if (session.dryRun === 'client') return tell(told.operation, draft);
    tell(told.operation, sendPatch(session, item, 'strategic', patch, writeQuery(session, 'kubectl-taint')));
  });
  throwAll(failures);
}

function changesOf(words: readonly string[], command: string): Changes {
  const added: Taint[] = [];
  const removed: { key: string; effect: string }[] = [];
  for (const word of words) {
    const isRemoval = word.endsWith('-');
    const text = isRemoval ? word.slice(0, -1) : word;
    const [pair = '', effect = ''] = text.split(':');
    const [key = '', value = ''] = pair.split('=');
    if (effect !== '' && !EFFECTS.includes(effect))
      throw usageFailure(command, `invalid taint effect: ${effect}, unsupported taint effect`);
    if (isRemoval) removed.push({ key, effect });
    else if (effect === '') throw usageFailure(command, `invalid taint spec: ${word}`);
    else added.push({ key, ...(value ? { value } : {}), effect });
  }
  return { added, removed };
}

function reorganize(
  node: string,
  before: readonly Taint[],
  { added, removed }: Changes,
  overwrites: boolean,
): { readonly taints: readonly Taint[]; readonly operation: string } {
  const isSame = (left: Taint, right: Taint): boolean => left.key === right.key && left.effect === right.effect;
  if (!overwrites) {
    const clashing = [
      ...new Set(added.filter((taint) => before.some((other) => isSame(taint, other))).map(({ key }) => key)),
    ];
    if (clashing.length > 0)
      throw failure(
        `node ${node} already has ${clashing.join(',')} taint(s) with same effect(s) and --overwrite is false`,
      );
  }
  for (const { key, effect } of removed) {
    const isThere = before.some((taint) => taint.key === key && (effect === '' || taint.effect === effect));
    if (!isThere)
      throw failure(
        effect ? `taint ${JSON.stringify(`${key}:${effect}`)} not found` : `taint ${JSON.stringify(key)} not found`,
      );
  }
  const kept = before.filter(
    (taint) =>
      !added.some((other) => isSame(taint, other)) &&
      !removed.some(({ key, effect }) => taint.key === key && (effect === '' || taint.effect === effect)),
  );
  const operation = added.length === 0 ? 'untainted' : removed.length === 0 ? 'tainted' : 'modified';
  return { taints: [...added, ...kept], operation };
}
