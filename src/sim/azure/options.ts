/** Options of an AKS cluster: the default one, and what Azure refuses. Sources: use-system-pools.md, quotas-skus-regions.md. */
import { DEFAULT_EPOCH_MS } from '../kernel/index.ts';
import type { PoolOptions, WorldOptions } from '../options.ts';
import { VM_SIZES, vmSize } from './vm-sizes.ts';

export const REGIONS = [
  'koreacentral',
  'koreasouth',
  'eastus',
  'eastus2',
  'westus2',
  'westeurope',
  'northeurope',
  'japaneast',
  'southeastasia',
  'canadacentral',
] as const;

export const NODE_LIMIT = 5_000;

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
  readonly values: Readonly<Record<string, string | number>>;
  readonly message: string;
}

const fault = (code: string, message: string, values: OptionFault['values'] = {}): OptionFault => ({
  code: `options.${code}`,
  values,
  message,
});

export function checkOptions(options: WorldOptions): readonly OptionFault[] {
  const faults: OptionFault[] = [];
  if (options.seed === '') faults.push(fault('seed', 'The seed must not be empty.'));
  if (options.schedulerConfiguration !== '')
    faults.push(fault('schedulerConfiguration', 'A scheduler configuration cannot be applied by this version yet.'));
  if (!/^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/.test(options.clusterName)) {
    faults.push(
      fault('clusterName', `"${options.clusterName}" is not a cluster name: letters, digits, - and _, at most 63.`, {
        name: options.clusterName,
      }),
    );
  }
  if (!(REGIONS as readonly string[]).includes(options.region))
    faults.push(fault('region', `Unknown region ${options.region}.`, { region: options.region }));
  if (!/^1\.35\.\d+$/.test(options.kubernetesVersion)) {
    faults.push(
      fault('version', `Kubernetes ${options.kubernetesVersion} is not simulated; this version behaves as 1.35.`, {
        version: options.kubernetesVersion,
      }),
    );
  }
  if (!options.pools.some(({ mode, count }) => mode === 'System' && count > 0))
    faults.push(fault('systemPool', 'A cluster needs at least one system pool with a node.'));
  const names = new Set<string>();
  for (const pool of options.pools) {
    const { name } = pool;
    if (!/^[a-z][a-z0-9]{0,11}$/.test(name))
      faults.push(
        fault('poolName', `"${name}" is not a pool name: a lower-case letter, then at most 11 letters and digits.`, {
          name,
        }),
      );
    if (names.has(name)) faults.push(fault('poolTwice', `There are two pools named ${name}.`, { name }));
    names.add(name);
    if (!vmSize(pool.vmSize))
      faults.push(
        fault('vmSize', `Unknown VM size ${pool.vmSize}; known: ${VM_SIZES.map((size) => size.name).join(', ')}.`, {
          size: pool.vmSize,
        }),
      );
    if (pool.count > 1000)
      faults.push(
        fault('poolCount', `A pool has at most 1000 nodes; ${name} asks for ${pool.count}.`, {
          name,
          count: pool.count,
        }),
      );
    if (pool.maxPods < 10 || pool.maxPods > 250)
      faults.push(fault('maxPods', `Pods per node must be from 10 to 250 in ${name}.`, { name }));
    if (pool.zones.some((zone) => !['1', '2', '3'].includes(zone)))
      faults.push(fault('zones', `Zones of ${name} must be 1, 2 or 3.`, { name }));
  }
  const total = options.pools.reduce((sum, { count }) => sum + count, 0);
  if (total > NODE_LIMIT)
    faults.push(fault('nodes', `A cluster has at most ${NODE_LIMIT} nodes.`, { limit: NODE_LIMIT }));
  return faults;
}
