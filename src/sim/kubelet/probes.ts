/** Probes against what runs in a container. Upstream: pkg/kubelet/prober/prober.go, pkg/probe. */
import type { Container, Probe } from 'kubernetes-types/core/v1';
import { pretendedExec } from './pretended-runtime.ts';
import { serve, type ProcessTable, type RunningProcess, type ServeContext } from '../workloads/index.ts';

export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export interface ProbeResult {
  readonly isSuccess: boolean;
  /** What the event says after `... probe failed: `. */
  readonly output: string;
}

const OK: ProbeResult = { isSuccess: true, output: '' };
const failed = (output: string): ProbeResult => ({ isSuccess: false, output });

export function probe(
  definition: Probe,
  own: RunningProcess | undefined,
  container: Container,
  podIp: string,
  processes: ProcessTable,
  context: ServeContext,
): ProbeResult {
  const { httpGet, tcpSocket, exec, grpc } = definition;
  if (own?.behaviour.name === 'pretended') {
    const isSuccess = !exec || pretendedExec(exec.command ?? [], definition.timeoutSeconds ?? 1).isSuccess;
    return isSuccess ? OK : failed('');
  }
  if (exec) return execResult(exec.command ?? [], own, context.nowMs);
  const wanted = httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? 0;
  const port =
    typeof wanted === 'number' ? wanted : (container.ports?.find(({ name }) => name === wanted)?.containerPort ?? 0);
  const address = httpGet?.host || tcpSocket?.host || podIp;
  const process = processes.listener(address, port);
  const refused = `dial tcp ${address}:${port}: connect: connection refused`;
  if (!httpGet) {
    if (process) return OK;
    return failed(grpc ? `service unhealthy (responded with "connection refused")` : refused);
  }
  const path = httpGet.path ?? '/';
  const url = `${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${address}:${port}${path}`;
  if (!process) return failed(`Get "${url}": ${refused}`);
  const reply = serve(process, { method: 'GET', path, host: address, port }, context);
  if (reply.kind === 'connected') return OK;
  if (reply.latencyMs > (definition.timeoutSeconds ?? 1) * 1000) {
    return failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
  }
  return reply.status >= 200 && reply.status < 400 ? OK : failed(`HTTP probe failed with statuscode: ${reply.status}`);
}

/** `cat FILE`, `ls FILE`, `test -f FILE`, `[ -f FILE ]`, also within `sh -c`. */
const FILE_TEST = /(?:^|\s)(cat|ls|stat|test\s+-[efs]|\[\s+-[efs])\s+(\/[^\s;&|\]]+)/;

/** A command in the container: `false` and `exit N` say no; a file is there as the program's script makes and removes it. */
function execResult(command: readonly string[], own: RunningProcess | undefined, now: number): ProbeResult {
  const line = command.join(' ');
  const code = /\bexit\s+(\d+)/.exec(line)?.[1];
  const [, program = '', path = ''] = FILE_TEST.exec(line) ?? [];
  const stays = own?.behaviour.files?.filter((file) => file.path === path) ?? [];
  if (own && stays.length > 0) {
    const age = now - own.startedAt;
    if (stays.some(({ fromMs, untilMs = Infinity }) => age >= fromMs && age < untilMs)) return OK;
    return failed(program === 'cat' ? `cat: can't open '${path}': No such file or directory\n` : '');
  }
  return /(^|\s)false$/.test(line) || (code !== undefined && code !== '0') ? failed('') : OK;
}
