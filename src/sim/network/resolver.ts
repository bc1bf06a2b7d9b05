/**
 * The resolver of a pod: which names are asked, in which order. Upstream: pkg/kubelet/network/dns/dns.go,
 * glibc resolv/res_query.c, musl src/network/lookup_name.c.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { CLUSTER_DOMAIN } from './core-dns.ts';

export interface ResolvConf {
  readonly nameserver: string;
  readonly search: readonly string[];
  readonly ndots: number;
}

/** What stands in /etc/resolv.conf of a pod's containers. */
export function resolvConfOf(pod: Pod, clusterDns: string, hostDns: string): ResolvConf {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec ?? {};
  const namespace = pod.metadata?.namespace ?? 'default';
  const isCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const base: ResolvConf =
    dnsPolicy === 'None'
      ? { nameserver: dnsConfig?.nameservers?.[0] ?? '', search: [], ndots: 1 }
      : isCluster
        ? {
            nameserver: clusterDns,
            search: [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN],
            ndots: 5,
          }
        : { nameserver: hostDns, search: [], ndots: 1 };
  const ndots = dnsConfig?.options?.find(({ name }) => name === 'ndots')?.value;
  return {
    nameserver: base.nameserver,
    search: [...base.search, ...(dnsConfig?.searches ?? [])].slice(0, 32),
    ndots: ndots === undefined ? base.ndots : Number(ndots),
  };
}

/** Absolute names in the order in which glibc asks for them, until one has an answer. */
export function searchPath(name: string, conf: ResolvConf, isMusl = false): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const dots = name.split('.').length - 1;
  const suffixed = conf.search.map((suffix) => `${name}.${suffix}`);
  if (dots >= conf.ndots) return isMusl ? [name] : [name, ...suffixed];
  return [...suffixed, name];
}
