/**
 * Whose rules a connection meets: those of the client's own node first; what goes to another node's address meets the
 * rules of that node when it gets there, which is how a NodePort answers on every node.
 */
import type { Kernel } from '../kernel/index.ts';
import { KubeProxy, type Choice } from './kube-proxy.ts';

export interface Ruling {
  readonly proxy: KubeProxy;
  readonly choice: Choice;
}

export function rulingOn(
  kernel: Kernel,
  own: KubeProxy | undefined,
  { address, port, source }: { address: string; port: number; source: string },
): Ruling | undefined {
  const stream = kernel.stream('network/proxy');
  const at = (proxy: KubeProxy | undefined): Ruling | undefined => {
    const choice = proxy?.choose(address, port, 'TCP', { source, isFromHere: proxy === own }, stream);
    return proxy && choice ? { proxy, choice } : undefined;
  };
  return at(own) ?? at(proxyWithAddress(kernel, address));
}

/**
 * What kube-proxy says of a Service to a load balancer that asks at the health check port of a node.
 * Upstream: pkg/proxy/healthcheck/service_health.go.
 */
export function healthAnswer(
  kernel: Kernel,
  { address, port }: { address: string; port: number },
): { readonly status: number; readonly body: string } | undefined {
  const found = proxyWithAddress(kernel, address)?.healthAt(port);
  if (!found) return undefined;
  const { namespace, name, local } = found;
  const facts = { service: { namespace, name }, localEndpoints: local, serviceProxyHealthy: true };
  return { status: local > 0 ? 200 : 503, body: JSON.stringify(facts, null, '\t') };
}

function proxyWithAddress(kernel: Kernel, address: string): KubeProxy | undefined {
  for (const id of kernel.componentIds()) {
    if (!id.endsWith('/kube-proxy')) continue;
    const proxy = kernel.component(id);
    if (proxy instanceof KubeProxy && proxy.nodeIp === address) return proxy;
  }
  return undefined;
}
