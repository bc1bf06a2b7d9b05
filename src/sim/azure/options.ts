/** Options of an AKS cluster: the default one, and what Azure refuses. Sources: use-system-pools.md, quotas-skus-regions.md. */
import { DEFAULT_EPOCH_MS } from '../kernel/index.ts';
import type { PoolOptions, WorldOptions } from '../options.ts';
import { keyFaults, validateLabels } from '../api/names.ts';
import { VM_SIZES, vmSize } from './vm-sizes.ts';

/** Azure regions and whether they have availability zones. Source: reliability/regions-list.md. */
export const REGIONS: readonly { readonly name: string; readonly hasZones: boolean }[] = [
  { name: 'koreacentral', hasZones: true },
  { name: 'koreasouth', hasZones: false },
  { name: 'japaneast', hasZones: true },
  { name: 'southeastasia', hasZones: true },
  { name: 'australiaeast', hasZones: true },
  { name: 'eastus', hasZones: true },
  { name: 'eastus2', hasZones: true },
  { name: 'westus', hasZones: false },
  { name: 'westus2', hasZones: true },
  { name: 'canadacentral', hasZones: true },
  { name: 'northeurope', hasZones: true },
  { name: 'westeurope', hasZones: true },
  { name: 'uksouth', hasZones: true },
  { name: 'swedencentral', hasZones: true },
];

/** Releases to choose from; any other patch of 1.35 is accepted too. */
export const VERSIONS: readonly string[] = ['1.35.2', '1.35.1', '1.35.0'];

export const NODE_LIMIT = 5_000;
export const POOL_NODE_LIMIT = 1_000;
const POOL_LIMIT = 100;
/** A pool with few pods a node is accepted only if it has room for this many in all. */
const POOL_PODS = 30;

export function defaultPool(name: string, mode: PoolOptions['mode'], count: number): PoolOptions {
  return { name, mode, vmSize: 'Standard_D4s_v5', count, zones: ['1', '2', '3'], maxPods: 250, labels: {}, taints: [] };
}

export function defaultOptions(seed = 'pilothouse'): WorldOptions {
  return {
    seed,
    preset: 'aks',
    clusterName: 'pilothouse',
    resourceGroup: 'rg-pilothouse',
    region: 'koreacentral',
    kubernetesVersion: '1.35.2',
    epochMs: DEFAULT_EPOCH_MS,
    pools: [defaultPool('nodepool1', 'System', 3)],
    schedulerConfiguration: '',
    privateRegistries: [],
    runtime: 'scripted',
  };
}

/** Three nodes and a control plane, with nothing else in it, over a pretended container runtime. */
export function plainOptions(seed = 'pilothouse'): WorldOptions {
  return {
    ...defaultOptions(seed),
    preset: 'plain',
    clusterName: 'lab',
    resourceGroup: 'lab',
    region: 'eastus',
    pools: [{ ...defaultPool('nodepool1', 'System', 3), maxPods: 110 }],
    runtime: 'pretended',
  };
}

export interface OptionFault {
  readonly code: string;
  /** `region`, `pools[1].count`. */
  readonly where: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly message: string;
}

const fault = (where: string, code: string, message: string, values: OptionFault['values'] = {}): OptionFault => ({
  code: `options.${code}`,
  where,
  values,
  message,
});

export function checkOptions(options: WorldOptions): readonly OptionFault[] {
  return [...checkCluster(options), ...options.pools.flatMap((_, index) => checkPool(options, index))];
}

