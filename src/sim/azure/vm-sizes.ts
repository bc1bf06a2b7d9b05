/** Azure VM sizes. Sources: azure-docs articles/virtual-machines; memory as the operating system sees it, in Mi. */

export interface VmSize {
  readonly name: string;
  readonly cpus: number;
  readonly memoryGib: number;
  readonly visibleMemoryMi: number;
  readonly maxDataDisks: number;
  readonly architecture: 'amd64' | 'arm64';
}

const size = (
  name: string,
  cpus: number,
  memoryGib: number,
  visibleMemoryMi: number,
  maxDataDisks: number,
  architecture: VmSize['architecture'] = 'amd64',
): VmSize => ({
  name: `Standard_${name}`,
  cpus,
  memoryGib,
  visibleMemoryMi,
  maxDataDisks,
  architecture,
});

export const VM_SIZES: readonly VmSize[] = [
  size('B2s', 2, 4, 3931, 4),
  size('B2ms', 2, 8, 7939, 4),
  size('B4ms', 4, 16, 16019, 8),
  size('D2s_v3', 2, 8, 7939, 4),
  size('D4s_v3', 4, 16, 16019, 8),
  size('DS2_v2', 2, 7, 6940, 8),
  size('D2s_v5', 2, 8, 7939, 4),
  size('D4s_v5', 4, 16, 16019, 8),
  size('D8s_v5', 8, 32, 32101, 16),
  size('D16s_v5', 16, 64, 64300, 32),
  size('E4s_v5', 4, 32, 32101, 8),
  size('F4s_v2', 4, 8, 7939, 8),
  size('NC6s_v3', 6, 112, 112579, 12),
  size('D4ps_v5', 4, 16, 16019, 8, 'arm64'),
  size('D4ds_v5', 4, 16, 16019, 8),
  size('D8ds_v5', 8, 32, 32101, 16),
  size('D16ds_v5', 16, 64, 64300, 32),
];

export function vmSize(name: string): VmSize | undefined {
  return VM_SIZES.find((item) => item.name === name);
}

/** Millicores that the kubelet reserves: 6 % of core 1, 4 % of core 2, 2 % of cores 3 and 4, 1 % of the rest. */
export function reservedCpuMillis(cpus: number): number {
  let millis = 0;
  for (let core = 1; core <= cpus; core += 1) millis += core === 1 ? 60 : core === 2 ? 40 : core <= 4 ? 20 : 10;
  return millis;
}

const EVICTION_MI = 100;

/** Mi of memory that pods may use, by the rule for Kubernetes 1.29 and later. */
export function allocatableMemoryMi({ memoryGib, visibleMemoryMi }: VmSize, maxPods: number): number {
  const reserved = Math.min(20 * maxPods + 50, Math.trunc(memoryGib * 1024 * 0.25));
  return visibleMemoryMi - reserved - EVICTION_MI;
}
