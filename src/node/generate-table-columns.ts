/**
 * Generates what the columns of Tables are described with. Upstream: pkg/printers/internalversion/printers.go (AddHandlers),
 * which takes most texts from the comments of the fields; they come from the packages of models here.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { descriptionOf } from './openapi-models.ts';

const target = resolve(import.meta.dirname, '../sim/apiserver/generated/table-columns.json');

type ColumnType = 'string' | 'integer' | 'number' | 'boolean' | 'date';

interface Described {
  readonly type: ColumnType;
  readonly description: string;
}

/** The comment of a field, such as `core.v1.PodSpec.nodeName`. */
const doc = (path: string, type: ColumnType = 'string'): Described => ({ type, description: descriptionOf(path) });
const say = (description: string, type: ColumnType = 'string'): Described => ({ type, description });

const EXTENSIONS = 'extensions.v1beta1';
const HPA = 'autoscaling.v2beta1.HorizontalPodAutoscaler';
const CRON = 'batch.v1beta1.CronJob';
const WEBHOOKS = say('Webhooks indicates the number of webhooks registered in this configuration', 'integer');

/** Of every kind, where it has such a column and says nothing else of it. */
const COMMON: Readonly<Record<string, Described>> = {
  Name: doc('meta.v1.ObjectMeta.name'),
  Age: doc('meta.v1.ObjectMeta.creationTimestamp'),
  'Created At': doc('meta.v1.ObjectMeta.creationTimestamp', 'date'),
  Containers: say('Names of each container in the template.'),
  Images: say('Images referenced by each container in the template.'),
};

const replicas = (owner: string, status: string): Readonly<Record<string, Described>> => ({
  Desired: doc(`${owner}.replicas`, 'integer'),
  Current: doc(`${status}.replicas`, 'integer'),
  Ready: doc(`${status}.readyReplicas`, 'integer'),
  Selector: doc(`${owner}.selector`),
});

const bindings = (kind: string): Readonly<Record<string, Described>> => ({
  Role: doc(`rbac.v1beta1.${kind}.roleRef`),
  Users: say('Users in the roleBinding'),
  Groups: say('Groups in the roleBinding'),
  ServiceAccounts: say('ServiceAccounts in the roleBinding'),
});

