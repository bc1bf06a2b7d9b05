/** `kubectl exec`. Upstream: kubectl/pkg/cmd/exec/exec.go. Left out: a terminal that is typed into while the program runs. */
import { flagsOf, FILE_FLAGS } from '../client/flags.ts';
import { foundAt, selectionOf, targetsOf } from '../client/infos.ts';
import { defaultContainer, firstPod } from '../client/pod-choice.ts';
import { failure, ServerRefusal, usageFailure, CommandFailure } from '../failure.ts';
import type { Pause, Session } from '../session.ts';

export const EXEC_FLAGS = flagsOf(
  `${FILE_FLAGS} container/c stdin/i:bool tty/t:bool quiet/q:bool pod-running-timeout:duration=1m0s`,
);

interface ExecData {
  readonly id: number;
  readonly stdout: number;
  readonly stderr: number;
}

const LOOK_EVERY_MS = 50;

export function exec(session: Session): Pause {
  const { flags, command, context } = session;
  const { args, dash } = flags;
  const hasFile = flags.all('filename').length > 0;
  if ((args.length === 0 || dash === 0) && !hasFile) throw failure('pod, type/name or --filename must be specified');
  if (dash === undefined && args.length > 1)
    throw usageFailure(command, 'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead');
  const words = dash === undefined ? [] : args.slice(dash);
  if (words.length === 0) throw failure('you must specify at least one command for the container');
  const name = args[0]!;
  const selection = selectionOf(session, hasFile ? [] : name.includes('/') ? [name] : ['pods', name]);
  const item = targetsOf(session, selection).flatMap((target) => foundAt(session, selection, target))[0]!;
  const pod = firstPod(session, item, false);
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed')
    throw failure(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = flags.text('container') || defaultContainer(session, pod);
  if (flags.bool('tty')) session.complain('Unable to use a TTY - input is not a terminal or the right kind of file');
  const input = flags.bool('stdin') ? context.stdin : undefined;
  const { namespace = '' } = pod.metadata;
  const started = context.streams.exec({ namespace, pod: pod.metadata.name, container }, words, input);
  if (!started.ok) throw refusalOf(started);
  return show(session, { id: started.value.id, stdout: 0, stderr: 0 });
}

function refusalOf({ code, reason, message }: { code: number; reason: string; message: string }): Error {
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

export const resumeExec = (session: Session, data: ExecData): Pause => show(session, data);

function show(session: Session, data: ExecData): Pause {
  const { streams, nowMs } = session.context;
  const found = streams.execution(data.id);
  if (!found) throw failure('the container that ran the command is gone');
  session.out(found.stdout.slice(data.stdout));
  session.stderr += found.stderr.slice(data.stderr);
  if (found.exitCode === undefined)
    return {
      data: { id: data.id, stdout: found.stdout.length, stderr: found.stderr.length },
      wake: { atMs: nowMs + LOOK_EVERY_MS, paths: [] },
    };
  streams.close(data.id);
  if (found.exitCode !== 0)
    throw new CommandFailure(`command terminated with exit code ${found.exitCode}`, found.exitCode);
  return undefined;
}
