/** `kubectl run`. Upstream: kubectl/pkg/cmd/run/run.go, kubectl/pkg/generate/versioned/run.go. */
import { strategicMerge } from '../../../sim/apiserver/patch/strategic-merge.ts';
import { createObject, withoutEmpty, writeQuery } from '../client/changes.ts';
import { flagsOf, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS } from '../client/flags.ts';
import { pathOf } from '../client/rest.ts';
import { failure, usageFailure } from '../failure.ts';
import { changePrinter } from '../printers/output.ts';
import type { Live, Pause, Session } from '../session.ts';
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
    return { data: { name, hasStarted: false, shown: 0 }, wake: wakeFor(session) };
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

interface AttachedData {
  readonly name: string;
  readonly hasStarted: boolean;
  /** Characters of the log that have been shown. */
  readonly shown: number;
}

const wakeFor = ({ context, namespace }: Session): { atMs: number; paths: readonly string[] } => ({
  atMs: context.nowMs + 500,
  paths: [`/api/v1/namespaces/${namespace}/pods`],
});

/** What the container writes until it ends; then the pod goes, where `--rm` says so. */
export function resumeRun(session: Session, { name, shown, hasStarted }: AttachedData, startedMs: number): Pause {
  const { rest, context, flags, namespace } = session;
  const pods = session.discovery.named('pods');
  const pod = rest.get<
    Live & {
      status?: { phase?: string; containerStatuses?: readonly { state?: { terminated?: { exitCode?: number } } }[] };
    }
  >(pods, namespace, name);
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Pending') {
    const limit = startedMs + flags.duration('pod-running-timeout');
    if (context.nowMs >= limit) throw failure('timed out waiting for the condition');
    return { data: { name, shown, hasStarted }, wake: wakeFor(session) };
  }
  const log = context.streams.logs({ namespace, pod: name });
  const lines = log.ok ? log.value : [];
  for (const { text } of lines.slice(shown)) session.say(text);
  if (phase === 'Running') return { data: { name, shown: lines.length, hasStarted: true }, wake: wakeFor(session) };
  if (flags.bool('rm')) {
    rest.json('DELETE', pathOf(pods, namespace, name), {
      body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
    });
    if (!flags.bool('quiet')) session.say(`pod ${JSON.stringify(name)} deleted from ${namespace} namespace`);
  }
  const code = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? 0;
  if (code !== 0 && flags.text('restart') === 'Never') {
    session.complain(`pod ${namespace}/${name} terminated (Error)`);
    session.code = code;
  }
  return undefined;
}
