/** Ids of everything that stands on the stage and can send or receive. */
/** kubectl on a person's machine: the editor's Apply, and the terminal. */
export const CLIENT = 'client';
/** The page's own tables and buttons, which act through the API as well. */
export const DASHBOARD = 'client/dashboard';
/** A scripted release. */
export const PIPELINE = 'client/pipeline';
export const API_SERVER = 'kube-apiserver';
export const ETCD = 'etcd';
export const SCHEDULER = 'kube-scheduler';
export const CONTROLLER_MANAGER = 'kube-controller-manager';
export const CLOUD_CONTROLLER_MANAGER = 'cloud-controller-manager';
export const REGISTRY = 'registry';
/** The resolver's upstream: the world outside the cluster. */
export const INTERNET = 'internet';

export const controllerId = (name: string): string => `${CONTROLLER_MANAGER}/${name}`;
export const kubeletId = (node: string): string => `node/${node}/kubelet`;
export const kubeProxyId = (node: string): string => `node/${node}/kube-proxy`;
export const podId = (namespace: string, name: string): string => `pod/${namespace}/${name}`;
export const serviceId = (namespace: string, name: string): string => `service/${namespace}/${name}`;
/** CoreDNS in one pod. It is a program in a pod, and also a client of the API server. */
export const coreDnsId = (namespace: string, pod: string): string => `coredns/${namespace}/${pod}`;
/** prometheus-adapter in one pod: it scrapes programs, and answers behind the API server. */
export const metricsAdapterId = (namespace: string, pod: string): string => `prometheus-adapter/${namespace}/${pod}`;
