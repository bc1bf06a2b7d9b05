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
    const choice = proxy?.choose(address, port, 'TCP', source, stream);
    return proxy && choice ? { proxy, choice } : undefined;
  };
  return at(own) ?? at(proxyWithAddress(kernel, address));
}

function proxyWithAddress(kernel: Kernel, address: string): KubeProxy | undefined {
  for (const id of kernel.componentIds()) {
    if (!id.endsWith('/kube-proxy')) continue;
    const proxy = kernel.component(id);
    if (proxy instanceof KubeProxy && proxy.nodeIp === address) return proxy;
  }
  return undefined;
}
