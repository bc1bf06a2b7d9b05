/**
 * Containers: pulled, started, probed, restarted, stopped, as the container machine says.
 * Upstream: pkg/kubelet/kuberuntime/kuberuntime_{manager,container}.go.
 */
import type { Container, Pod } from 'kubernetes-types/core/v1';
import { keyOf, refOf, type Stored } from '../api/object.ts';
import type { Client, EventRecorder } from '../client/index.ts';
import type { Kernel, LifeEvent } from '../kernel/index.ts';
import type { RuntimeOption } from '../options.ts';
import type { ProcessTable } from '../workloads/index.ts';
import { configFaultOf } from './container-config.ts';
import { processOf, startFaultOf, terminationMessageOf, type SpecFacts } from './container-spec.ts';
import { CrashBackOff } from './crash-back-off.ts';
import { environmentOf } from './environment.ts';
import type { ImageManager } from './image-manager.ts';
import { ImagePulls, type Pull } from './image-pulls.ts';
import { digestOf } from './pod-status.ts';
import { LifecycleHooks } from './lifecycle-hooks.ts';
import { ProbeWorker, type ProbeKind } from './probe-worker.ts';
import { containerLife, isRunning, specOf, type ContainerRecord, type PodRecord } from './records.ts';
import { shouldRestart } from './restart-rules.ts';

export interface RuntimePorts {
  readonly kernel: Kernel;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly processes: ProcessTable;
  readonly images: ImageManager;
  readonly spec: SpecFacts;
  readonly component: string;
  readonly nodeName: string;
  readonly runtime: RuntimeOption;
  find(uid: string): PodRecord | undefined;
  put(uid: string, record: PodRecord): void;
  /** Lets the pod worker decide what is next. */
  settle(uid: string): void;
  /** The node has an image that it did not have before. */
  imageArrived(): void;
}

export interface Target {
  readonly uid: string;
  readonly name: string;
  /** The stay in a state that the task belongs to; it is void once that has been left. */
  readonly stay: number;
}

/** What a program says of its end. */
interface Ended {
  readonly uid: string;
  readonly name: string;
  readonly containerId: string;
  readonly code: number;
  readonly reason: string;
  /** The text of its termination log. */
  readonly message?: string;
}

const CREATE_MS = 60;
/** A container that takes no time to start does so once its end has been reported. */
const REPORT_FIRST_MS = 50;
const CONFIG_RETRY_MS = 10_000;
/** A container that ran longer than this starts its back-off anew. */
const BACKOFF_RESET_MS = 600_000;
/** A pod that has not become ready by then is left to itself: it no longer keeps a world from settling. */
export const SETTLE_WITHIN_MS = 60_000;
/** Exit code of a container that could not be started, which counts from 1970. */
const START_ERROR_CODE = 128;
/** Whatever the grace period, so much is left to a container for its stop signal. */
const LEAST_STOP_MS = 2_000;

export class ContainerRuntime {
  private readonly probes: ProbeWorker;
  private readonly hooks: LifecycleHooks;
  private readonly pulls: ImagePulls;
  private readonly crashes: CrashBackOff;

  constructor(readonly ports: RuntimePorts) {
    this.probes = new ProbeWorker(this);
    this.hooks = new LifecycleHooks(this);
    this.pulls = new ImagePulls(this);
    this.crashes = new CrashBackOff(this);
  }

  start(uid: string, name: string): void {
    this.send(uid, name, { type: 'START' });
  }

  stop(uid: string, name: string, reason: 'deleted' | 'probe'): void {
    const container = this.container(uid, name);
    if (!container || container.stopReason) return;
    this.update(uid, name, { stopReason: reason });
    this.send(uid, name, { type: 'STOP' });
  }

  /** Ends a process without a word: its pod object is gone. */
  kill(uid: string, name: string): void {
    this.ports.processes.stop(uid, name);
  }

