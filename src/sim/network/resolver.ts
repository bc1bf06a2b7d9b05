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
  /** Further options, as they stand in the file. */
  readonly options: readonly string[];
}

/** What stands in /etc/resolv.conf of a pod's containers. */
export function resolvConfOf(pod: Pod, clusterDns: string, hostDns: string): ResolvConf {
  const { dnsPolicy = 'ClusterFirst', hostNetwork, dnsConfig } = pod.spec ?? {};
  const namespace = pod.metadata?.namespace ?? 'default';
  const isCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork);
  const base: Omit<ResolvConf, 'options'> =
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
  const options = (dnsConfig?.options ?? []).filter(({ name }) => name !== 'ndots');
  const search = [...base.search, ...(dnsConfig?.searches ?? [])];
  return {
    nameserver: base.nameserver,
    search: search.filter((suffix, index) => search.indexOf(suffix) === index).slice(0, 32),
    ndots: ndots === undefined ? base.ndots : Number(ndots),
    options: options.map(({ name = '', value }) => (value === undefined ? name : `${name}:${value}`)),
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
