/** Conditions that node-problem-detector adds to AKS nodes, as a healthy node shows them. Source: published node descriptions. */
export const PROBLEM_CONDITIONS: readonly (readonly [type: string, reason: string, message: string])[] = [
  ['VMEventScheduled', 'NoVMEventScheduled', 'VM has no scheduled event'],
  ['FrequentKubeletRestart', 'NoFrequentKubeletRestart', 'kubelet is functioning properly'],
  ['KubeletProblem', 'KubeletIsUp', 'kubelet service is up'],
  ['FrequentContainerdRestart', 'NoFrequentContainerdRestart', 'containerd is functioning properly'],
  ['ContainerRuntimeProblem', 'ContainerRuntimeIsUp', 'container runtime service is up'],
  ['ReadonlyFilesystem', 'FilesystemIsNotReadOnly', 'Filesystem is not read-only'],
  ['FilesystemCorruptionProblem', 'FilesystemIsOK', 'Filesystem is healthy'],
  ['FrequentUnregisterNetDevice', 'NoFrequentUnregisterNetDevice', 'node is functioning properly'],
  ['FrequentDockerRestart', 'NoFrequentDockerRestart', 'docker is functioning properly'],
  ['KernelDeadlock', 'KernelHasNoDeadlock', 'kernel has no deadlock'],
];