  handle(action: string, payload: unknown): void {
    if (action === 'exited') return this.processEnded(payload as Ended);
    const target = payload as Target;
    const container = this.container(target.uid, target.name);
    if (!container || container.stay !== target.stay) return;
    switch (action) {
      case 'retry':
        return this.send(target.uid, target.name, { type: 'RETRY' });
      case 'crash-sync':
        return this.crashes.sync(target);
      case 'pull-sync':
        return this.pulls.sync(target);
      case 'pulled':
        return this.pulls.ended(target, payload as Target & Pull);
      case 'create':
        return this.send(target.uid, target.name, { type: 'IMAGE_READY' });
      case 'probe':
        return this.probes.run(target, (payload as { kind: ProbeKind }).kind);
      case 'probe-timeout':
        return this.probes.timedOut(target, payload as { kind: ProbeKind; session: number });
      case 'executed':
        return this.executed(target, payload as { purpose: string; kind: ProbeKind; session: number });
      case 'pre-stop-over':
        return this.hooks.preStopOver(target);
      case 'hook-failed':
        return this.hooks.commandFailed(target, (payload as { purpose: 'post-start' | 'pre-stop' }).purpose);
      case 'post-start-over':
        return this.hooks.postStartOver(target);
      default:
        this.ports.kernel.assert(false, `${this.ports.component} has no action ${action}`);
    }
  }

  private executed(target: Target, payload: { purpose: string; kind: ProbeKind; session: number }): void {
    if (payload.purpose === 'probe') this.probes.executed(target, payload);
    else this.hooks.executed(target, payload);
  }

  private processEnded(ended: Ended): void {
    const { uid, name, containerId } = ended;
    const container = this.container(uid, name);
    if (container && container.containerId === containerId && isRunning(container)) this.exited(ended);
  }

  /** An image was changed in place: the container is stopped and comes back with the new one. */
  specChanged(uid: string, old: Stored<Pod>, next: Stored<Pod>): void {
    for (const container of this.ports.find(uid)?.containers ?? []) {
      if (!isRunning(container) || specOf(old, container.name).image === specOf(next, container.name).image) continue;
      this.record(
        next,
        container.name,
        'Normal',
        'Killing',
        `Container ${container.name} definition changed, will be restarted`,
      );
      this.update(uid, container.name, { stopReason: 'probe' });
      this.send(uid, container.name, { type: 'STOP' });
    }
  }

  container(uid: string, name: string): ContainerRecord | undefined {
    return this.ports.find(uid)?.containers.find((item) => item.name === name);
  }

  update(uid: string, name: string, change: Partial<ContainerRecord>): void {
    const record = this.ports.find(uid)!;
    this.ports.put(uid, {
      ...record,
      containers: record.containers.map((item) => (item.name === name ? { ...item, ...change } : item)),
    });
  }

  send(uid: string, name: string, event: LifeEvent): void {
    const { kernel } = this.ports;
    const record = this.ports.find(uid)!;
    const before = this.container(uid, name)!;
    const moved = containerLife.next(before.state, event);
    if (!moved.isEntered) return;
    this.update(uid, name, { state: moved.state, since: kernel.turn.cursor, stay: before.stay + 1 });
    kernel.emit(
      'transition',
      {
        machine: containerLife.id,
        instance: `container/${keyOf(record.pod)}/${name}`,
        from: moved.from,
        to: moved.to,
        on: event.type,
      },
      { object: refOf('pods', record.pod) },
    );
    for (const action of moved.actions) this.act(action, uid, name);
  }

  private act(action: string, uid: string, name: string): void {
    switch (action) {
      case 'pullImage':
        return this.pulls.begin(uid, name);
      case 'startProcess':
        return this.run(uid, name);
      case 'stopProcess':
        return this.stopProcess(uid, name);
      case 'waitForPull':
        return this.pulls.backOff(uid, name);
      case 'waitForRestart':
        return this.crashes.begin(uid, name);
      case 'waitForConfig':
        return this.later(uid, name, CONFIG_RETRY_MS, 'retry', {}, this.isOld(uid));
      default:
        this.ports.kernel.assert(false, `no way to carry out ${action}`);
    }
  }

  /** A pod that could not start for so long is tried on as upkeep, or no such world would settle. */
  private isOld(uid: string): boolean {
    return this.ports.kernel.turn.cursor - this.ports.find(uid)!.since > SETTLE_WITHIN_MS;
  }

