/** `kubectl attach`. Upstream: kubectl/pkg/cmd/attach/attach.go. Left out: keys that detach. */
import type { Pod } from 'kubernetes-types/core/v1';
import { flagsOf } from '../client/flags.ts';
import { foundAt, selectionOf, targetsOf } from '../client/infos.ts';
import { defaultContainer, firstPod, type LivePod } from '../client/pod-choice.ts';
import { joined, needPermission, passOn, refusalOf, takesKeys, type Joined } from '../client/streaming.ts';
import { failure } from '../failure.ts';
import type { Pause, Session } from '../session.ts';

export const ATTACH_FLAGS = flagsOf(
  'container/c stdin/i:bool tty/t:bool quiet/q:bool pod-running-timeout:duration=1m0s detach-keys',
);

/** Of an attached container. */
export interface Attached extends Joined {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string;
  /** The pod starts its container again, so that one may come back to it. */
  readonly isRestarted: boolean;
}

const RECORDED =
  'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.';

export function attach(session: Session): Pause {
  const { args } = session.flags;
  if (args.length === 0) throw failure('at least 1 argument is required for attach');
  if (args.length > 2)
    throw failure(
      `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`,
    );
  const isNamed = args.length === 2 || args[0]!.includes('/');
  const selection = selectionOf(session, isNamed ? args : ['pods', ...args]);
  const item = targetsOf(session, selection).flatMap((target) => foundAt(session, selection, target))[0]!;
  const pod = firstPod(session, item, false);
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed')
    throw failure(`cannot attach a container in a completed pod; current phase is ${phase}`);
  return resumeAttach(session, attachTo(session, pod, session.context.stdin));
}

/** Joins the streams of a pod that runs; `stdin` is what was piped in. */
export function attachTo(session: Session, pod: LivePod, stdin: string): Attached {
  const { flags, context } = session;
  const { name, namespace = '' } = pod.metadata;
  const container = flags.text('container') || defaultContainer(session, pod);
  const spec = containerOf(pod, container);
  if (!spec) throw failure(`cannot attach to the container: container ${container} not found in pod ${name}`);
  if (flags.bool('tty') && !spec.tty && !flags.bool('quiet'))
    session.complain(`error: Unable to use a TTY - container ${container} did not allocate one`);
  const hasTerminal = takesKeys(session, spec.tty ?? false);
  if (!flags.bool('quiet')) session.complain(`${RECORDED}\nIf you don't see a command prompt, try pressing enter.`);
  needPermission(session, { namespace, name }, 'attach');
  const started = context.streams.attach({ namespace, pod: name, container });
  if (!started.ok) throw refusalOf(started);
  const { id } = started.value;
  const isOpen = flags.bool('stdin') && context.keyboard !== undefined;
  if (flags.bool('stdin') && !isOpen) {
    context.streams.type(id, stdin);
    if (spec.stdinOnce) context.streams.type(id, undefined);
  }
  const isRestarted = pod.spec?.restartPolicy === 'Always';
  const input = hasTerminal ? 'keys' : isOpen ? 'lines' : 'none';
  return { ...joined(id, input), pod: name, namespace, container, isRestarted };
}

/** Passes on what there is, and says at the end how to come back. */
export function resumeAttach(session: Session, data: Attached): Pause {
  const outcome = passOn(session, data);
  if (typeof outcome !== 'number') return { ...outcome, data: { ...data, ...(outcome.data as Joined) } };
  const { pod, container, isRestarted, input } = data;
  if (input === 'keys' && isRestarted && !session.flags.bool('quiet'))
    session.say(
      `Session ended, resume using 'kubectl attach ${pod} -c ${container} -i -t' command when the pod is running`,
    );
  return undefined;
}

function containerOf({ spec }: Pod, name: string): { stdinOnce?: boolean; tty?: boolean } | undefined {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {};
  return [...containers, ...initContainers, ...ephemeralContainers].find((item) => item.name === name);
}
