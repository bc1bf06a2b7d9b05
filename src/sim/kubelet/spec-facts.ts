/** What a node's kubelet knows that containers are made from. Upstream: pkg/kubelet/kubelet_pods.go. */
import type { Service } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import type { Client } from '../client/index.ts';
import type { SpecFacts } from './container-spec.ts';
import type { KubeletOptions } from './kubelet-options.ts';
import type { MachineSpec } from './machine-spec.ts';
import { generatedFiles, hostnameOf } from './pod-files.ts';
import { mountsOf } from './volumes.ts';

/** Azure's resolver, which nodes ask. */
const HOST_DNS = '168.63.129.16';

export function specFacts(
  { nodeName, internalIp, allocatable }: MachineSpec,
  { runtime, clusterDns, declared }: KubeletOptions,
  client: Client,
  services: () => Iterable<Stored<Service>>,
): SpecFacts {
  return {
    client,
    runtime,
    environment: ({ podIp }) => ({ client, services: services(), podIp, hostIp: internalIp, allocatable }),
    mounts: (pod, spec) => mountsOf(pod, spec, client, nodeName),
    files: ({ pod, podIp }) => generatedFiles(pod, podIp, nodeName, clusterDns, HOST_DNS),
    hostname: (pod) => hostnameOf(pod, nodeName),
    declared,
  };
}
