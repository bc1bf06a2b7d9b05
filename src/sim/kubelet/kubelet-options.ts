/** What a kubelet is told about its world, beside its machine. */
import type { RuntimeOption, StaticPodOptions } from '../options.ts';
import type { Behaviour } from '../workloads/index.ts';

export interface KubeletOptions {
  readonly privateRegistries: readonly string[];
  readonly runtime: RuntimeOption;
  readonly clusterDns: string;
  /** Files in the node's directory of static pods. */
  readonly staticPods: readonly StaticPodOptions[];
  /** What the registry says of an image, by Workload objects. */
  declared(image: string): Behaviour | undefined;
}
