/** Files that the kubelet and the runtime give each container. Upstream: pkg/kubelet/kubelet_pods.go (ensureHostsFile), network/dns. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { resolvConfOf } from '../network/resolver.ts';

export function generatedFiles(
  pod: Stored<Pod>,
  podIp: string,
  nodeName: string,
  clusterDns: string,
  hostDns: string,
): Record<string, string> {
  const { hostname, subdomain, hostAliases = [], hostNetwork } = pod.spec ?? {};
  const name = hostNetwork ? nodeName : (hostname ?? pod.metadata.name);
  const full = subdomain ? `${name}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local\t${name}` : name;
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`).join('');
  const { nameserver, search, ndots, options } = resolvConfOf(pod, clusterDns, hostDns);
  const settings = [...(ndots === 1 ? [] : [`ndots:${ndots}`]), ...options];
  return {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${podIp}\t${full}\n${aliases === '' ? '' : `\n# Entries added by HostAliases.\n${aliases}`}`,
    '/etc/resolv.conf': `${search.length > 0 ? `search ${search.join(' ')}\n` : ''}nameserver ${nameserver}\n${settings.length > 0 ? `options ${settings.join(' ')}\n` : ''}`,
  };
}

export const hostnameOf = (pod: Stored<Pod>, nodeName: string): string =>
  pod.spec?.hostNetwork ? nodeName : (pod.spec?.hostname ?? pod.metadata.name).slice(0, 63);
