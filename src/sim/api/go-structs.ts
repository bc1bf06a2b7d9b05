/**
 * Specs as the API server holds them in its own structs, which shows where it prints one whole: every field, in the
 * order of the struct, by its Go name. Upstream: pkg/apis/core/types.go, encoding/json (structs without tags).
 * Left out: the metadata of claims inside ephemeral volumes beside labels and annotations.
 */
import { escapedJson, isMapping, sortedDeep, type Fields } from './go-json.ts';

/**
 * Fields of each struct: `Name` is a string; `Name:n`, `:b`, `:q` and `:p` a number, a boolean, a quantity and a port
 * or its name; `:?` what may be nil (pointers to plain values, lists of them, maps); `:l` a label selector;
 * `:T` a struct, `:*T` a pointer to one, `:[T]` a list of them; `+T` one whose fields stand among its owner's.
 * `Name=field` has another name in the API than the rule of `fieldOf` gives.
 */
const STRUCTS: Readonly<Record<string, string>> = {
  PodSpec:
    'Volumes:[Volume] InitContainers:[Container] Containers:[Container] EphemeralContainers:[EphemeralContainer] RestartPolicy TerminationGracePeriodSeconds:? ActiveDeadlineSeconds:? DNSPolicy NodeSelector:? ServiceAccountName AutomountServiceAccountToken:? NodeName SecurityContext:*PodSecurityContext ImagePullSecrets:[LocalObjectReference] Hostname Subdomain SetHostnameAsFQDN:? Affinity:*Affinity SchedulerName Tolerations:[Toleration] HostAliases:[HostAlias] PriorityClassName Priority:? PreemptionPolicy:? DNSConfig:*PodDNSConfig ReadinessGates:[PodReadinessGate] RuntimeClassName:? Overhead:? EnableServiceLinks:? TopologySpreadConstraints:[TopologySpreadConstraint] OS:*PodOS SchedulingGates:[PodSchedulingGate] ResourceClaims:[PodResourceClaim] Resources:*ResourceRequirements HostnameOverride:? WorkloadRef:*WorkloadReference',
  PodSecurityContext:
    'HostNetwork:b HostPID:b HostIPC:b ShareProcessNamespace:? HostUsers:? SELinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions RunAsUser:? RunAsGroup:? RunAsNonRoot:? SupplementalGroups:? SupplementalGroupsPolicy:? FSGroup:? FSGroupChangePolicy:? Sysctls:[Sysctl] SeccompProfile:*Profile AppArmorProfile:*Profile SELinuxChangePolicy:?',
  SELinuxOptions: 'User Role Type Level',
  WindowsSecurityContextOptions: 'GMSACredentialSpecName:? GMSACredentialSpec:? RunAsUserName:? HostProcess:?',
  Profile: 'Type LocalhostProfile:?',
  Sysctl: 'Name Value',
  LocalObjectReference: 'Name',
  SecretReference: 'Name Namespace',
  Toleration: 'Key Operator Value Effect TolerationSeconds:?',
  HostAlias: 'IP Hostnames:?',
  PodDNSConfig: 'Nameservers:? Searches:? Options:[PodDNSConfigOption]',
  PodDNSConfigOption: 'Name Value:?',
  PodReadinessGate: 'ConditionType',
  PodOS: 'Name',
  PodSchedulingGate: 'Name',
  PodResourceClaim: 'Name ResourceClaimName:? ResourceClaimTemplateName:?',
  WorkloadReference: 'Name PodGroup PodGroupReplicaKey',
  TopologySpreadConstraint:
    'MaxSkew:n TopologyKey WhenUnsatisfiable LabelSelector:l MinDomains:? NodeAffinityPolicy:? NodeTaintsPolicy:? MatchLabelKeys:?',
  Affinity: 'NodeAffinity:*NodeAffinity PodAffinity:*PodAffinity PodAntiAffinity:*PodAffinity',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm]',
  NodeSelector: 'NodeSelectorTerms:[NodeSelectorTerm]',
  NodeSelectorTerm: 'MatchExpressions:[NodeSelectorRequirement] MatchFields:[NodeSelectorRequirement]',
  NodeSelectorRequirement: 'Key Operator Values:?',
  PreferredSchedulingTerm: 'Weight:n Preference:NodeSelectorTerm',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm] PreferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm]',
  WeightedPodAffinityTerm: 'Weight:n PodAffinityTerm:PodAffinityTerm',
  PodAffinityTerm: 'LabelSelector:l Namespaces:? TopologyKey NamespaceSelector:l MatchLabelKeys:? MismatchLabelKeys:?',
  Container:
    'Name Image Command:? Args:? WorkingDir Ports:[ContainerPort] EnvFrom:[EnvFromSource] Env:[EnvVar] Resources:ResourceRequirements ResizePolicy:[ContainerResizePolicy] RestartPolicy:? RestartPolicyRules:[ContainerRestartRule] VolumeMounts:[VolumeMount] VolumeDevices:[VolumeDevice] LivenessProbe:*Probe ReadinessProbe:*Probe StartupProbe:*Probe Lifecycle:*Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext:*SecurityContext Stdin:b StdinOnce:b TTY:b',
  EphemeralContainer: '+Container TargetContainerName',
  ContainerPort: 'Name HostPort:n ContainerPort:n Protocol HostIP',
  EnvFromSource: 'Prefix ConfigMapRef:*EnvSource SecretRef:*EnvSource',
  EnvSource: '+LocalObjectReference Optional:?',
  EnvVar: 'Name Value ValueFrom:*EnvVarSource',
  EnvVarSource:
    'FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector ConfigMapKeyRef:*KeySelector SecretKeyRef:*KeySelector FileKeyRef:*FileKeySelector',
  ObjectFieldSelector: 'APIVersion FieldPath',
  ResourceFieldSelector: 'ContainerName Resource Divisor:q',
  KeySelector: '+LocalObjectReference Key Optional:?',
  FileKeySelector: 'VolumeName Path Key Optional:?',
  ResourceRequirements: 'Limits:? Requests:? Claims:[ResourceClaim]',
  VolumeResourceRequirements: 'Limits:? Requests:?',
  ResourceClaim: 'Name Request',
  ContainerResizePolicy: 'ResourceName RestartPolicy',
  ContainerRestartRule: 'Action ExitCodes:*ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'Operator Values:?',
  VolumeMount: 'Name ReadOnly:b RecursiveReadOnly:? MountPath SubPath MountPropagation:? SubPathExpr',
  VolumeDevice: 'Name DevicePath',
  Probe:
    'Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction GRPC:*GRPCAction InitialDelaySeconds:n TimeoutSeconds:n PeriodSeconds:n SuccessThreshold:n FailureThreshold:n TerminationGracePeriodSeconds:?',
  Lifecycle: 'PostStart:*LifecycleHandler PreStop:*LifecycleHandler StopSignal:?',
  LifecycleHandler: 'Exec:*ExecAction HTTPGet:*HTTPGetAction TCPSocket:*TCPSocketAction Sleep:*SleepAction',
  ExecAction: 'Command:?',
  HTTPGetAction: 'Path Port:p Host Scheme HTTPHeaders:[Sysctl]',
  TCPSocketAction: 'Port:p Host',
  GRPCAction: 'Port:n Service:?',
  SleepAction: 'Seconds:n',
  SecurityContext:
    'Capabilities:*Capabilities Privileged:? SELinuxOptions:*SELinuxOptions WindowsOptions:*WindowsSecurityContextOptions RunAsUser:? RunAsGroup:? RunAsNonRoot:? ReadOnlyRootFilesystem:? AllowPrivilegeEscalation:? ProcMount:? SeccompProfile:*Profile AppArmorProfile:*Profile',
  Capabilities: 'Add:? Drop:?',
  Volume:
    'Name HostPath:*HostPath EmptyDir:*EmptyDir GCEPersistentDisk:*GcePersistentDisk AWSElasticBlockStore:*AwsElasticBlockStore GitRepo:*GitRepo Secret:*Secret NFS:*Nfs ISCSI:*Iscsi Glusterfs:*Glusterfs PersistentVolumeClaim:*ClaimVolume RBD:*Rbd Quobyte:*Quobyte FlexVolume:*Flex Cinder:*Cinder CephFS=cephfs:*CephFs Flocker:*Flocker DownwardAPI:*DownwardApi FC:*Fc AzureFile:*AzureFile ConfigMap:*ConfigMap VsphereVolume:*Vsphere AzureDisk:*AzureDisk PhotonPersistentDisk:*Photon Projected:*Projected PortworxVolume:*Portworx ScaleIO:*ScaleIo StorageOS=storageos:*StorageOs CSI:*Csi Ephemeral:*Ephemeral Image:*ImageVolume',
  PersistentVolumeSource:
    'GCEPersistentDisk:*GcePersistentDisk AWSElasticBlockStore:*AwsElasticBlockStore HostPath:*HostPath Glusterfs:*PersistentGlusterfs NFS:*Nfs RBD:*PersistentRbd Quobyte:*Quobyte ISCSI:*PersistentIscsi FlexVolume:*PersistentFlex Cinder:*PersistentCinder CephFS=cephfs:*PersistentCephFs FC:*Fc Flocker:*Flocker AzureFile:*PersistentAzureFile VsphereVolume:*Vsphere AzureDisk:*AzureDisk PhotonPersistentDisk:*Photon PortworxVolume:*Portworx ScaleIO:*PersistentScaleIo Local:*Local StorageOS=storageos:*PersistentStorageOs CSI:*PersistentCsi',
  HostPath: 'Path Type:?',
  EmptyDir: 'Medium SizeLimit:?',
  GcePersistentDisk: 'PDName FSType Partition:n ReadOnly:b',
  AwsElasticBlockStore: 'VolumeID FSType Partition:n ReadOnly:b',
  GitRepo: 'Repository Revision Directory',
  Secret: 'SecretName Items:[KeyToPath] DefaultMode:? Optional:?',
  KeyToPath: 'Key Path Mode:?',
  Nfs: 'Server Path ReadOnly:b',
  Iscsi:
    'TargetPortal IQN Lun:n ISCSIInterface FSType ReadOnly:b Portals:? DiscoveryCHAPAuth=chapAuthDiscovery:b SessionCHAPAuth=chapAuthSession:b SecretRef:*LocalObjectReference InitiatorName:?',
  PersistentIscsi:
    'TargetPortal IQN Lun:n ISCSIInterface FSType ReadOnly:b Portals:? DiscoveryCHAPAuth=chapAuthDiscovery:b SessionCHAPAuth=chapAuthSession:b SecretRef:*SecretReference InitiatorName:?',
  Glusterfs: 'EndpointsName=endpoints Path ReadOnly:b',
  PersistentGlusterfs: 'EndpointsName=endpoints Path ReadOnly:b EndpointsNamespace:?',
  ClaimVolume: 'ClaimName ReadOnly:b',
  Rbd: 'CephMonitors=monitors:? RBDImage=image FSType RBDPool=pool RadosUser=user Keyring SecretRef:*LocalObjectReference ReadOnly:b',
  PersistentRbd:
    'CephMonitors=monitors:? RBDImage=image FSType RBDPool=pool RadosUser=user Keyring SecretRef:*SecretReference ReadOnly:b',
  Quobyte: 'Registry Volume ReadOnly:b User Group Tenant',
  Flex: 'Driver FSType SecretRef:*LocalObjectReference ReadOnly:b Options:?',
  PersistentFlex: 'Driver FSType SecretRef:*SecretReference ReadOnly:b Options:?',
  Cinder: 'VolumeID FSType ReadOnly:b SecretRef:*LocalObjectReference',
  PersistentCinder: 'VolumeID FSType ReadOnly:b SecretRef:*SecretReference',
  CephFs: 'Monitors:? Path User SecretFile SecretRef:*LocalObjectReference ReadOnly:b',
  PersistentCephFs: 'Monitors:? Path User SecretFile SecretRef:*SecretReference ReadOnly:b',
  Flocker: 'DatasetName DatasetUUID',
  DownwardApi: 'Items:[DownwardApiFile] DefaultMode:?',
  DownwardApiFile: 'Path FieldRef:*ObjectFieldSelector ResourceFieldRef:*ResourceFieldSelector Mode:?',
  Fc: 'TargetWWNs:? Lun:? FSType ReadOnly:b WWIDs=wwids:?',
  AzureFile: 'SecretName ShareName ReadOnly:b',
  PersistentAzureFile: 'SecretName ShareName ReadOnly:b SecretNamespace:?',
  ConfigMap: '+LocalObjectReference Items:[KeyToPath] DefaultMode:? Optional:?',
  Vsphere: 'VolumePath FSType StoragePolicyName StoragePolicyID',
  AzureDisk: 'DiskName DataDiskURI=diskURI CachingMode:? FSType:? ReadOnly:? Kind:?',
  Photon: 'PdID FSType',
  Projected: 'Sources:[VolumeProjection] DefaultMode:?',
  VolumeProjection:
    'Secret:*ObjectProjection DownwardAPI:*DownwardApiProjection ConfigMap:*ObjectProjection ServiceAccountToken:*TokenProjection ClusterTrustBundle:*TrustProjection PodCertificate:*CertificateProjection',
  ObjectProjection: '+LocalObjectReference Items:[KeyToPath] Optional:?',
  DownwardApiProjection: 'Items:[DownwardApiFile]',
  TokenProjection: 'Audience ExpirationSeconds:n Path',
  TrustProjection: 'Name:? SignerName:? LabelSelector:l Optional:? Path',
  CertificateProjection:
    'SignerName KeyType MaxExpirationSeconds:? CredentialBundlePath KeyPath CertificateChainPath UserAnnotations:?',
  Portworx: 'VolumeID FSType ReadOnly:b',
  ScaleIo:
    'Gateway System SecretRef:*LocalObjectReference SSLEnabled:b ProtectionDomain StoragePool StorageMode VolumeName FSType ReadOnly:b',
  PersistentScaleIo:
    'Gateway System SecretRef:*SecretReference SSLEnabled:b ProtectionDomain StoragePool StorageMode VolumeName FSType ReadOnly:b',
  StorageOs: 'VolumeName VolumeNamespace FSType ReadOnly:b SecretRef:*LocalObjectReference',
  PersistentStorageOs: 'VolumeName VolumeNamespace FSType ReadOnly:b SecretRef:*ObjectReference',
  ObjectReference: 'Kind Namespace Name UID APIVersion ResourceVersion FieldPath',
  Local: 'Path FSType:?',
  Csi: 'Driver ReadOnly:? FSType:? VolumeAttributes:? NodePublishSecretRef:*LocalObjectReference',
  PersistentCsi:
    'Driver VolumeHandle ReadOnly:b FSType VolumeAttributes:? ControllerPublishSecretRef:*SecretReference NodeStageSecretRef:*SecretReference NodePublishSecretRef:*SecretReference ControllerExpandSecretRef:*SecretReference NodeExpandSecretRef:*SecretReference',
  Ephemeral: 'VolumeClaimTemplate:*ClaimTemplate',
  ClaimTemplate: 'Spec:PersistentVolumeClaimSpec',
  ImageVolume: 'Reference PullPolicy',
  PersistentVolumeClaimSpec:
    'AccessModes:? Selector:l Resources:VolumeResourceRequirements VolumeName StorageClassName:? VolumeMode:? DataSource:*TypedLocalObjectReference DataSourceRef:*TypedObjectReference VolumeAttributesClassName:?',
  TypedLocalObjectReference: 'APIGroup:? Kind Name',
  TypedObjectReference: 'APIGroup:? Kind Name Namespace:?',
};

