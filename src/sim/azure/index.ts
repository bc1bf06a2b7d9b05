export { addonPolicy } from './addon-policy.ts';
export { addons, foundation } from './bootstrap.ts';
export { CloudController } from './cloud-controller.ts';
export { CLUSTER_DNS, coreDnsReplicas, kubeSystemObjects } from './kube-system.ts';
export {
  checkOptions,
  defaultOptions,
  defaultPool,
  NODE_LIMIT,
  POOL_NODE_LIMIT,
  plainOptions,
  REGIONS,
  VERSIONS,
  type OptionFault,
} from './options.ts';
export { hourlyPrice, HOURS_A_MONTH, PRICED_ON, type HourlyPrice } from './prices.ts';
export { machineSpecs } from './machines.ts';
export { machineMachine, ScaleSets } from './scale-sets.ts';
export { allocatableMemoryMi, reservedCpuMillis, VM_SIZES, vmSize, type VmSize } from './vm-sizes.ts';
