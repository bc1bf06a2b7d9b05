export { Kubelet, type KubeletOptions } from './kubelet.ts';
export { containerMachine, podMachine } from './machine.ts';
export type { MachineSpec } from './machine-spec.ts';
