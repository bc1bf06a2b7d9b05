/** Options of a world: with the seed and the commands they are the run, so they travel in links and scenario files. */

export interface PoolOptions {
  readonly name: string;
  readonly mode: 'System' | 'User';
  /** An Azure size of the table in azure/vm-sizes.ts, e.g. `Standard_D4s_v5`. */
  readonly vmSize: string;
  readonly count: number;
  /** `1`, `2`, `3`; empty for a pool without zones. */
  readonly zones: readonly string[];
  readonly maxPods: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { key: string; value?: string; effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute' }[];
}

/** A file in the directory of static pods (/etc/kubernetes/manifests) of some nodes. */
export interface StaticPodOptions {
  /** `etcd.yaml`. */
  readonly file: string;
  /** Every node of a pool has it, or the one node of that name; all nodes where neither is said. */
  readonly pool?: string;
  readonly node?: string;
  /** A Pod, as the file holds it: what is wrong with it is found by the kubelet. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/**
 * What runs in containers. `scripted`: images behave as the catalogue says, and take their time. `pretended`: no program at
 * all, as a test runtime below a real kubelet has it; see kubelet/pretended-runtime.ts.
 */
export type RuntimeOption = 'scripted' | 'pretended';

export interface WorldOptions {
  readonly seed: string;
  /** `aks`: as Azure makes it, with its kube-system workloads; `plain`: nodes and control plane alone. */
  readonly preset: 'aks' | 'plain';
  readonly clusterName: string;
  readonly resourceGroup: string;
  /** `koreacentral`. */
  readonly region: string;
  /** `1.35.2`; minor releases 1.32 to 1.36 differ as far as facts are known. */
  readonly kubernetesVersion: string;
  /** Milliseconds since 1970 of virtual time 0. */
  readonly epochMs: number;
  readonly pools: readonly PoolOptions[];
  /** A KubeSchedulerConfiguration, as YAML in scenarios and as JSON for a world; empty for the default profile. */
  readonly schedulerConfiguration: string;
  /** Scripted behaviour of images that the catalogue does not know, and private registries; see workloads/catalogue.ts. */
  readonly privateRegistries: readonly string[];
  readonly runtime: RuntimeOption;
  /** Pods that kubelets run from files, whatever the API server says; none on AKS, whose control plane is elsewhere. */
  readonly staticPods?: readonly StaticPodOptions[];
}
