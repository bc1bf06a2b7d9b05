/** `kubectl run`. Upstream: kubectl/pkg/cmd/run/run.go, kubectl/pkg/generate/versioned/run.go. */
import { strategicMerge } from '../../../sim/apiserver/patch/strategic-merge.ts';
import { createObject, withoutEmpty, writeQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { pathOf } from '../client/rest.ts';
import { CommandFailure, failure, usageFailure } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { LivePod } from '../client/pod-choice.ts';
import type { Pause, Session } from '../session.ts';
import { attachTo, resumeAttach, type Attached } from './attach.ts';
import { envOf, labelsOf } from './generators/parts.ts';

export const RUN_FLAGS = flagsOf(`
  ${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} image env:array labels/l port restart=Always command:bool rm:bool stdin/i:bool tty/t:bool attach:bool
  quiet/q:bool leave-stdin-open:bool expose:bool overrides override-type=merge image-pull-policy annotations:array privileged:bool
  pod-running-timeout:duration=1m0s save-config:bool field-manager grace-period:int=-1 timeout:duration=0s wait:bool force:bool cascade?background=background`);

export function run(session: Session): Pause | void {
  const { flags } = session;
  const [name, ...command] = flags.args;
  if (name === undefined || flags.dash === 0) throw usageFailure(session.command, 'NAME is required for run');
  const image = flags.text('image');
  if (image === '') throw failure('--image is required');
  if (/[A-Z\s]/.test(image.split('@')[0]!.split(':')[0]!))
    throw failure(`Invalid image name ${JSON.stringify(image)}: invalid reference format`);
  checkModes(session);
  const tell = changePrinter(session);
  const pods = session.discovery.named('pods');
  const pod = overridden(session, podOf(session, name, image, command));
  const isAttached = flags.bool('attach') || flags.bool('stdin');
  const made =
    session.dryRun === 'client'
      ? pod
      : createObject(session, pods, session.namespace, pod, writeQuery(session, 'kubectl-run'));
  if (flags.bool('expose')) exposePod(session, name);
  if (isAttached && session.dryRun === 'none')
    return resumeRun(session, { name, stdin: session.context.stdin }, session.context.nowMs);
  tell('created', made);
}

function checkModes({ flags, dryRun, command }: Session): void {
  const isAttached = flags.bool('attach') || flags.bool('stdin');
  if (flags.bool('tty') && !flags.bool('stdin'))
    throw failure('-i/--stdin is required for containers with -t/--tty=true');
  if (flags.bool('rm') && !isAttached) throw failure('--rm should only be used for attached containers');
  if (isAttached && dryRun !== 'none')
    throw failure(
      "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
    );
  if (flags.bool('expose') && !flags.text('port'))
    throw usageFailure(command, '--port must be set when exposing a service');
  const restart = flags.text('restart');
  if (!['Always', 'OnFailure', 'Never'].includes(restart)) throw failure(`invalid restart policy: ${restart}`);
}

function podOf({ flags }: Session, name: string, image: string, words: readonly string[]): object {
  const labels = flags.text('labels');
  const annotations = labelsOf(flags.all('annotations').join(','));
  const port = flags.text('port');
  const env = envOf(flags.all('env'));
  const isCommand = flags.bool('command');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      labels: labels ? labelsOf(labels) : { run: name },
      name,
    },
    spec: {
      containers: [
        withoutEmpty({
          args: !isCommand && words.length > 0 ? words : undefined,
          command: isCommand && words.length > 0 ? words : undefined,
          env: env.length > 0 ? env : undefined,
          image,
          imagePullPolicy: flags.text('image-pull-policy') || undefined,
          name,
          ports: port ? [{ containerPort: Number(port) }] : undefined,
          resources: {},
          securityContext: flags.bool('privileged') ? { privileged: true } : undefined,
          stdin: flags.bool('stdin') || undefined,
          stdinOnce: (flags.bool('stdin') && !flags.bool('leave-stdin-open')) || undefined,
          tty: flags.bool('tty') || undefined,
        }),
      ],
      dnsPolicy: 'ClusterFirst',
      restartPolicy: flags.text('restart'),
    },
    status: {},
  };
}

