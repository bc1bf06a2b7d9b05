export { chainName } from './chain-name.ts';
export { CLUSTER_DOMAIN, CoreDns, type DnsAnswer } from './core-dns.ts';
export { KubeProxy, type Choice } from './kube-proxy.ts';
export { coreDnsMachine, kubeProxyMachine } from './machine.ts';
export { Network, NETWORK, REQUEST_LIMIT } from './network.ts';
export { askForwarded } from './port-forward.ts';
export type { TrafficOrder } from './requests.ts';
export { resolvConfOf, searchPath, type ResolvConf } from './resolver.ts';
export { parseUrl } from './url.ts';