function checkCluster({ seed, clusterName: name, ...options }: WorldOptions): OptionFault[] {
  const { region, kubernetesVersion: version, pools } = options;
  const faults: OptionFault[] = [];
  if (seed === '') faults.push(fault('seed', 'seed', 'The seed must not be empty.'));
  if (!/^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/.test(name)) {
    const message = `"${name}" is not a cluster name: letters, digits, - and _, at most 63.`;
    faults.push(fault('clusterName', 'clusterName', message, { name }));
  }
  if (!REGIONS.some((known) => known.name === region))
    faults.push(fault('region', 'region', `Unknown region ${region}.`, { region }));
  if (!/^1\.35\.\d+$/.test(version)) {
    const message = `Kubernetes ${version} is not simulated; this version behaves as 1.35.`;
    faults.push(fault('kubernetesVersion', 'version', message, { version }));
  }
  if (!pools.some(({ mode, count }) => mode === 'System' && count > 0))
    faults.push(fault('pools', 'systemPool', 'A cluster needs at least one system pool with a node.'));
  if (pools.length > POOL_LIMIT)
    faults.push(fault('pools', 'pools', `A cluster has at most ${POOL_LIMIT} pools.`, { limit: POOL_LIMIT }));
  const total = pools.reduce((sum, { count }) => sum + count, 0);
  if (total > NODE_LIMIT)
    faults.push(fault('pools', 'nodes', `A cluster has at most ${NODE_LIMIT} nodes.`, { limit: NODE_LIMIT }));
  for (const [index, { pool, file }] of (options.staticPods ?? []).entries())
    if (pool !== undefined && !pools.some((known) => known.name === pool))
      faults.push(fault(`staticPods[${index}].pool`, 'staticPodPool', `${file}: there is no pool ${pool}.`, { pool }));
  return faults;
}

/** The smallest size for a system pool, by quotas-skus-regions.md; use-system-pools.md asks for four cores. */
const SYSTEM_CPUS = 2;
const SYSTEM_MEMORY_GIB = 4;
/** Prefixes that Azure and Kubernetes keep for themselves. Source: use-labels.md. */
const RESERVED_PREFIX = /^([^/]*\.)?(kubernetes\.azure\.com|kubernetes\.io|k8s\.io)\//;

function checkPool({ pools, region, preset }: WorldOptions, index: number): OptionFault[] {
  const pool = pools[index]!;
  const { name, count, maxPods, zones } = pool;
  const faults: OptionFault[] = [];
  const say = (field: string, code: string, message: string, values: OptionFault['values'] = {}): void =>
    void faults.push(fault(`pools[${index}].${field}`, code, message, values));
  if (!/^[a-z][a-z0-9]{0,11}$/.test(name)) {
    say('name', 'poolName', `"${name}" is not a pool name: a lower-case letter, then at most 11 letters and digits.`, {
      name,
    });
  }
  if (pools.findIndex((other) => other.name === name) < index)
    say('name', 'poolTwice', `There are two pools named ${name}.`, { name });
  const size = vmSize(pool.vmSize);
  if (!size) {
    const known = VM_SIZES.map((item) => item.name).join(', ');
    say('vmSize', 'vmSize', `Unknown VM size ${pool.vmSize}; known: ${known}.`, { size: pool.vmSize });
  } else if (pool.mode === 'System' && (size.cpus < SYSTEM_CPUS || size.memoryGib < SYSTEM_MEMORY_GIB)) {
    say('vmSize', 'systemSize', `${size.name} is too small for a system pool.`, { size: size.name });
  }
  if (count < 0 || count > POOL_NODE_LIMIT)
    say('count', 'poolCount', `A pool has at most ${POOL_NODE_LIMIT} nodes; ${name} asks for ${count}.`, {
      name,
      count,
    });
  if (maxPods < 10 || maxPods > 250)
    say('maxPods', 'maxPods', `Pods per node must be from 10 to 250 in ${name}.`, { name });
  else if (preset === 'aks' && pool.mode === 'System' && count > 0 && count * maxPods < POOL_PODS) {
    say('maxPods', 'poolPods', `The pool ${name} must have room for ${POOL_PODS} pods.`, { name, limit: POOL_PODS });
  }
  if (zones.some((zone) => !['1', '2', '3'].includes(zone)))
    say('zones', 'zones', `Zones of ${name} must be 1, 2 or 3.`, { name });
  else if (zones.length > 0 && REGIONS.some((known) => known.name === region && !known.hasZones))
    say('zones', 'noZones', `The region ${region} has no availability zones.`, { region });
  for (const field of validateLabels(pool.labels, 'labels')) {
    say('labels', 'label', `Labels of ${name}: ${field.message}`, { reason: field.message });
  }
  for (const key of Object.keys(pool.labels)) {
    if (RESERVED_PREFIX.test(key)) say('labels', 'reservedLabel', `The prefix of ${key} is reserved.`, { key });
  }
  for (const { key } of pool.taints) {
    const [reason] = keyFaults(key);
    if (reason) say('taints', 'taint', `Taints of ${name}: ${key}: ${reason}`, { key, reason });
  }
  return faults;
}