  later(uid: string, name: string, delayMs: number, action: string, more: object = {}, isUpkeep = false): void {
    const { stay } = this.container(uid, name)!;
    this.ports.kernel.schedule(delayMs, this.ports.component, action, { uid, name, stay, ...more }, isUpkeep);
  }

  record(pod: Stored<Pod>, name: string, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const isInit = pod.spec?.initContainers?.some((container) => container.name === name);
    this.ports.recorder.record(
      'pods',
      pod,
      type,
      reason,
      message,
      `spec.${isInit ? 'initContainers' : 'containers'}{${name}}`,
    );
  }

  create(uid: string, name: string, spec: Container): void {
    const { pod } = this.ports.find(uid)!;
    const environment = environmentOf(pod, spec, this.ports.spec.environment(this.ports.find(uid)!));
    const message = configFaultOf(pod, spec, environment);
    if (message !== undefined) {
      this.record(pod, name, 'Warning', 'Failed', `Error: ${message}`);
      this.update(uid, name, { waiting: { reason: 'CreateContainerConfigError', message } });
      this.ports.settle(uid);
      return this.send(uid, name, { type: 'CONFIG_FAILED' });
    }
    const pretendedMs = this.container(uid, name)!.ended ? REPORT_FIRST_MS : 0;
    this.later(uid, name, this.ports.runtime === 'pretended' ? pretendedMs : CREATE_MS, 'create');
  }

  private run(uid: string, name: string): void {
    const { kernel, processes, nodeName, component } = this.ports;
    const record = this.ports.find(uid)!;
    const { pod } = record;
    const spec = specOf(pod, name);
    const now = kernel.turn.cursor;
    const before = this.container(uid, name)!;
    const restarts = before.ended ? before.restarts + 1 : 0;
    const containerId = `containerd://${digestOf(`${uid}/${name}/${restarts}`)}`;
    this.record(pod, name, 'Normal', 'Created', 'Container created');
    const fault = startFaultOf(spec, this.ports.runtime);
    if (fault === undefined) this.record(pod, name, 'Normal', 'Started', 'Container started');
    const {
      waiting: _waiting,
      foundWaiting: _found,
      stopReason: _stop,
      graceSeconds: _grace,
      isInPostStart: _hook,
      ...kept
    } = before;
    this.ports.put(uid, {
      ...record,
      actuated: { ...record.actuated, [name]: record.allocated[name] ?? {} },
      containers: record.containers.map((item) =>
        item.name === name
          ? {
              ...kept,
              state: item.state,
              since: now,
              stay: item.stay,
              restarts,
              startedAt: now,
              containerId,
              isReady: false,
              probes: {},
            }
          : item,
      ),
    });
    if (fault !== undefined) return this.notStarted(uid, name, containerId, fault);
    // Status, probes and exits that follow have the start as their cause.
    kernel.emitCause('container.start', { container: name, restart: restarts }, { object: refOf('pods', pod) });
    processes.start(
      processOf(this.ports.find(uid)!, spec, { ...this.ports.spec, component, nodeName, containerId, now }),
    );
    if (!this.hooks.postStart(uid, name)) this.hasStarted(uid, name);
    this.ports.settle(uid);
  }

  /** It was created, and ends before it began. */
  private notStarted(uid: string, name: string, containerId: string, message: string): void {
    const { pod } = this.ports.find(uid)!;
    this.record(pod, name, 'Warning', 'Failed', `Error: ${message}`);
    const startedAt = -this.ports.kernel.options.epochMs;
    this.update(uid, name, { startedAt, foundWaiting: { reason: 'RunContainerError', message } });
    this.exited({ uid, name, containerId, code: START_ERROR_CODE, reason: 'StartError', message });
  }

  /** Its hook is over: it is started, or its startup probe decides when. */
  hasStarted(uid: string, name: string): void {
    this.update(uid, name, { isInPostStart: false });
    const spec = specOf(this.ports.find(uid)!.pod, name);
    if (spec.startupProbe) this.probes.begin(uid, name, 'startup');
    else this.started(uid, name);
  }

