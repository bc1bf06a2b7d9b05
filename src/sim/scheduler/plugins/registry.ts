/** All plugins by name, made from their arguments. Upstream: pkg/scheduler/framework/plugins/registry.go. */
import type { Plugin } from '../framework.ts';
import { dynamicResources } from './dynamic-resources.ts';
import { imageLocality } from './image-locality.ts';
import { makeInterPodAffinity, type InterPodAffinityArgs } from './inter-pod-affinity/index.ts';
import { makeNodeAffinity, type NodeAffinityArgs } from './node-affinity.ts';
import { nodeName } from './node-name.ts';
import { nodePorts } from './node-ports.ts';
import { makeBalancedAllocation, type BalancedAllocationArgs } from './node-resources-balanced-allocation.ts';
import { makeNodeResourcesFit, type NodeResourcesFitArgs } from './node-resources-fit.ts';
import { nodeUnschedulable } from './node-unschedulable.ts';
import { makePodTopologySpread, type PodTopologySpreadArgs } from './pod-topology-spread/index.ts';
import { schedulingGates } from './scheduling-gates.ts';
import { taintToleration } from './taint-toleration.ts';
import { nodeVolumeLimits } from './volumes/node-volume-limits.ts';
import { volumeBinding } from './volumes/volume-binding.ts';
import { volumeRestrictions } from './volumes/volume-restrictions.ts';
import { volumeZone } from './volumes/volume-zone.ts';

export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage?: number;
  readonly minCandidateNodesAbsolute?: number;
}

export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds?: number;
}

/** Arguments by the name of the plugin that takes them. */
export interface PluginArgs {
  readonly DefaultPreemption?: DefaultPreemptionArgs;
  readonly InterPodAffinity?: InterPodAffinityArgs;
  readonly NodeAffinity?: NodeAffinityArgs;
  readonly NodeResourcesBalancedAllocation?: BalancedAllocationArgs;
  readonly NodeResourcesFit?: NodeResourcesFitArgs;
  readonly PodTopologySpread?: PodTopologySpreadArgs;
  readonly VolumeBinding?: VolumeBindingArgs;
}

const FACTORIES = {
  SchedulingGates: () => schedulingGates,
  PrioritySort: () => ({ name: 'PrioritySort', isQueueSort: true }),
  NodeUnschedulable: () => nodeUnschedulable,
  NodeName: () => nodeName,
  TaintToleration: () => taintToleration,
  NodeAffinity: (args) => makeNodeAffinity(args.NodeAffinity ?? {}),
  NodePorts: () => nodePorts,
  NodeResourcesFit: (args) => makeNodeResourcesFit(args.NodeResourcesFit ?? {}),
  VolumeRestrictions: () => volumeRestrictions,
  NodeVolumeLimits: () => nodeVolumeLimits,
  VolumeBinding: () => volumeBinding,
  VolumeZone: () => volumeZone,
  PodTopologySpread: (args) => makePodTopologySpread(args.PodTopologySpread ?? {}),
  InterPodAffinity: (args) => makeInterPodAffinity(args.InterPodAffinity ?? {}),
  DynamicResources: () => dynamicResources,
  DefaultPreemption: () => ({ name: 'DefaultPreemption', isPostFilter: true }),
  NodeResourcesBalancedAllocation: (args) => makeBalancedAllocation(args.NodeResourcesBalancedAllocation ?? {}),
  ImageLocality: () => imageLocality,
  DefaultBinder: () => ({ name: 'DefaultBinder', isBinder: true }),
} satisfies Readonly<Record<string, (args: PluginArgs) => Plugin>>;

export type PluginName = keyof typeof FACTORIES;

/** In the order of the default profile. */
export const PLUGIN_NAMES = Object.keys(FACTORIES) as readonly PluginName[];

export const isPluginName = (name: string): name is PluginName => Object.hasOwn(FACTORIES, name);

export const makePlugin = (name: PluginName, args: PluginArgs): Plugin => FACTORIES[name](args);
