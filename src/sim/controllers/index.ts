import type { KindRegistry } from '../api/kind.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import type { Controller } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { AccountsController } from './accounts/accounts-controller.ts';
import { DaemonSetController } from './daemonset/daemonset-controller.ts';
import { DeploymentController } from './deployment/deployment-controller.ts';
import { rolloutMachine } from './deployment/machine.ts';
import { EndpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { GarbageCollector } from './garbage-collector/garbage-collector.ts';
import { NamespaceController } from './namespace/namespace-controller.ts';
import { NodeIpamController } from './node-ipam/node-ipam-controller.ts';
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.ts';
import { PodGcController } from './pod-gc/pod-gc-controller.ts';
import { ReplicaSetController } from './replicaset/replicaset-controller.ts';

export { fenceposts, newSetReplicas, proportionalSizes, scaleDownOldSets } from './deployment/rollout-math.ts';
export { ENDPOINTS_PER_SLICE } from './endpointslice/endpointslice-controller.ts';
export { NODE_MONITOR_GRACE_MS } from './node-lifecycle/node-lifecycle-controller.ts';

export const CONTROLLER_MACHINES = [rolloutMachine] as const;

export interface ControllerSettings {
  readonly registry: KindRegistry;
  readonly podCidr: string;
}

/** All controllers of kube-controller-manager, in the order in which they start. */
export function makeControllers(
  kernel: Kernel,
  api: ApiServerPort,
  settings: ControllerSettings,
): readonly Controller[] {
  return [
    new AccountsController(kernel, api),
    new NodeIpamController(kernel, api, settings.podCidr),
    new NodeLifecycleController(kernel, api),
    new DeploymentController(kernel, api),
    new ReplicaSetController(kernel, api),
    new DaemonSetController(kernel, api),
    new EndpointSliceController(kernel, api),
    new GarbageCollector(kernel, api, settings.registry),
    new NamespaceController(kernel, api, settings.registry),
    new PodGcController(kernel, api),
  ];
}
