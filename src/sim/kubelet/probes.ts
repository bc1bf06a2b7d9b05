/** Probes over the network against what runs in a container. Upstream: pkg/probe/{http,tcp,grpc}. */
import type { Container, Probe } from 'kubernetes-types/core/v1';
import { serve, type ProcessTable, type ServeContext } from '../workloads/index.ts';

export interface ProbeResult {
  readonly isSuccess: boolean;
  /** What the event says after `... probe failed: `. */
  readonly output: string;
  /** The whole text of the event, where the probe could not be made. */
  readonly error?: string;
}

const OK: ProbeResult = { isSuccess: true, output: '' };
const failed = (output: string): ProbeResult => ({ isSuccess: false, output });

export function probe(
  definition: Probe,
  container: Container,
  podIp: string,
  processes: ProcessTable,
  context: ServeContext,
): ProbeResult {
  const { httpGet, tcpSocket, grpc } = definition;
  const wanted = httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? 0;
  const port =
    typeof wanted === 'number'
      ? wanted
      : (container.ports?.find(({ name }) => name === wanted)?.containerPort ?? (Number(wanted) || 0));
  const address = httpGet?.host || tcpSocket?.host || podIp;
  const process = processes.listener(address, port);
  const seconds = definition.timeoutSeconds ?? 1;
  if (grpc) {
    if (process) return OK;
    return failed(
      `timeout: failed to connect service "${address}:${port}" within ${seconds}s: context deadline exceeded`,
    );
  }
  const refused = `dial tcp ${address}:${port}: connect: connection refused`;
  if (!httpGet) return process ? OK : failed(refused);
  const path = httpGet.path ?? '/';
  const url = `${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${address}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  if (!process) return failed(`Get "${url}": ${refused}`);
  const reply = serve(process, { method: 'GET', path, host: address, port }, context);
  if (reply.kind === 'connected') return OK;
  if (reply.latencyMs > seconds * 1000) {
    return failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
  }
  return reply.status >= 200 && reply.status < 400 ? OK : failed(`HTTP probe failed with statuscode: ${reply.status}`);
}
