/** Images that AKS node images ship with, by the workload that runs them. */
const MCR = 'mcr.microsoft.com';

export const SYSTEM_IMAGES = {
  kubeProxy: `${MCR}/oss/kubernetes/kube-proxy:v1.35.2`,
  coreDns: `${MCR}/oss/v2/kubernetes/coredns:v1.13.1`,
  metricsServer: `${MCR}/oss/v2/kubernetes/metrics-server:v0.8.0`,
  cloudNodeManager: `${MCR}/oss/kubernetes/azure-cloud-node-manager:v1.35.1`,
  azureCns: `${MCR}/containernetworking/azure-cns:v1.7.5`,
  ipMasqAgent: `${MCR}/aks/ip-masq-agent-v2:v0.1.15`,
  azureDisk: `${MCR}/oss/v2/kubernetes-csi/azuredisk-csi:v1.34.4`,
  azureFile: `${MCR}/oss/v2/kubernetes-csi/azurefile-csi:v1.35.4`,
  proportionalAutoscaler: `${MCR}/oss/v2/kubernetes/autoscaler/cluster-proportional-autoscaler:v1.9.0`,
  konnectivityAgent: `${MCR}/oss/v2/kubernetes/apiserver-network-proxy/agent:v0.31.4`,
} as const;