const ZEROES: Readonly<Record<string, unknown>> = { n: 0, b: false, q: '0', p: 0, '?': null };

/** `DNSPolicy` is `dnsPolicy`: capitals at the start fall, but the one that begins a word. */
const fieldOf = (name: string): string => name.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase());

/** `given` by the name in the API; what it lacks has the zero value of Go. */
function structOf(type: string, given: Fields): Fields {
  const entries = STRUCTS[type]!.split(' ').flatMap((part): readonly (readonly [string, unknown])[] => {
    if (part.startsWith('+')) return Object.entries(structOf(part.slice(1), given));
    const [names = '', shape = ''] = part.split(':');
    const [name = '', field = fieldOf(name)] = names.split('=');
    return [[name, valueOf(shape, given[field] ?? undefined)]];
  });
  return Object.fromEntries(entries);
}

function valueOf(shape: string, value: unknown): unknown {
  if (shape === 'l') return isMapping(value) ? selectorOf(value) : null;
  if (shape.startsWith('[')) {
    const type = shape.slice(1, -1);
    return Array.isArray(value) ? value.map((item: Fields) => structOf(type, item)) : null;
  }
  if (shape.startsWith('*')) return isMapping(value) ? structOf(shape.slice(1), value) : null;
  if (STRUCTS[shape]) return structOf(shape, isMapping(value) ? value : {});
  return value === undefined ? (ZEROES[shape] ?? (shape === '' ? '' : null)) : sortedDeep(value);
}

