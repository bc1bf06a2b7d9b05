export type { KubeletOptions } from './kubelet-options.ts';
export { Kubelet } from './kubelet.ts';
export { kubeletMachine } from './kubelet-machine.ts';
export { containerMachine, podMachine } from './machine.ts';
export type { MachineSpec } from './machine-spec.ts';