const KINDS: Readonly<Record<string, Readonly<Record<string, Described>>>> = {
  Pod: {
    Ready: say('The aggregate readiness state of this pod for accepting traffic.'),
    Status: say('The aggregate status of the containers in this pod.'),
    Restarts: say(
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    ),
    IP: doc('core.v1.PodStatus.podIP'),
    Node: doc('core.v1.PodSpec.nodeName'),
    'Nominated Node': doc('core.v1.PodStatus.nominatedNodeName'),
    'Readiness Gates': doc('core.v1.PodSpec.readinessGates'),
  },
  PodTemplate: { 'Pod Labels': say('The labels for the pod template.') },
  Service: {
    Type: doc('core.v1.ServiceSpec.type'),
    'Cluster-IP': doc('core.v1.ServiceSpec.clusterIP'),
    'External-IP': doc('core.v1.ServiceSpec.externalIPs'),
    'Port(s)': doc('core.v1.ServiceSpec.ports'),
    Selector: doc('core.v1.ServiceSpec.selector'),
  },
  Node: {
    Status: say('The status of the node'),
    Roles: say('The roles of the node'),
    Version: doc('core.v1.NodeSystemInfo.kubeletVersion'),
    'Internal-IP': doc('core.v1.NodeStatus.addresses'),
    'External-IP': doc('core.v1.NodeStatus.addresses'),
    'OS-Image': doc('core.v1.NodeSystemInfo.osImage'),
    'Kernel-Version': doc('core.v1.NodeSystemInfo.kernelVersion'),
    'Container-Runtime': doc('core.v1.NodeSystemInfo.containerRuntimeVersion'),
  },
  Namespace: { Status: say('The status of the namespace') },
  Event: {
    'Last Seen': doc('core.v1.Event.lastTimestamp'),
    Type: doc('core.v1.Event.type'),
    Reason: doc('core.v1.Event.reason'),
    Object: doc('core.v1.Event.involvedObject'),
    Subobject: doc('core.v1.ObjectReference.fieldPath'),
    Source: doc('core.v1.Event.source'),
    Message: doc('core.v1.Event.message'),
    'First Seen': doc('core.v1.Event.firstTimestamp'),
    Count: doc('core.v1.Event.count', 'integer'),
  },
  ConfigMap: { Data: doc('core.v1.ConfigMap.data') },
  Secret: { Type: doc('core.v1.Secret.type'), Data: doc('core.v1.Secret.data') },
  Deployment: {
    Ready: say('Number of the pod with ready state'),
    'Up-to-date': doc('apps.v1.DeploymentStatus.updatedReplicas'),
    Available: doc('apps.v1.DeploymentStatus.availableReplicas'),
    Selector: doc(`${EXTENSIONS}.DeploymentSpec.selector`),
  },
  ReplicaSet: replicas(`${EXTENSIONS}.ReplicaSetSpec`, 'apps.v1.ReplicaSetStatus'),
  ReplicationController: replicas('core.v1.ReplicationControllerSpec', 'core.v1.ReplicationControllerStatus'),
  DaemonSet: {
    Desired: doc(`${EXTENSIONS}.DaemonSetStatus.desiredNumberScheduled`, 'integer'),
    Current: doc(`${EXTENSIONS}.DaemonSetStatus.currentNumberScheduled`, 'integer'),
    Ready: doc(`${EXTENSIONS}.DaemonSetStatus.numberReady`, 'integer'),
    'Up-to-date': doc(`${EXTENSIONS}.DaemonSetStatus.updatedNumberScheduled`, 'integer'),
    Available: doc(`${EXTENSIONS}.DaemonSetStatus.numberAvailable`, 'integer'),
    'Node Selector': doc('core.v1.PodSpec.nodeSelector'),
    Selector: doc(`${EXTENSIONS}.DaemonSetSpec.selector`),
  },
  StatefulSet: { Ready: say('Number of the pod with ready state') },
  ControllerRevision: {
    Controller: say('Controller of the object'),
    Revision: doc('apps.v1beta1.ControllerRevision.revision'),
  },
  Job: {
    Status: say('Status of the job.'),
    Completions: doc('batch.v1.JobStatus.succeeded'),
    Duration: say('Time required to complete the job.'),
    Selector: doc('batch.v1.JobSpec.selector'),
  },
  CronJob: {
    Schedule: doc(`${CRON}Spec.schedule`),
    Timezone: doc('batch.v1.CronJobSpec.timeZone'),
    Suspend: doc(`${CRON}Spec.suspend`, 'boolean'),
    Active: doc(`${CRON}Status.active`, 'integer'),
    'Last Schedule': doc(`${CRON}Status.lastScheduleTime`),
    Selector: doc('batch.v1.JobSpec.selector'),
  },
  HorizontalPodAutoscaler: {
    Reference: doc(`${HPA}Spec.scaleTargetRef`),
    Targets: doc(`${HPA}Spec.metrics`),
    MinPods: doc(`${HPA}Spec.minReplicas`),
    MaxPods: doc(`${HPA}Spec.maxReplicas`),
    Replicas: doc(`${HPA}Status.currentReplicas`),
  },
  PodDisruptionBudget: {
    'Min Available': say('The minimum number of pods that must be available.'),
    'Max Unavailable': say('The maximum number of pods that may be unavailable.'),
    'Allowed Disruptions': say('Calculated number of pods that may be disrupted at this time.', 'integer'),
  },
  Ingress: {
    Class: say('The name of the IngressClass resource that should be used for additional configuration'),
    Hosts: say('Hosts that incoming requests are matched against before the ingress rule'),
    Address: say('Address is a list containing ingress points for the load-balancer'),
    Ports: say('Ports of TLS configurations that open'),
  },
  IngressClass: {
    Controller: say('Controller that is responsible for handling this class'),
    Parameters: say('A reference to a resource with additional parameters'),
  },
  NetworkPolicy: { 'Pod-Selector': doc(`${EXTENSIONS}.NetworkPolicySpec.podSelector`) },
  IPAddress: { ParentRef: say('ParentRef contains a reference to the parent object that this address belongs to.') },
  ServiceCIDR: { CIDRs: doc('networking.v1.ServiceCIDRSpec.cidrs') },
  Endpoints: { Endpoints: doc('core.v1.Endpoints.subsets') },
  EndpointSlice: {
    AddressType: doc('discovery.v1beta1.EndpointSlice.addressType'),
    Ports: doc('discovery.v1beta1.EndpointSlice.ports'),
    Endpoints: doc('discovery.v1beta1.EndpointSlice.endpoints'),
  },
  Lease: { Holder: doc('coordination.v1.LeaseSpec.holderIdentity') },
  ResourceQuota: {
    Request: say('Request represents a minimum amount of cpu/memory that a container may consume.'),
    Limit: say(
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
    ),
  },
  PriorityClass: {
    Value: doc('scheduling.v1.PriorityClass.value', 'integer'),
    'Global-Default': doc('scheduling.v1.PriorityClass.globalDefault', 'boolean'),
    PreemptionPolicy: doc('scheduling.v1.PriorityClass.preemptionPolicy'),
  },
  RuntimeClass: { Handler: doc('node.v1.RuntimeClass.handler') },
  RoleBinding: bindings('RoleBinding'),
  ClusterRoleBinding: bindings('ClusterRoleBinding'),
  PersistentVolume: {
    Capacity: doc('core.v1.PersistentVolumeSpec.capacity'),
    'Access Modes': doc('core.v1.PersistentVolumeSpec.accessModes'),
    'Reclaim Policy': doc('core.v1.PersistentVolumeSpec.persistentVolumeReclaimPolicy'),
    Status: doc('core.v1.PersistentVolumeStatus.phase'),
    Claim: doc('core.v1.PersistentVolumeSpec.claimRef'),
    StorageClass: say('StorageClass of the pv'),
    VolumeAttributesClass: say('VolumeAttributesClass of the pv'),
    Reason: doc('core.v1.PersistentVolumeStatus.reason'),
    VolumeMode: doc('core.v1.PersistentVolumeSpec.volumeMode'),
  },
  PersistentVolumeClaim: {
    Status: doc('core.v1.PersistentVolumeClaimStatus.phase'),
    Volume: doc('core.v1.PersistentVolumeClaimSpec.volumeName'),
    Capacity: doc('core.v1.PersistentVolumeClaimStatus.capacity'),
    'Access Modes': doc('core.v1.PersistentVolumeClaimStatus.accessModes'),
    StorageClass: say('StorageClass of the pvc'),
    VolumeAttributesClass: say('VolumeAttributesClass of the pvc'),
    VolumeMode: doc('core.v1.PersistentVolumeClaimSpec.volumeMode'),
  },
  StorageClass: {
    Provisioner: doc('storage.v1.StorageClass.provisioner'),
    ReclaimPolicy: doc('storage.v1.StorageClass.reclaimPolicy'),
    VolumeBindingMode: doc('storage.v1.StorageClass.volumeBindingMode'),
    AllowVolumeExpansion: doc('storage.v1.StorageClass.allowVolumeExpansion'),
  },
  CSIDriver: {
    AttachRequired: doc('storage.v1.CSIDriverSpec.attachRequired', 'boolean'),
    PodInfoOnMount: doc('storage.v1.CSIDriverSpec.podInfoOnMount', 'boolean'),
    StorageCapacity: doc('storage.v1.CSIDriverSpec.storageCapacity', 'boolean'),
    TokenRequests: doc('storage.v1.CSIDriverSpec.tokenRequests'),
    RequiresRepublish: doc('storage.v1.CSIDriverSpec.requiresRepublish', 'boolean'),
    Modes: doc('storage.v1.CSIDriverSpec.volumeLifecycleModes'),
  },
  CSINode: { Drivers: say('Drivers indicates the number of CSI drivers registered on the node', 'integer') },
  CSIStorageCapacity: {
    StorageClassName: doc('storage.v1.CSIStorageCapacity.storageClassName'),
    Capacity: doc('storage.v1.CSIStorageCapacity.capacity'),
  },
  VolumeAttachment: {
    Attacher: doc('storage.v1.VolumeAttachmentSpec.attacher'),
    PV: doc('storage.v1.VolumeAttachmentSource.persistentVolumeName'),
    Node: doc('storage.v1.VolumeAttachmentSpec.nodeName'),
    Attached: doc('storage.v1.VolumeAttachmentStatus.attached', 'boolean'),
  },
  VolumeAttributesClass: { DriverName: doc('storage.v1.VolumeAttributesClass.driverName') },
  MutatingWebhookConfiguration: { Webhooks: WEBHOOKS },
  ValidatingWebhookConfiguration: { Webhooks: WEBHOOKS },
  ValidatingAdmissionPolicy: {
    Validations: say('Validations indicates the number of validation rules defined in this configuration', 'integer'),
    ParamKind: say('ParamKind specifies the kind of resources used to parameterize this policy'),
  },
  ValidatingAdmissionPolicyBinding: {
    PolicyName: say('PolicyName indicates the policy definition which the policy binding binded to'),
    ParamRef: say('ParamRef indicates the param resource which sets the configration param'),
  },
  APIService: {
    Service: say('The reference to the service that hosts this API endpoint.'),
    Available: say('Whether this service is available.'),
  },
  CertificateSigningRequest: {
    SignerName: doc('certificates.v1beta1.CertificateSigningRequestSpec.signerName'),
    Requestor: doc('certificates.v1beta1.CertificateSigningRequestSpec.request'),
    RequestedDuration: doc('certificates.v1.CertificateSigningRequestSpec.expirationSeconds'),
    Condition: doc('certificates.v1beta1.CertificateSigningRequestStatus.conditions'),
  },
  FlowSchema: {
    PriorityLevel: doc('flowcontrol.v1.PriorityLevelConfigurationReference.name'),
    MatchingPrecedence: doc('flowcontrol.v1.FlowSchemaSpec.matchingPrecedence'),
    DistinguisherMethod: doc('flowcontrol.v1.FlowSchemaSpec.distinguisherMethod'),
    MissingPL: say('references a broken or non-existent PriorityLevelConfiguration'),
  },
  PriorityLevelConfiguration: {
    Type: doc('flowcontrol.v1.PriorityLevelConfigurationSpec.type'),
    NominalConcurrencyShares: doc('flowcontrol.v1.LimitedPriorityLevelConfiguration.nominalConcurrencyShares'),
    Queues: doc('flowcontrol.v1.QueuingConfiguration.queues'),
    HandSize: doc('flowcontrol.v1.QueuingConfiguration.handSize'),
    QueueLengthLimit: doc('flowcontrol.v1.QueuingConfiguration.queueLengthLimit'),
  },
  ResourceClaim: { State: say('A summary of the current state (allocated, pending, reserved, etc.).') },
  ResourceSlice: {
    Node: doc('resource.v1.ResourceSliceSpec.nodeName'),
    Driver: doc('resource.v1.ResourceSliceSpec.driver'),
    Pool: doc('resource.v1.ResourcePool.name'),
  },
};

/** Writes them by kind and name of the column; those of every kind are under `*`. */
export function generateTableColumns(): number {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${JSON.stringify({ '*': COMMON, ...KINDS })}\n`);
  return Object.keys(KINDS).length;
}