/** A selector's struct has tags, so its fields keep their names and are left out when empty. */
function selectorOf({ matchLabels, matchExpressions }: Fields): Fields {
  const expressions = (matchExpressions ?? []) as readonly Fields[];
  return {
    ...(matchLabels ? { matchLabels: sortedDeep(matchLabels) } : {}),
    ...(expressions.length > 0
      ? {
          matchExpressions: expressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values ? { values } : {}),
          })),
        }
      : {}),
  };
}

const HOST_FIELDS = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'] as const;

/** In the server's struct the security context of a pod has the namespaces that it shares with its host. */
function withHostFields(spec: Fields): Fields {
  const shared = HOST_FIELDS.filter((field) => spec[field] !== undefined);
  if (shared.length === 0) return spec;
  const context = isMapping(spec['securityContext']) ? spec['securityContext'] : {};
  return { ...spec, securityContext: { ...context, ...Object.fromEntries(shared.map((key) => [key, spec[key]])) } };
}

export type PrintedStruct = 'PodSpec' | 'PersistentVolumeClaimSpec' | 'PersistentVolumeSource';

/** Lines of the struct as MarshalIndent writes it, a space for each level. */
export function structLines(type: PrintedStruct, value: object): readonly string[] {
  const given = type === 'PodSpec' ? withHostFields(value as Fields) : (value as Fields);
  return escapedJson(JSON.stringify(structOf(type, given), undefined, 1)).split('\n');
}
