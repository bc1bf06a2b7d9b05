/** The virtual machines of a cluster's pools, as their kubelets find them. Sources: use-labels.md, published node descriptions. */
import { hashText } from '../kernel/index.ts';
import type { MachineSpec } from '../kubelet/index.ts';
import type { PoolOptions, WorldOptions } from '../options.ts';
import { SYSTEM_IMAGES } from './system-images.ts';
import { allocatableMemoryMi, reservedCpuMillis, vmSize } from './vm-sizes.ts';

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const OS_DISK_KI = 129_886_128;
const PULL_BYTES_PER_SECOND = 60 * 1024 * 1024;
const NODE_IMAGE = 'AKSUbuntu-2404gen2containerd-202601.06.0';

function digitsOf(options: WorldOptions): string {
  if (options.preset === 'plain') return '12345678';
  return String(10_000_000 + (hashText(`${options.seed}/scale-sets`) % 89_999_999));
}

/** Azure keeps the first addresses of a subnet for itself. */
const FIRST_HOST = 4;

const addressOf = (host: number): string =>
  `10.${224 + Math.floor(host / 65_536)}.${Math.floor(host / 256) % 256}.${host % 256}`;

export function machineSpecs(options: WorldOptions): readonly MachineSpec[] {
  let host = FIRST_HOST;
  return options.pools.flatMap((pool) =>
    Array.from({ length: pool.count }, (_, index) => machineOf(options, pool, index, addressOf(host++))),
  );
}

/** A machine that a pool got later: `index` is at least the pool's own count. Its address comes after all of the options. */
export function grownMachine(options: WorldOptions, poolName: string, index: number): MachineSpec {
  const { pools } = options;
  const at = pools.findIndex(({ name }) => name === poolName);
  const pool = pools[at]!;
  const total = pools.reduce((sum, { count }) => sum + count, 0);
  return machineOf(options, pool, index, addressOf(FIRST_HOST + total + (index - pool.count) * pools.length + at));
}

function machineOf(options: WorldOptions, pool: PoolOptions, index: number, internalIp: string): MachineSpec {
  const size = vmSize(pool.vmSize)!;
  const scaleSet = `aks-${pool.name}-${digitsOf(options)}-vmss`;
  const nodeName = `${scaleSet}${index.toString(36).padStart(6, '0')}`;
  const group = `MC_${options.resourceGroup}_${options.clusterName}_${options.region}`;
  const zone = pool.zones.length > 0 ? `${options.region}-${pool.zones[index % pool.zones.length]}` : '0';
  const providerId = `azure:///subscriptions/${SUBSCRIPTION}/resourceGroups/${group.toLowerCase()}/providers/Microsoft.Compute/virtualMachineScaleSets/${scaleSet}/virtualMachines/${index}`;
  const taints = pool.taints.map(({ key, value, effect }) => ({ key, effect, ...(value ? { value } : {}) }));
  const place = { nodeName, poolName: pool.name, index, internalIp, providerId, taints };
  if (options.preset === 'plain') return plainMachine(options, pool, place, zone);
  const capacity = {
    cpu: String(size.cpus),
    'ephemeral-storage': `${OS_DISK_KI}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${size.visibleMemoryMi * 1024}Ki`,
    pods: String(pool.maxPods),
  };
  return {
    ...place,
    isHollow: options.runtime === 'pretended',
    labels: labelsOf(options, pool, nodeName, zone, group),
    annotations: {
      'node.alpha.kubernetes.io/ttl': '0',
      'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
    },
    capacity,
    allocatable: {
      ...capacity,
      cpu: `${size.cpus * 1000 - reservedCpuMillis(size.cpus)}m`,
      'ephemeral-storage': String(Math.floor(OS_DISK_KI * 1024 * 0.9)),
      memory: `${allocatableMemoryMi(size, pool.maxPods) * 1024}Ki`,
    },
    nodeInfo: {
      machineID: hashText(`${nodeName}/machine`).toString(16).padStart(32, '0'),
      systemUUID: hashText(`${nodeName}/system`).toString(16).padStart(32, '0'),
      bootID: hashText(`${nodeName}/boot`).toString(16).padStart(32, '0'),
      kernelVersion: '6.8.0-1044-azure',
      osImage: 'Ubuntu 24.04.3 LTS',
      containerRuntimeVersion: 'containerd://2.0.0',
      kubeletVersion: `v${options.kubernetesVersion}`,
      operatingSystem: 'linux',
      architecture: size.architecture,
    },
    hasProblemDetector: true,
    cachedImages: Object.values(SYSTEM_IMAGES),
    readyAfterMs: 12_000 + (hashText(`${options.seed}/${nodeName}/ready`) % 6_000),
    pullBytesPerSecond: PULL_BYTES_PER_SECOND,
  };
}

