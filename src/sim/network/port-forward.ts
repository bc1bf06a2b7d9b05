/**
 * A request that comes through `kubectl port-forward`: from the kubelet straight into the pod, past Services and policies.
 * Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go (PortForward), containerd's sandbox_portforward.go.
 */
import type { Kernel } from '../kernel/index.ts';
import { serve, type HttpRequest, type ProcessTable, type Reply } from '../workloads/index.ts';

export interface ForwardPorts {
  readonly kernel: Kernel;
  readonly processes: ProcessTable;
}

/** What the program that listens there answers; undefined when none does. Runs within a turn. */
export function askForwarded(
  { kernel, processes }: ForwardPorts,
  podIp: string,
  request: HttpRequest,
): Reply | undefined {
  const process = processes.listener(podIp, request.port);
  if (!process) return undefined;
  const reply = serve(process, request, {
    nowMs: kernel.turn.cursor,
    draw: (bound) => kernel.stream('network/replies').below(bound),
    volumes: processes.volumes,
    slowdown: processes.slowdown(process),
  });
  const { method, path } = request;
  processes.served(process, { pod: '127.0.0.1', method, target: { path } }, reply.kind === 'http' ? reply : undefined);
  return reply;
}
