/** The virtual machine that a kubelet finds itself on: everything it registers its Node with. */
import type { Taint } from 'kubernetes-types/core/v1';

export interface MachineSpec {
  /** `aks-nodepool1-12345678-vmss000000`. */
  readonly nodeName: string;
  readonly poolName: string;
  /** Place in its scale set, from 0. */
  readonly index: number;
  readonly internalIp: string;
  readonly providerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Quantities as the Node shows them: cpu, memory, ephemeral-storage, pods, hugepages-*. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly nodeInfo: {
    readonly machineID: string;
    readonly systemUUID: string;
    readonly bootID: string;
    readonly kernelVersion: string;
    readonly osImage: string;
    readonly containerRuntimeVersion: string;
    readonly kubeletVersion: string;
    readonly operatingSystem: string;
    readonly architecture: string;
  };
  /** A node that only pretends to run containers: its kubelet has nothing to tell of itself. */
  readonly isHollow: boolean;
  /** Whether node-problem-detector runs on it. */
  readonly hasProblemDetector: boolean;
  /** Images that the node image ships with, so that they are not pulled. */
  readonly cachedImages: readonly string[];
  /** Virtual milliseconds from kubelet start to NodeReady (container runtime and CNI come up). */
  readonly readyAfterMs: number;
  /** Pull bandwidth, bytes a second. */
  readonly pullBytesPerSecond: number;
}
