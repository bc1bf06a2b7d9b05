/**
 * What acts on each kind, and what of it is left out: the part of the support page that the registry does not say.
 * Keys are resources, `deployments.apps`. Names of components and controllers are upstream's.
 */
import type { Bilingual } from '../../run/support-page.ts';

export interface KindBehaviour {
  /** What reads it and acts on it; empty for a kind that is stored only. */
  readonly actors: readonly string[];
  readonly limits?: Bilingual;
}

const acted = (actors: string, en?: string, ko?: string): KindBehaviour => ({
  actors: actors.split(' '),
  ...(en && ko ? { limits: { en, ko } } : {}),
});
const idle = (en: string, ko: string): KindBehaviour => ({ actors: [], limits: { en, ko } });

const API = 'kube-apiserver';
const NO_DRA = idle(
  'Devices are not allocated; a pod that claims one is scheduled without it.',
  '장치를 할당하지 않습니다. 장치를 요청하는 Pod는 장치 없이 스케줄됩니다.',
);
const NO_WEBHOOKS = idle('The API server calls no webhooks.', 'API 서버는 웹훅을 호출하지 않습니다.');
const NO_POLICIES = idle('Expressions are not evaluated.', '식을 평가하지 않습니다.');
const NO_FLOW_CONTROL = idle(
  'Requests are not queued by priority and fairness.',
  '요청을 우선순위와 공정성에 따라 대기시키지 않습니다.',
);
export const KIND_BEHAVIOUR: Readonly<Record<string, KindBehaviour>> = {
  pods: acted(
    'kube-scheduler kubelet CoreDNS kube-proxy pod-garbage-collector-controller taint-eviction-controller',
    'Programs are scripted. Security contexts, image volumes and in-tree cloud volumes are stored only.',
    '프로그램은 각본대로 동작합니다. 보안 컨텍스트, 이미지 볼륨, 인트리 클라우드 볼륨은 저장만 됩니다.',
  ),
  services: acted(
    'kube-proxy CoreDNS endpointslice-controller endpoints-controller cloud-controller-manager',
    'IPv4 only.',
    'IPv4만 지원합니다.',
  ),
  nodes: acted('kubelet node-lifecycle-controller node-ipam-controller ttl-controller kube-scheduler'),
  namespaces: acted('namespace-controller kube-apiserver'),
  events: acted(
    API,
    'Kept for an hour, as upstream keeps them. Served as events.k8s.io/v1 too.',
    '업스트림과 같이 한 시간 동안 보관합니다. events.k8s.io/v1로도 제공합니다.',
  ),
  configmaps: acted('kubelet'),
  secrets: acted('kubelet serviceaccount-token-controller kube-apiserver'),
  serviceaccounts: acted('serviceaccount-controller serviceaccount-token-controller kubelet kube-apiserver'),
  'deployments.apps': acted('deployment-controller'),
  'replicasets.apps': acted('replicaset-controller'),
  'daemonsets.apps': acted('daemonset-controller'),
  'statefulsets.apps': acted('statefulset-controller'),
  'controllerrevisions.apps': acted('statefulset-controller daemonset-controller'),
  replicationcontrollers: acted('replicationcontroller-controller'),
  'leases.coordination.k8s.io': acted('kubelet node-lifecycle-controller'),
  'endpointslices.discovery.k8s.io': acted(
    'endpointslice-controller endpointslicemirroring-controller kube-proxy CoreDNS',
    'IPv4 only.',
    'IPv4만 지원합니다.',
  ),
  endpoints: acted('endpoints-controller'),
  podtemplates: idle('No controller of upstream uses it either.', '업스트림에도 사용하는 컨트롤러가 없습니다.'),
  'jobs.batch': acted('job-controller ttl-after-finished-controller'),
  'cronjobs.batch': acted(
    'cronjob-controller',
    'A schedule in a time zone of the common ones runs; other zones are reported as UnknownTimeZone.',
    '널리 쓰이는 시간대의 일정은 실행되며, 그 밖의 시간대는 UnknownTimeZone으로 보고됩니다.',
  ),
  'horizontalpodautoscalers.autoscaling': acted(
    'horizontal-pod-autoscaler-controller',
    'Metrics of resources, and of pods and objects once prometheus-adapter is installed; external metrics have no source and fail. Served as autoscaling/v1 too, whose writers managedFields name by v2.',
    '리소스 메트릭을 지원하며, prometheus-adapter를 설치하면 Pod와 오브젝트의 메트릭도 지원합니다. 외부 메트릭은 원본이 없어 실패합니다. autoscaling/v1로도 제공하며, 이때도 managedFields에는 v2로 적습니다.',
  ),
  'poddisruptionbudgets.policy': acted('disruption-controller kube-apiserver kube-scheduler'),
  limitranges: acted(API),
  resourcequotas: acted('resourcequota-controller kube-apiserver'),
  'priorityclasses.scheduling.k8s.io': acted('kube-apiserver kube-scheduler'),
  'runtimeclasses.node.k8s.io': acted(
    API,
    'Overhead and scheduling are applied; every handler runs containers alike.',
    '오버헤드와 스케줄링을 적용합니다. 어느 핸들러든 컨테이너를 똑같이 실행합니다.',
  ),
  'ingresses.networking.k8s.io': idle(
    'No ingress controller is installed, as on a new AKS cluster.',
    '새 AKS 클러스터와 같이 인그레스 컨트롤러가 설치되어 있지 않습니다.',
  ),
  'ingressclasses.networking.k8s.io': idle(
    'No ingress controller is installed, as on a new AKS cluster.',
    '새 AKS 클러스터와 같이 인그레스 컨트롤러가 설치되어 있지 않습니다.',
  ),
  'networkpolicies.networking.k8s.io': idle(
    'Not enforced, as on AKS without a network policy engine.',
    '네트워크 정책 엔진이 없는 AKS와 같이 적용되지 않습니다.',
  ),
  'ipaddresses.networking.k8s.io': acted(API),
  'servicecidrs.networking.k8s.io': acted(
    'service-cidrs-controller',
    'Addresses come from the range of the cluster alone.',
    '주소는 클러스터의 범위에서만 할당됩니다.',
  ),
  'clusterroles.rbac.authorization.k8s.io': acted('kube-apiserver clusterrole-aggregation-controller'),
  'roles.rbac.authorization.k8s.io': acted(API),
  'clusterrolebindings.rbac.authorization.k8s.io': acted(API),
  'rolebindings.rbac.authorization.k8s.io': acted(API),
  persistentvolumes: acted(
    'persistentvolume-binder-controller persistentvolume-attach-detach-controller kubelet disk.csi.azure.com',
  ),
  persistentvolumeclaims: acted(
    'persistentvolume-binder-controller kube-scheduler disk.csi.azure.com',
    'No snapshots.',
    '스냅샷은 없습니다.',
  ),
  'storageclasses.storage.k8s.io': acted('persistentvolume-binder-controller kube-apiserver disk.csi.azure.com'),
  'volumeattachments.storage.k8s.io': acted('persistentvolume-attach-detach-controller disk.csi.azure.com'),
  'csidrivers.storage.k8s.io': acted('persistentvolume-attach-detach-controller kubelet'),
  'csinodes.storage.k8s.io': acted('kube-scheduler disk.csi.azure.com'),
  'csistoragecapacities.storage.k8s.io': idle(
    'The scheduler does not look at capacities of storage.',
    '스케줄러는 스토리지 용량을 고려하지 않습니다.',
  ),
  'volumeattributesclasses.storage.k8s.io': idle(
    'Attributes of volumes are not changed.',
    '볼륨의 특성을 바꾸지 않습니다.',
  ),
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': NO_WEBHOOKS,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': NO_WEBHOOKS,
  'validatingadmissionpolicies.admissionregistration.k8s.io': NO_POLICIES,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': NO_POLICIES,
  'customresourcedefinitions.apiextensions.k8s.io': idle(
    'The kinds that it defines are not served.',
    '정의한 종류는 제공되지 않습니다.',
  ),
  'apiservices.apiregistration.k8s.io': acted(
    API,
    'Those of metrics-server and of prometheus-adapter (custom.metrics.k8s.io) have servers behind them; any other stays unavailable.',
    'metrics-server와 prometheus-adapter(custom.metrics.k8s.io)의 것만 뒤에 서버가 있으며, 그 밖의 것은 계속 사용할 수 없습니다.',
  ),
  'certificatesigningrequests.certificates.k8s.io': idle(
    'It can be approved and denied; nothing signs it.',
    '승인하거나 거부할 수 있지만, 서명하는 구성 요소는 없습니다.',
  ),
  'flowschemas.flowcontrol.apiserver.k8s.io': NO_FLOW_CONTROL,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': NO_FLOW_CONTROL,
  'deviceclasses.resource.k8s.io': NO_DRA,
  'resourceclaims.resource.k8s.io': NO_DRA,
  'resourceclaimtemplates.resource.k8s.io': NO_DRA,
  'resourceslices.resource.k8s.io': NO_DRA,
  'workloads.pilothouse.dev': acted(
    'kubelet',
    "Pilothouse's own kind: it says how the containers of an image behave.",
    'Pilothouse 고유의 종류로, 이미지의 컨테이너가 어떻게 동작하는지 정합니다.',
  ),
  'selfsubjectreviews.authentication.k8s.io': acted(API),
  'tokenreviews.authentication.k8s.io': acted(API),
  'localsubjectaccessreviews.authorization.k8s.io': acted(API),
  'selfsubjectaccessreviews.authorization.k8s.io': acted(API),
  'selfsubjectrulesreviews.authorization.k8s.io': acted(API),
  'subjectaccessreviews.authorization.k8s.io': acted(API),
  'nodes.metrics.k8s.io': acted(
    'metrics-server',
    'While metrics-server runs.',
    'metrics-server가 실행되는 동안 제공됩니다.',
  ),
  'pods.metrics.k8s.io': acted(
    'metrics-server',
    'While metrics-server runs.',
    'metrics-server가 실행되는 동안 제공됩니다.',
  ),
  'pods.custom.metrics.k8s.io': acted(
    'prometheus-adapter',
    'Of pods, Services and namespaces, while an APIService names a Service with a prometheus-adapter that is ready.',
    'Pod, 서비스, 네임스페이스의 메트릭입니다. APIService가 가리키는 서비스 뒤에 준비된 prometheus-adapter가 있는 동안 제공됩니다.',
  ),
};