  started(uid: string, name: string): void {
    this.send(uid, name, { type: 'STARTUP_DONE' });
    const spec = specOf(this.ports.find(uid)!.pod, name);
    if (spec.livenessProbe) this.probes.begin(uid, name, 'liveness');
    if (spec.readinessProbe) this.probes.begin(uid, name, 'readiness');
    else this.update(uid, name, { isReady: true });
    this.ports.settle(uid);
  }

  setReady(uid: string, name: string, isReady: boolean): void {
    if (this.container(uid, name)!.isReady === isReady) return;
    this.update(uid, name, { isReady });
    this.ports.settle(uid);
  }

  /** Ends a container that has failed a probe or its postStart hook. */
  fail(uid: string, name: string, message: string, graceSeconds?: number): void {
    this.record(this.ports.find(uid)!.pod, name, 'Normal', 'Killing', message);
    this.update(uid, name, { stopReason: 'probe', ...(graceSeconds === undefined ? {} : { graceSeconds }) });
    this.send(uid, name, { type: 'PROBE_FAILED' });
  }

  /** preStop, then the stop signal, then SIGKILL when the grace is over. */
  private stopProcess(uid: string, name: string): void {
    const { pod } = this.ports.find(uid)!;
    const container = this.container(uid, name)!;
    if (container.stopReason === 'deleted' && !container.isEvicted)
      this.record(pod, name, 'Normal', 'Killing', `Stopping container ${name}`);
    if (!this.hooks.preStop(uid, name, this.graceMs(uid, name))) this.terminate(uid, name);
    this.ports.settle(uid);
  }

  private graceMs(uid: string, name: string): number {
    const { pod } = this.ports.find(uid)!;
    const own = this.container(uid, name)!.graceSeconds;
    const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    const seconds =
      own ?? (deletionTimestamp ? deletionGracePeriodSeconds : pod.spec?.terminationGracePeriodSeconds) ?? 30;
    return seconds * 1000;
  }

  /** What its preStop hook has used of the grace period is gone. */
  terminate(uid: string, name: string): void {
    const { since } = this.container(uid, name)!;
    const left = this.graceMs(uid, name) - (this.ports.kernel.turn.cursor - since);
    this.ports.processes.terminate(uid, name, Math.max(left, LEAST_STOP_MS));
  }

  private exited({ uid, name, code, reason, message: text }: Ended): void {
    const { kernel } = this.ports;
    const record = this.ports.find(uid)!;
    const container = this.container(uid, name)!;
    const now = kernel.turn.cursor;
    const refused = { container: name, exitCode: code, reason };
    kernel.emitCause('container.exit', refused, { object: refOf('pods', record.pod) });
    const startedAt = container.startedAt ?? now;
    const { logs } = this.ports.processes;
    const message = terminationMessageOf(text, specOf(record.pod, name), code, logs, `${uid}/${name}`);
    this.update(uid, name, {
      isReady: false,
      ...(container.foundWaiting ? { waiting: container.foundWaiting } : {}),
      ...(container.ended ? { endedBefore: container.ended } : {}),
      ended: {
        exitCode: code,
        reason,
        startedAt,
        finishedAt: now,
        containerId: container.containerId ?? '',
        ...(message ? { message } : {}),
      },
    });
    // What a probe has ended counts as failed, whatever its exit code.
    const isFailure = code !== 0 || container.stopReason === 'probe';
    const isWanted = shouldRestart(record.pod, specOf(record.pod, name), container.role, code, isFailure);
    const isStopping = container.stopReason === 'deleted' || record.pod.metadata.deletionTimestamp !== undefined;
    const willRestart = isWanted && !isStopping && record.rejection === undefined;
    const ranLong = startedAt >= 0 && now - startedAt > BACKOFF_RESET_MS;
    if (ranLong) this.update(uid, name, { backOffMs: 0 });
    const isFirstRestart = container.backOffMs === 0 && (container.restarts === 0 || ranLong);
    this.send(uid, name, { type: 'EXITED', willRestart, isFirstRestart });
    this.ports.settle(uid);
  }
}
