/**
 * What the kubelet's own server offers, through the API server: logs of containers, commands in them,
 * and what is typed into them. Upstream: pkg/kubelet/server/server.go, pkg/kubelet/kubelet_pods.go. Left out: port-forward.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { runtimeUidOf } from './api/mirror-pods.ts';
import type { Stored } from './api/object.ts';
import type { Kernel } from './kernel/index.ts';
import type { ExecOptions, LogLine, ProcessTable, Session } from './workloads/index.ts';

export interface ContainerName {
  readonly namespace: string;
  readonly pod: string;
  /** Absent: the one that the annotation names, or the only one, or the first. */
  readonly container?: string;
}

export interface LogQuery {
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
}

export type Streamed<T> =
  | { readonly ok: true; readonly value: T }
  /** As the API server answers: a code, a reason and a message. */
  | { readonly ok: false; readonly code: number; readonly reason: string; readonly message: string };

/** A command that has been started in a container; its end comes with virtual time. */
export interface Execution {
  readonly id: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Characters at the start of each that are no longer kept. */
  readonly dropped?: Session['dropped'];
  /** Undefined while it runs. */
  readonly exitCode?: number;
}

const refusal = (code: number, reason: string, message: string): Streamed<never> => ({
  ok: false,
  code,
  reason,
  message,
});
const badRequest = (message: string): Streamed<never> => refusal(400, 'BadRequest', message);

const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

export class ContainerStreams {
  constructor(
    private readonly kernel: Kernel,
    private readonly processes: ProcessTable,
    private readonly findPod: (namespace: string, name: string) => Stored<Pod> | undefined,
  ) {}

  /** Lines of a container's log, oldest first. */
  logs(name: ContainerName, query: LogQuery = {}): Streamed<readonly LogLine[]> {
    const found = this.container(name);
    if (!found.ok) return found;
    const { pod, container } = found.value;
    const { waiting } = this.stateOf(pod, container);
    const read = this.processes.logs.read(`${runtimeUidOf(pod)}/${container}`, {
      isPrevious: query.previous ?? false,
      ...(query.tailLines === undefined ? {} : { tailLines: query.tailLines }),
      ...(query.sinceSeconds === undefined ? {} : { sinceMs: this.kernel.now - query.sinceSeconds * 1000 }),
    });
    if (read) return { ok: true, value: read.lines };
    if (query.previous)
      return badRequest(`previous terminated container "${container}" in pod "${pod.metadata.name}" not found`);
    const why = waiting ? waitingText(waiting.reason ?? '') : 'not available';
    return badRequest(`container "${container}" in pod "${pod.metadata.name}" is ${why}`);
  }

  /** The log as text, as GET pods/log gives it. */
  logText(name: ContainerName, query: LogQuery = {}): Streamed<string> {
    const read = this.logs(name, query);
    if (!read.ok) return read;
    const text = read.value
      .map(({ at, text: line }) => `${query.timestamps ? `${this.kernel.formatMicroTime(at)} ` : ''}${line}\n`)
      .join('');
    return { ok: true, value: query.limitBytes === undefined ? text : text.slice(0, query.limitBytes) };
  }

  /** Starts a command in a container, within a turn. What it has written so far stands in `execution`. */
  exec(
    name: ContainerName,
    argv: readonly string[],
    options: Pick<ExecOptions, 'stdin' | 'hasTerminal'> = {},
  ): Streamed<Execution> {
    return this.begin(name, 'exec into', ({ pod, container }) =>
      this.processes.exec(runtimeUidOf(pod), container, argv, options),
    );
  }

  /** Looks on at what a container's own program writes from now on, within a turn. */
  attach(name: ContainerName): Streamed<Execution> {
    return this.begin(name, 'attach', ({ pod, container }) => this.processes.attach(runtimeUidOf(pod), container));
  }

  private begin(
    name: ContainerName,
    what: string,
    start: (found: { readonly pod: Stored<Pod>; readonly container: string }) => number | undefined,
  ): Streamed<Execution> {
    const found = this.container(name);
    if (!found.ok) return found;
    const { pod, container } = found.value;
    const { phase } = pod.status ?? {};
    if (phase === 'Succeeded' || phase === 'Failed')
      return badRequest(`cannot ${what} a container in a completed pod; current phase is ${phase}`);
    const id = start(found.value);
    if (id === undefined) {
      const message = `container not found ("${container}")`;
      return refusal(500, 'InternalError', `unable to upgrade connection: ${message}`);
    }
    return { ok: true, value: this.execution(id)! };
  }

  execution(id: number): Execution | undefined {
    const session: Session | undefined = this.processes.session(id);
    if (!session) return undefined;
    const { stdout, stderr, dropped, exitCode } = session;
    return { id, stdout, stderr, ...(dropped ? { dropped } : {}), ...(exitCode === undefined ? {} : { exitCode }) };
  }

  /** Input for an execution, within a turn; without text, its end. */
  type(id: number, text: string | undefined): void {
    this.processes.type(id, text);
  }

  /** Keys for an execution on a terminal, within a turn. */
  press(id: number, keys: string): void {
    this.processes.press(id, keys);
  }

  /** Gives a component the task `output`, once, when an execution has written more, or has ended. */
  listen(id: number, component: string): void {
    this.processes.listen(id, component);
  }

  /** Lets go of an execution, whether it has ended or not. */
  close(id: number): void {
    this.processes.closeSession(id);
  }

  private stateOf(pod: Stored<Pod>, container: string): { readonly waiting?: { readonly reason?: string } } {
    const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
    const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
    return all.find(({ name }) => name === container)?.state ?? {};
  }

  private container({
    namespace,
    pod: name,
    container,
  }: ContainerName): Streamed<{ pod: Stored<Pod>; container: string }> {
    const pod = this.findPod(namespace, name);
    if (!pod) return refusal(404, 'NotFound', `pods "${name}" not found`);
    const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
    const names = [...containers, ...initContainers, ...ephemeralContainers].map((item) => item.name);
    if (container !== undefined) {
      if (!names.includes(container)) return badRequest(`container ${container} is not valid for pod ${name}`);
      return { ok: true, value: { pod, container } };
    }
    const wanted = pod.metadata.annotations?.[DEFAULT_CONTAINER];
    if (wanted && names.includes(wanted)) return { ok: true, value: { pod, container: wanted } };
    if (containers.length > 1) {
      const choices = `choose one of: [${containers.map((item) => item.name).join(' ')}]`;
      const inits =
        initContainers.length > 0
          ? ` or one of the init containers: [${initContainers.map((item) => item.name).join(' ')}]`
          : '';
      return badRequest(`a container name must be specified for pod ${name}, ${choices}${inits}`);
    }
    return { ok: true, value: { pod, container: containers[0]?.name ?? '' } };
  }
}

/** Upstream: kubelet.go (validateContainerLogStatus). */
const waitingText = (reason: string): string =>
  reason === 'ContainerCreating' || reason === 'PodInitializing' || reason === ''
    ? `waiting to start: ${reason || 'ContainerCreating'}`
    : `waiting to start: ${/ImagePull|ErrImage|InvalidImage/.test(reason) ? (IMAGE_TEXTS[reason] ?? 'trying and failing to pull image') : reason}`;

const IMAGE_TEXTS: Readonly<Record<string, string>> = {
  ErrImageNeverPull: "image can't be pulled",
  InvalidImageName: 'image name is invalid',
};
