/** Probes of running containers, each in its own rhythm. Upstream: pkg/kubelet/prober/{worker,prober}.go. */
import type { Probe } from 'kubernetes-types/core/v1';
import { keyOf, refOf } from '../api/object.ts';
import { SETTLE_WITHIN_MS, type ContainerRuntime, type Target } from './container-runtime.ts';
import { pretendedExec } from './pretended-runtime.ts';
import { digestOf } from './pod-status.ts';
import { errored, probe, type ProbeResult } from './probes.ts';
import { isRunning, specOf } from './records.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

const TITLES = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

export class ProbeWorker {
  constructor(private readonly runtime: ContainerRuntime) {}

  begin(uid: string, name: string, kind: ProbeKind): void {
    const definition = this.definition(uid, name, kind);
    this.schedule(uid, name, kind, (definition?.initialDelaySeconds ?? 0) * 1000);
  }

  private definition(uid: string, name: string, kind: ProbeKind): Probe | undefined {
    const spec = specOf(this.runtime.ports.find(uid)!.pod, name);
    return kind === 'startup' ? spec.startupProbe : kind === 'liveness' ? spec.livenessProbe : spec.readinessProbe;
  }

  private schedule(uid: string, name: string, kind: ProbeKind, delayMs: number): void {
    const { runtime } = this;
    const container = runtime.container(uid, name)!;
    const isYoung = runtime.ports.kernel.turn.cursor - (container.startedAt ?? 0) < SETTLE_WITHIN_MS;
    const isAwaited = isYoung && (kind === 'startup' || (kind === 'readiness' && !container.isReady));
    runtime.later(uid, name, delayMs, 'probe', { kind }, !isAwaited);
  }

  run(target: Target, kind: ProbeKind): void {
    const { uid, name } = target;
    const { kernel, processes, component, find, runtime } = this.runtime.ports;
    const record = find(uid)!;
    const definition = this.definition(uid, name, kind);
    if (!definition || !isRunning(this.runtime.container(uid, name)!)) return;
    if (definition.exec && runtime !== 'pretended') return this.execute(target, kind, definition);
    const spec = specOf(record.pod, name);
    const result: ProbeResult =
      runtime === 'pretended'
        ? {
            output: '',
            isSuccess:
              !definition.exec ||
              pretendedExec(definition.exec.command ?? [], definition.timeoutSeconds ?? 1).isSuccess,
          }
        : probe(definition, spec, record.podIp, processes, {
            nowMs: kernel.turn.cursor,
            draw: (bound) => kernel.stream(`${component}/probes`).below(bound),
            volumes: processes.volumes,
          });
    this.finish(target, kind, result);
  }

  private execute(target: Target, kind: ProbeKind, definition: Probe): void {
    const { uid, name, stay } = target;
    const { processes, component } = this.runtime.ports;
    const payload = { uid, name, stay, purpose: 'probe', kind };
    const session = processes.exec(uid, name, definition.exec?.command ?? [], { notify: { component, payload } });
    if (session === undefined) return;
    if (processes.session(session)?.exitCode !== undefined) return;
    const timeoutMs = (definition.timeoutSeconds ?? 1) * 1000;
    this.runtime.later(uid, name, timeoutMs, 'probe-timeout', { kind, session }, true);
  }

  executed(target: Target, { kind, session }: { kind: ProbeKind; session: number }): void {
    const { processes } = this.runtime.ports;
    const found = processes.session(session);
    if (!found) return;
    processes.closeSession(session);
    const { exitCode, stdout, stderr } = found;
    const [program = ''] = this.definition(target.uid, target.name, kind)?.exec?.command ?? [];
    if (exitCode === 127 && stderr.endsWith(`${program}: not found\n`))
      return this.finish(target, kind, notExecuted(program, digestOf(`${target.uid}/${session}`)));
    this.finish(target, kind, { isSuccess: exitCode === 0, output: `${stdout}${stderr}` });
  }

  timedOut(target: Target, { kind, session }: { kind: ProbeKind; session: number }): void {
    const { processes } = this.runtime.ports;
    const found = processes.session(session);
    if (!found || found.exitCode !== undefined) return;
    processes.closeSession(session);
    const definition = this.definition(target.uid, target.name, kind);
    const line = (definition?.exec?.command ?? []).join(' ');
    const output = `command timed out: ${JSON.stringify(line)} timed out after ${definition?.timeoutSeconds ?? 1}s`;
    this.finish(target, kind, { isSuccess: false, output });
  }

  private finish({ uid, name }: Target, kind: ProbeKind, result: ProbeResult): void {
    const { runtime } = this;
    const { kernel, component } = runtime.ports;
    const { pod } = runtime.ports.find(uid)!;
    const definition = this.definition(uid, name, kind);
    const container = runtime.container(uid, name)!;
    if (!definition || !isRunning(container)) return;
    const now = kernel.turn.cursor;
    const probedSince = kernel.turn.cause;
    kernel.emitCause(
      'probe',
      {
        from: component,
        to: `pod/${keyOf(pod)}`,
        departAt: now,
        arriveAt: now + 1,
        container: name,
        probe: kind,
        result: result.isSuccess ? 'success' : 'failure',
        ...((result.error ?? result.output) ? { output: result.error ?? result.output } : {}),
      },
      { object: refOf('pods', pod) },
    );
    const { error, isWarning, isSuccess, output } = result;
    const say = (reason: string, text: string): void =>
      runtime.record(pod, name, 'Warning', reason, `${TITLES[kind]} probe ${text}`);
    // A probe that could not be made tells nothing of the container.
    if (error !== undefined) {
      say('Unhealthy', `errored and resulted in unknown state: ${error}`);
      return this.again(uid, name, kind, definition, probedSince);
    }
    if (isWarning) say('ProbeWarning', `warning: ${output}`);
    if (!isSuccess) say('Unhealthy', `failed: ${output}`);
    const before = container.probes[kind] ?? { successes: 0, failures: 0 };
    const counts = isSuccess
      ? { successes: before.successes + 1, failures: 0 }
      : { successes: 0, failures: before.failures + 1 };
    runtime.update(uid, name, { probes: { ...container.probes, [kind]: counts } });
    const passed = counts.successes >= (definition.successThreshold ?? 1);
    const failed = counts.failures >= (definition.failureThreshold ?? 3);
    if (kind === 'readiness') runtime.setReady(uid, name, passed ? true : failed ? false : container.isReady);
    if (kind === 'startup' && passed) return runtime.started(uid, name);
    if (kind !== 'readiness' && failed)
      return runtime.fail(
        uid,
        name,
        `Container ${name} failed ${kind} probe, will be restarted`,
        definition.terminationGracePeriodSeconds,
      );
    this.again(uid, name, kind, definition, probedSince);
  }

  /** The next probe follows from what began the probing, not from the probe before it. */
  private again(uid: string, name: string, kind: ProbeKind, definition: Probe, cause: number): void {
    this.runtime.ports.kernel.turn.cause = cause;
    this.schedule(uid, name, kind, (definition.periodSeconds ?? 10) * 1000);
  }
}

/** What runc says of a program that the image does not have, in containerd's words. */
function notExecuted(program: string, id: string): ProbeResult {
  const why = program.includes('/')
    ? `stat ${program}: no such file or directory`
    : 'executable file not found in $PATH';
  const oci = `OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": ${why}: unknown`;
  return errored(`rpc error: code = Unknown desc = failed to exec in container: failed to start exec "${id}": ${oci}`);
}
