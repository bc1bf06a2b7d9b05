/** One's own streams joined to those of a container: what is typed goes in, what it writes comes out. Upstream: client-go/tools/remotecommand. */
import type { Status } from '../../../sim/api/object.ts';
import type { RestAnswer } from '../context.ts';
import { failure, ServerRefusal } from '../failure.ts';
import type { Pause, Session } from '../session.ts';
import { pathOf } from './rest.ts';
import type { Streamed } from '../../../sim/streams.ts';

/**
 * Asks in the name of whom `--as` or `--token` gives whether a container's streams may be joined; a refusal is thrown. The user
 * of the kubeconfig administers the cluster, and is refused nothing. As a WebSocket is opened by GET, and what comes after a
 * refusal of it by POST, either permission will do.
 */
export function needPermission(
  session: Session,
  pod: { readonly namespace: string; readonly name: string },
  subresource: 'exec' | 'attach' | 'log',
): void {
  const { rest, flags, discovery } = session;
  if (!flags.has('as') && !flags.has('token')) return;
  const path = pathOf(discovery.named('pods'), pod.namespace, pod.name, subresource);
  const methods = subresource === 'log' ? ['GET'] : ['GET', 'POST'];
  let refused: RestAnswer | undefined;
  for (const method of methods) {
    refused = rest.raw(method, path);
    if (refused.status !== 401 && refused.status !== 403) return;
  }
  throw new ServerRefusal(JSON.parse(refused?.body ?? '{}') as Status);
}

/** What is remembered while the streams are joined. */
export interface Joined {
  readonly id: number;
  /** Characters that have been shown. */
  readonly stdout: number;
  readonly stderr: number;
  readonly input: 'none' | 'lines' | 'keys';
}

/** Whether keys go to the container as they are: `-i` and `-t` on a terminal. Says so where `-t` cannot be had. */
export function takesKeys(session: Session, hasTerminal: boolean): boolean {
  const { flags, context } = session;
  if (!flags.bool('stdin') || !hasTerminal) return false;
  if (context.keyboard) return true;
  if (!flags.bool('quiet')) session.complain('Unable to use a TTY - input is not a terminal or the right kind of file');
  return false;
}

export const joined = (id: number, input: Joined['input']): Joined => ({ id, stdout: 0, stderr: 0, input });

/** Passes on what there is. Gives the exit code once the other side has ended, or what to wait for. */
export function passOn(session: Session, { id, stdout, stderr, input }: Joined): number | NonNullable<Pause> {
  const { streams, keyboard, nowMs } = session.context;
  if (keyboard && input !== 'none') {
    const typed = keyboard.take();
    if (typed !== '' && input === 'keys') streams.press(id, typed);
    else if (typed !== '') streams.type(id, typed);
    if (keyboard.isEnded) streams.type(id, undefined);
  }
  const found = streams.execution(id);
  if (!found) throw failure('the container that ran the command is gone');
  const dropped = found.dropped ?? { stdout: 0, stderr: 0 };
  session.out(found.stdout.slice(Math.max(0, stdout - dropped.stdout)));
  session.err(found.stderr.slice(Math.max(0, stderr - dropped.stderr)));
  if (found.exitCode !== undefined) {
    streams.close(id);
    return found.exitCode;
  }
  const seen = { stdout: dropped.stdout + found.stdout.length, stderr: dropped.stderr + found.stderr.length };
  const data: Joined = { id, ...seen, input };
  const wake = { atMs: nowMs + 3_600_000, paths: [], execution: id };
  return { data, wake: input === 'none' || !keyboard ? wake : { ...wake, input } };
}

/** What the kubelet or the API server has against it. */
export function refusalOf<T>(refused: Extract<Streamed<T>, { ok: false }>): Error {
  const { code, reason, message } = refused;
  if (/unable to upgrade connection/.test(message)) return failure(message);
  return new ServerRefusal({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message,
  });
}
