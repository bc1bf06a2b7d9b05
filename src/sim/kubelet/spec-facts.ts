/** What a node's kubelet knows that containers are made from. Upstream: pkg/kubelet/kubelet_pods.go. */
import type { Service } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import { wholeValue } from '../api/quantity.ts';
import type { Client } from '../client/index.ts';
import type { VolumeStore } from '../workloads/index.ts';
import type { SpecFacts } from './container-spec.ts';
import type { KubeletOptions } from './kubelet-options.ts';
import type { MachineSpec } from './machine-spec.ts';
import { oomScoreAdjustment } from './oom-score.ts';
import { generatedFiles, hostnameOf } from './pod-files.ts';
import { mountsOf } from './volumes.ts';

/** Azure's resolver, which nodes ask. */
const HOST_DNS = '168.63.129.16';

export function specFacts(
  { nodeName, internalIp, capacity, allocatable }: MachineSpec,
  { runtime, clusterDns, declared }: KubeletOptions,
  client: Client,
  store: VolumeStore,
  services: () => Iterable<Stored<Service>>,
): SpecFacts {
  return {
    client,
    runtime,
    environment: ({ podIp }) => ({ client, services: services(), podIp, hostIp: internalIp, allocatable }),
    mounts: (pod, spec, expand) => mountsOf(pod, spec, { client, store, node: nodeName }, expand),
    files: ({ pod, podIp }, spec) => ({
      ...generatedFiles(pod, podIp, nodeName, clusterDns, HOST_DNS),
      '/proc/1/oom_score_adj': `${oomScoreAdjustment(pod, spec, wholeValue(capacity['memory']))}\n`,
    }),
    hostname: (pod) => hostnameOf(pod, nodeName),
    declared,
  };
}
