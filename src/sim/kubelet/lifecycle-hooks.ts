/**
 * postStart and preStop: exec, httpGet, sleep. Upstream: pkg/kubelet/lifecycle/handlers.go,
 * pkg/kubelet/kuberuntime/kuberuntime_container.go (executePreStopHook). tcpSocket is accepted by the API, and fails as a handler that nobody knows.
 */
import type { LifecycleHandler } from 'kubernetes-types/core/v1';
import { serve } from '../workloads/index.ts';
import type { ContainerRuntime, Target } from './container-runtime.ts';
import { pretendedHook } from './pretended-runtime.ts';
import { specOf } from './records.ts';

type Handler = LifecycleHandler & { readonly sleep?: { readonly seconds: number } };

type Purpose = 'post-start' | 'pre-stop';

export class LifecycleHooks {
  constructor(private readonly runtime: ContainerRuntime) {}

  /** False where there is none. Until it is over, the container is not started. */
  postStart(uid: string, name: string): boolean {
    return this.run(uid, name, 'post-start', undefined);
  }

  /** False where there is none. The stop signal waits for its end, or for that of the grace period. */
  preStop(uid: string, name: string, graceMs: number): boolean {
    return this.run(uid, name, 'pre-stop', graceMs);
  }

  private run(uid: string, name: string, purpose: Purpose, limitMs: number | undefined): boolean {
    const { ports } = this.runtime;
    const { lifecycle } = specOf(ports.find(uid)!.pod, name);
    const handler = (purpose === 'post-start' ? lifecycle?.postStart : lifecycle?.preStop) as Handler | undefined;
    // No request reaches what only pretends to run.
    if (!handler || (ports.runtime === 'pretended' && !handler.exec && !handler.sleep)) return false;
    const over = `${purpose}-over`;
    if (purpose === 'post-start') this.runtime.update(uid, name, { isInPostStart: true });
    if (limitMs !== undefined) this.runtime.later(uid, name, limitMs, over);
    if (handler.exec && ports.runtime === 'pretended') {
      const { seconds, isSuccess } = pretendedHook(handler.exec.command ?? []);
      const action = isSuccess ? over : 'hook-failed';
      if (seconds !== undefined) this.runtime.later(uid, name, Math.round(seconds * 1000), action, { purpose });
      return true;
    }
    if (handler.exec) {
      const { stay } = this.runtime.container(uid, name)!;
      const notify = { component: ports.component, payload: { uid, name, stay, purpose } };
      const session = ports.processes.exec(uid, name, handler.exec.command ?? [], { notify });
      return session !== undefined;
    }
    if (handler.sleep) this.runtime.later(uid, name, handler.sleep.seconds * 1000, over);
    else if (handler.httpGet) this.get(uid, name, handler, purpose);
    else this.failed(uid, name, purpose, `invalid handler: ${JSON.stringify(handler)}`);
    return true;
  }

  private get(uid: string, name: string, { httpGet }: Handler, purpose: Purpose): void {
    const { ports } = this.runtime;
    const { pod, podIp } = ports.find(uid)!;
    const spec = specOf(pod, name);
    const wanted = httpGet!.port;
    const port =
      typeof wanted === 'number' ? wanted : (spec.ports?.find((item) => item.name === wanted)?.containerPort ?? 80);
    const address = httpGet!.host ?? podIp;
    const path = httpGet!.path ?? '/';
    const process = ports.processes.listener(address, port);
    if (!process) {
      const scheme = (httpGet!.scheme ?? 'HTTP').toLowerCase();
      const refused = `Get "${scheme}://${address}:${port}${path}": dial tcp ${address}:${port}: connect: connection refused`;
      return this.failed(uid, name, purpose, `${this.titleOf('HTTP', path, uid, name)} failed - error: ${refused}`);
    }
    const context = { nowMs: ports.kernel.turn.cursor, draw: () => 0, volumes: ports.processes.volumes };
    const reply = serve(process, { method: 'GET', path, host: address, port }, context);
    this.runtime.later(uid, name, reply.latencyMs, `${purpose}-over`);
  }

  private titleOf(kind: 'Exec' | 'HTTP', what: string, uid: string, name: string): string {
    const { metadata } = this.runtime.ports.find(uid)!.pod;
    const pod = `${metadata.name}_${metadata.namespace}(${uid})`;
    return `${kind} lifecycle hook (${what}) for Container "${name}" in Pod "${pod}"`;
  }

  executed({ uid, name }: Target, { purpose, session }: { purpose: string; session: number }): void {
    const { processes } = this.runtime.ports;
    const { exitCode = 0, stdout = '', stderr = '' } = processes.session(session) ?? {};
    processes.closeSession(session);
    if (exitCode !== 0) return this.execFailed(uid, name, purpose as Purpose, { exitCode, stdout, stderr });
    if (purpose === 'post-start') this.runtime.hasStarted(uid, name);
    else this.runtime.terminate(uid, name);
  }

  /** A command of a pretended runtime says nothing. */
  commandFailed({ uid, name }: Target, purpose: Purpose): void {
    this.execFailed(uid, name, purpose, { exitCode: 1, stdout: '', stderr: '' });
  }

  private execFailed(
    uid: string,
    name: string,
    purpose: Purpose,
    { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
  ): void {
    const { lifecycle } = specOf(this.runtime.ports.find(uid)!.pod, name);
    const handler = purpose === 'post-start' ? lifecycle?.postStart : lifecycle?.preStop;
    const words = (handler?.exec?.command ?? []).join(' ');
    const error = `command '${words}' exited with ${exitCode}: ${stderr}`;
    const title = this.titleOf('Exec', `[${words}]`, uid, name);
    this.failed(uid, name, purpose, `${title} failed - error: ${error}, message: ${JSON.stringify(stdout + stderr)}`);
  }

  /** The event says no more than that it has failed, lest it tell secrets; the status of the container says how. */
  private failed(uid: string, name: string, purpose: Purpose, message: string): void {
    const { pod } = this.runtime.ports.find(uid)!;
    if (purpose === 'pre-stop') {
      this.runtime.record(pod, name, 'Warning', 'FailedPreStopHook', 'PreStopHook failed');
      return this.runtime.terminate(uid, name);
    }
    this.runtime.record(pod, name, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
    this.runtime.update(uid, name, { foundWaiting: { reason: 'PostStartHookError', message } });
    this.runtime.fail(uid, name, 'FailedPostStartHook');
  }

  postStartOver({ uid, name }: Target): void {
    this.runtime.hasStarted(uid, name);
  }

  preStopOver({ uid, name }: Target): void {
    const process = this.runtime.ports.processes.get(uid, name);
    if (process && process.stoppingSince === undefined) this.runtime.terminate(uid, name);
  }
}