/** A node with nothing set aside for the system, and the few labels that a scheduler asks for. */
function plainMachine(
  options: WorldOptions,
  pool: PoolOptions,
  place: Pick<MachineSpec, 'nodeName' | 'poolName' | 'index' | 'internalIp' | 'providerId' | 'taints'>,
  zone: string,
): MachineSpec {
  const size = vmSize(pool.vmSize)!;
  const amounts = {
    cpu: String(size.cpus),
    'ephemeral-storage': `${OS_DISK_KI}Ki`,
    memory: `${size.memoryGib}Gi`,
    pods: String(pool.maxPods),
  };
  return {
    ...place,
    isHollow: options.runtime === 'pretended',
    labels: {
      agentpool: pool.name,
      'beta.kubernetes.io/arch': size.architecture,
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.azure.com/agentpool': pool.name,
      'kubernetes.azure.com/mode': pool.mode.toLowerCase(),
      'kubernetes.azure.com/role': 'agent',
      'kubernetes.io/arch': size.architecture,
      'kubernetes.io/hostname': place.nodeName,
      'kubernetes.io/os': 'linux',
      'node.kubernetes.io/instance-type': pool.vmSize,
      'topology.kubernetes.io/region': options.region,
      'topology.kubernetes.io/zone': zone,
      ...pool.labels,
    },
    annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
    capacity: amounts,
    allocatable: amounts,
    nodeInfo: {
      machineID: '',
      systemUUID: '',
      bootID: '',
      kernelVersion: '5.15.0-1098-azure',
      osImage: 'Ubuntu 22.04.5 LTS',
      containerRuntimeVersion: 'containerd://1.7.28-1',
      kubeletVersion: `v${options.kubernetesVersion}`,
      operatingSystem: 'linux',
      architecture: size.architecture,
    },
    hasProblemDetector: false,
    cachedImages: [],
    readyAfterMs: 1_000,
    pullBytesPerSecond: PULL_BYTES_PER_SECOND,
  };
}

function labelsOf(
  options: WorldOptions,
  pool: PoolOptions,
  nodeName: string,
  zone: string,
  group: string,
): Record<string, string> {
  const size = vmSize(pool.vmSize)!;
  return {
    agentpool: pool.name,
    'beta.kubernetes.io/arch': size.architecture,
    'beta.kubernetes.io/instance-type': pool.vmSize,
    'beta.kubernetes.io/os': 'linux',
    'failure-domain.beta.kubernetes.io/region': options.region,
    'failure-domain.beta.kubernetes.io/zone': zone,
    'kubernetes.azure.com/agentpool': pool.name,
    'kubernetes.azure.com/cluster': group,
    'kubernetes.azure.com/mode': pool.mode.toLowerCase(),
    'kubernetes.azure.com/node-image-version': NODE_IMAGE,
    'kubernetes.azure.com/os-sku': 'Ubuntu',
    'kubernetes.azure.com/podnetwork-type': 'overlay',
    'kubernetes.azure.com/role': 'agent',
    'kubernetes.azure.com/storageprofile': 'managed',
    'kubernetes.azure.com/storagetier': 'Premium_LRS',
    'kubernetes.io/arch': size.architecture,
    'kubernetes.io/hostname': nodeName,
    'kubernetes.io/os': 'linux',
    'node.kubernetes.io/instance-type': pool.vmSize,
    'topology.disk.csi.azure.com/zone': zone === '0' ? '' : zone,
    'topology.kubernetes.io/region': options.region,
    'topology.kubernetes.io/zone': zone,
    ...pool.labels,
  };
}
