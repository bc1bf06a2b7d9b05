export { chainName, sha256 } from './chain-name.ts';
export { CLUSTER_DOMAIN, CoreDns, type DnsAnswer } from './core-dns.ts';
export { KubeProxy, type Choice } from './kube-proxy.ts';
export { coreDnsMachine, kubeProxyMachine } from './machine.ts';
export { Network, NETWORK, REQUEST_LIMIT, type TrafficOrder } from './network.ts';
export { resolvConfOf, searchPath, type ResolvConf } from './resolver.ts';
export { parseUrl } from './url.ts';
