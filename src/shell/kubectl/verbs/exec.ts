/** `kubectl exec`. Upstream: kubectl/pkg/cmd/exec/exec.go. */
import { OPEN_INPUT } from '../../../sim/workloads/index.ts';
import { flagsOf, FILE_FLAGS } from '../client/flags.ts';
import { foundAt, selectionOf, targetsOf } from '../client/infos.ts';
import { defaultContainer, firstPod } from '../client/pod-choice.ts';
import { joined, needPermission, passOn, refusalOf, takesKeys, type Joined } from '../client/streaming.ts';
import { failure, usageFailure, CommandFailure } from '../failure.ts';
import type { Pause, Session } from '../session.ts';

export const EXEC_FLAGS = flagsOf(
  `${FILE_FLAGS} container/c stdin/i:bool tty/t:bool quiet/q:bool pod-running-timeout:duration=1m0s`,
);

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
  const hasTerminal = takesKeys(session, flags.bool('tty'));
  const isOpen = flags.bool('stdin') && context.keyboard !== undefined;
  const stdin = isOpen ? OPEN_INPUT : flags.bool('stdin') ? context.stdin : undefined;
  const { namespace = '' } = pod.metadata;
  needPermission(session, { namespace, name: pod.metadata.name }, 'exec');
  const started = context.streams.exec({ namespace, pod: pod.metadata.name, container }, words, {
    ...(stdin === undefined ? {} : { stdin }),
    hasTerminal,
  });
  if (!started.ok) throw refusalOf(started);
  return resumeExec(session, joined(started.value.id, hasTerminal ? 'keys' : isOpen ? 'lines' : 'none'));
}

export function resumeExec(session: Session, data: Joined): Pause {
  const outcome = passOn(session, data);
  if (typeof outcome !== 'number') return outcome;
  if (outcome !== 0) throw new CommandFailure(`command terminated with exit code ${outcome}`, outcome);
  return undefined;
}
