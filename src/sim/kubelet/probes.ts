/** Probes over the network against what runs in a container. Upstream: pkg/probe/{http,tcp,grpc}. */
import type { Container, Probe } from 'kubernetes-types/core/v1';
import { serve, type ProcessTable, type ServeContext } from '../workloads/index.ts';

export interface ProbeResult {
  readonly isSuccess: boolean;
  /** What the event says after `... probe failed: `, or, of a success that is not quite one, after `... probe warning: `. */
  readonly output: string;
  readonly isWarning?: true;
  /** It could not be made: what the event says after `... probe errored and resulted in unknown state: `. It does not count. */
  readonly error?: string;
}

const OK: ProbeResult = { isSuccess: true, output: '' };
const failed = (output: string): ProbeResult => ({ isSuccess: false, output });
export const errored = (error: string): ProbeResult => ({ isSuccess: false, output: '', error });

/** Servers of the catalogue speak no TLS there. */
const PLAIN_PORTS: ReadonlySet<number> = new Set([80, 8080]);

export function probe(
  definition: Probe,
  container: Container,
  podIp: string,
  processes: ProcessTable,
  context: ServeContext,
): ProbeResult {
  const { httpGet, tcpSocket, grpc } = definition;
  const wanted = httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? 0;
  const port = portOf(wanted, container);
  // Upstream: pkg/probe/util.go (ResolveContainerPort).
  if (port === undefined) return errored(`strconv.Atoi: parsing ${JSON.stringify(wanted)}: invalid syntax`);
  if (port <= 0 || port > 65_535) return errored(`invalid port number: ${port}`);
  const address = httpGet?.host || tcpSocket?.host || podIp;
  const process = processes.listener(address, port);
  const seconds = definition.timeoutSeconds ?? 1;
  if (grpc) {
    // A server of HTTP/1 never gets as far as the preface of HTTP/2.
    if (process && !process.behaviour.http) return OK;
    return failed(
      `timeout: failed to connect service "${address}:${port}" within ${seconds}s: context deadline exceeded`,
    );
  }
  const refused = `dial tcp ${address}:${port}: connect: connection refused`;
  if (!httpGet) return process ? OK : failed(refused);
  const path = httpGet.path ?? '/';
  const scheme = (httpGet.scheme ?? 'HTTP').toLowerCase();
  const url = `${scheme}://${address}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  if (!process) return failed(`Get "${url}": ${refused}`);
  if (scheme === 'https' && PLAIN_PORTS.has(port))
    return failed(`Get "${url}": http: server gave HTTP response to HTTPS client`);
  const reply = serve(process, { method: 'GET', path, host: address, port }, context);
  if (reply.kind === 'connected') return OK;
  if (reply.latencyMs > seconds * 1000) {
    return failed(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
  }
  const { status, body } = reply;
  if (status < 200 || status >= 400) return failed(`HTTP probe failed with statuscode: ${status}`);
  if (status < 300) return OK;
  return { isSuccess: true, isWarning: true, output: `Probe terminated redirects, Response body: ${body}` };
}

function portOf(wanted: number | string, { ports = [] }: Container): number | undefined {
  if (typeof wanted === 'number') return wanted;
  const named = ports.find(({ name }) => name === wanted)?.containerPort;
  return named ?? (/^[+-]?\d+$/.test(wanted) ? Number(wanted) : undefined);
}
