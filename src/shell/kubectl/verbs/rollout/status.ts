/** `kubectl rollout status`. Upstream: kubectl/pkg/cmd/rollout/rollout_status.go. */
import { rolloutStatus } from '../../../../sim/client/index.ts';
import { flagsOf, FILE_FLAGS } from '../../client/flags.ts';
import { liveObjects, selectionOf, type Found } from '../../client/infos.ts';
import { pathOf } from '../../client/rest.ts';
import { failure, throwAll } from '../../failure.ts';
import type { Pause, Session } from '../../session.ts';

export const STATUS_FLAGS = flagsOf(`${FILE_FLAGS} revision:int=0 selector/l timeout:duration=0s watch/w:bool=true`);

interface Seen {
  readonly targets: readonly Pick<Found, 'resource' | 'namespace' | 'name'>[];
  readonly at: number;
  readonly revision: string;
}

export function watchRollout(session: Session): Pause {
  const { flags } = session;
  if (flags.args.length === 0 && flags.all('filename').length === 0) throw failure('required resource not specified');
  const failures: Error[] = [];
  const found = liveObjects(session, { ...selectionOf(session), selectsAll: true }, failures);
  throwAll(failures);
  if (found.length === 0) {
    session.complain(`No resources found in ${session.namespace} namespace.`);
    return undefined;
  }
  const targets = found.map(({ resource, namespace, name }) => ({ resource, namespace, name }));
  return look(session, { targets, at: 0, revision: '' }, session.context.nowMs);
}

export const resumeStatus = (session: Session, data: Seen, startedMs: number): Pause => look(session, data, startedMs);

function look(session: Session, data: Seen, startedMs: number): Pause {
  let { at, revision } = data;
  while (at < data.targets.length) {
    const { resource, namespace, name } = data.targets[at]!;
    const object = session.rest.find(resource, namespace, name);
    if (!object) throw failure('object has been deleted');
    const current = object.metadata?.resourceVersion ?? '';
    if (current !== revision) {
      const { state, message } = rolloutStatus(object);
      if (state === 'failed') throw failure(message);
      session.say(message);
      revision = current;
      if (state === 'done' || !session.flags.bool('watch')) {
        at += 1;
        revision = '';
        continue;
      }
    }
    const limit = session.flags.duration('timeout');
    const now = session.context.nowMs;
    if (limit > 0 && now >= startedMs + limit) throw failure('timed out waiting for the condition');
    return {
      data: { ...data, at, revision },
      wake: { atMs: limit > 0 ? startedMs + limit : now + 3_600_000, paths: [pathOf(resource, namespace)] },
    };
  }
  return undefined;
}