function overridden({ flags }: Session, pod: object): object {
  const text = flags.text('overrides');
  if (!text) return pod;
  try {
    return strategicMerge('Pod', pod, JSON.parse(text)) as object;
  } catch (error) {
    if (error instanceof SyntaxError) throw failure(`invalid JSON Patch: ${error.message}`);
    throw error;
  }
}

function exposePod(session: Session, name: string): void {
  const port = Number(session.flags.text('port'));
  const services = session.discovery.named('services');
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { ports: [{ port, protocol: 'TCP', targetPort: port }], selector: { run: name } },
    status: { loadBalancer: {} },
  };
  const made =
    session.dryRun === 'client'
      ? service
      : createObject(session, services, session.namespace, service, writeQuery(session, 'kubectl-run'));
  changePrinter(session)('created', made);
}

interface RunData {
  readonly name: string;
  /** What was piped in, until there is something to type it into. */
  readonly stdin?: string;
  /** While it is attached. */
  readonly attached?: Attached;
  /** It was attached, and only the pod's end is waited for. */
  readonly isOver?: boolean;
}

/** Attaches once the pod is ready, or shows its log where it has ended before; then the pod goes, where `--rm` says so. */
export function resumeRun(session: Session, data: RunData, startedMs: number): Pause {
  if (data.attached) {
    const pause = resumeAttach(session, data.attached);
    if (pause) return { ...pause, data: { ...data, attached: pause.data as Attached } };
    return resumeRun(session, { name: data.name, isOver: true }, session.context.nowMs);
  }
  const { rest, namespace } = session;
  const pods = session.discovery.named('pods');
  const pod = rest.get<LivePod>(pods, namespace, data.name);
  const { phase = 'Pending' } = pod.status ?? {};
  const hasEnded = phase === 'Succeeded' || phase === 'Failed';
  if (data.isOver) return hasEnded || !waitsForCode(session) ? finish(session, pod) : wait(session, data, startedMs);
  if (hasEnded) {
    showLog(session, pod);
    return finish(session, pod);
  }
  const isReady = pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  if (phase !== 'Running' || !isReady) return wait(session, data, startedMs);
  const attached = attachOrLog(session, pod, data.stdin ?? '');
  return resumeRun(session, attached ? { name: data.name, attached } : { name: data.name, isOver: true }, startedMs);
}

/** Undefined where there was nothing to attach to any more. */
function attachOrLog(session: Session, pod: LivePod, stdin: string): Attached | undefined {
  try {
    return attachTo(session, pod, stdin);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const why = error.message.replace(/^error: /, '');
    session.complain(`warning: couldn't attach to pod/${pod.metadata.name}, falling back to streaming logs: ${why}`);
    showLog(session, pod);
    return undefined;
  }
}

function showLog(session: Session, { metadata: { name, namespace = '' } }: LivePod): void {
  const log = session.context.streams.logs({ namespace, pod: name });
  if (log.ok) for (const { text } of log.value) session.say(text);
}

function wait(session: Session, data: RunData, startedMs: number): Pause {
  const limit = startedMs + session.flags.duration('pod-running-timeout');
  if (session.context.nowMs >= limit) {
    takeAway(session, data.name);
    throw failure('timed out waiting for the condition');
  }
  const pods = session.discovery.named('pods');
  return { data, wake: { atMs: limit, paths: [pathOf(pods, session.namespace, data.name)] } };
}

/** Whether the pod's end is the command's: a container that is started again has none. */
const waitsForCode = ({ flags }: Session): boolean =>
  !flags.bool('leave-stdin-open') && flags.text('restart') !== 'Always';

function takeAway(session: Session, name: string): void {
  const { flags, rest, namespace } = session;
  if (!flags.bool('rm')) return;
  rest.json('DELETE', pathOf(session.discovery.named('pods'), namespace, name), {
    body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
  });
  if (!flags.bool('quiet')) session.say(`pod ${JSON.stringify(name)} deleted from ${namespace} namespace`);
}

function finish(session: Session, { metadata: { name }, status }: LivePod): undefined {
  takeAway(session, name);
  const ended = status?.containerStatuses?.[0]?.state?.terminated;
  if (waitsForCode(session) && status?.phase === 'Failed' && ended?.exitCode) {
    session.complain(`pod ${session.namespace}/${name} terminated (${ended.reason ?? ''})`);
    session.code = ended.exitCode;
  }
  return undefined;
}
