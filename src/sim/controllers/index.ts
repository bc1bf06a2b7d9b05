import type { KindRegistry } from '../api/kind.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import { SharedInformers } from '../client/index.ts';
import { controllerId, type Component, type Kernel } from '../kernel/index.ts';
import { CronJobController } from './cronjob/cronjob-controller.ts';
import { JobController } from './job/job-controller.ts';
import { jobMachine } from './job/machine.ts';
import { TtlAfterFinishedController } from './ttl-after-finished/ttl-after-finished-controller.ts';
import { DisruptionController } from './disruption/disruption-controller.ts';
import { EndpointsController } from './endpoints/endpoints-controller.ts';
import { ResourceQuotaController } from './resource-quota/resource-quota-controller.ts';
import { AttachDetachController } from './volume/attach-detach-controller.ts';
import { AzureCsiDriver, type CsiSettings } from './volume/csi-driver.ts';
import { claimMachine, volumeMachine } from './volume/machine.ts';
import { PersistentVolumeController } from './volume/persistent-volume-controller.ts';
import { VolumeProtectionController } from './volume/protection-controller.ts';
import { HorizontalController, type MetricsSource } from './podautoscaler/horizontal-controller.ts';
import { TaintEvictionController } from './taint-eviction/taint-eviction-controller.ts';
import { NodeTtlController } from './ttl/node-ttl-controller.ts';
import { AccountsController } from './accounts/accounts-controller.ts';
import { TokensController } from './accounts/tokens-controller.ts';
import { DaemonSetController } from './daemonset/daemonset-controller.ts';
import { DeploymentController } from './deployment/deployment-controller.ts';
import { ClusterRoleAggregationController } from './clusterrole-aggregation/clusterrole-aggregation-controller.ts';
import { cronMachine } from './cronjob/machine.ts';
import { rolloutMachine } from './deployment/machine.ts';
import { budgetMachine } from './disruption/machine.ts';
import { namespaceMachine } from './namespace/machine.ts';
import { healthMachine } from './node-lifecycle/machine.ts';
import { autoscalerMachine } from './podautoscaler/machine.ts';
import { replicaMachine } from './replicaset/machine.ts';
import { EndpointSliceController } from './endpointslice/endpointslice-controller.ts';
import { EndpointSliceMirroringController } from './endpointslice-mirroring/endpointslice-mirroring-controller.ts';
import { ServiceCidrController } from './service-cidr/service-cidr-controller.ts';
import { GarbageCollector } from './garbage-collector/garbage-collector.ts';
import { NamespaceController } from './namespace/namespace-controller.ts';
import { NodeIpamController } from './node-ipam/node-ipam-controller.ts';
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.ts';
import { PodGcController } from './pod-gc/pod-gc-controller.ts';
import { clientRatesFor } from './identity.ts';
import type { Manager } from './managed-controller.ts';
import { ReplicaSetController, ReplicationControllerController } from './replicaset/replicaset-controller.ts';
import { statefulMachine } from './statefulset/machine.ts';
import { StatefulSetController } from './statefulset/statefulset-controller.ts';
import { daemonMachine } from './daemonset/machine.ts';

export { fenceposts, newSetReplicas, proportionalSizes, scaleDownOldSets } from './deployment/rollout-math.ts';
export { ENDPOINTS_PER_SLICE } from './endpointslice/endpointslice-controller.ts';
export { NODE_MONITOR_GRACE_MS } from './node-lifecycle/node-lifecycle-controller.ts';

export { nextTime, parseSchedule } from './cronjob/schedule.ts';
export { limit, stabilize } from './podautoscaler/limits.ts';
export {
  replicasFor,
  replicasForShare,
  replicasForTotal,
  replicasForValues,
} from './podautoscaler/replica-calculator.ts';
export type { MetricsSource };
export const CONTROLLER_MACHINES = [
  rolloutMachine,
  replicaMachine,
  statefulMachine,
  daemonMachine,
  jobMachine,
  cronMachine,
  autoscalerMachine,
  budgetMachine,
  claimMachine,
  volumeMachine,
  namespaceMachine,
  healthMachine,
] as const;

export interface ControllerSettings {
  readonly registry: KindRegistry;
  readonly podCidr: string;
  /** Nodes of the cluster at its start, by which its flags are chosen. */
  readonly nodes: number;
  readonly csi: CsiSettings;
  readonly metrics: MetricsSource;
  /** The version of a group that discovery tells first of; undefined where nobody serves it. */
  preferredVersion(group: string): string | undefined;
}

const INFORMERS = controllerId('informers');

/** kube-controller-manager: its informers, then its controllers in the order in which they start. */
export function makeControllers(
  kernel: Kernel,
  api: ApiServerPort,
  settings: ControllerSettings,
): readonly Component[] {
  const user = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] };
  const informers = new SharedInformers(kernel, api, INFORMERS, user);
  const rates = clientRatesFor(settings.nodes);
  const manager: Manager = { kernel, api, informers, registry: settings.registry, rates };
  return [
    informers,
    new AccountsController(manager),
    new TokensController(manager),
    new NodeIpamController(manager, settings.podCidr),
    new NodeLifecycleController(manager),
    new TaintEvictionController(manager),
    new NodeTtlController(manager),
    new DeploymentController(manager),
    new ReplicaSetController(manager),
    new ReplicationControllerController(manager),
    new StatefulSetController(manager),
    new DaemonSetController(manager),
    new JobController(manager),
    new CronJobController(manager),
    new TtlAfterFinishedController(manager),
    new HorizontalController(manager, settings),
    new DisruptionController(manager),
    new ResourceQuotaController(manager),
    new ClusterRoleAggregationController(manager),
    new PersistentVolumeController(manager),
    new AttachDetachController(manager),
    new VolumeProtectionController(manager),
    new AzureCsiDriver(manager, settings.csi),
    new EndpointsController(manager),
    new EndpointSliceController(manager),
    new EndpointSliceMirroringController(manager),
    new ServiceCidrController(manager),
    new GarbageCollector(manager),
    new NamespaceController(manager),
    new PodGcController(manager),
  ];
}
