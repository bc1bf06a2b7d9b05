/**
 * What admission does to a new Pod: LimitRanger, ServiceAccount, Priority, DefaultTolerationSeconds, RuntimeClass.
 * Upstream: plugin/pkg/admission/{serviceaccount,priority,defaulttolerationseconds}.
 */
import type { Container, Pod, ProjectedVolumeSource, ServiceAccount, Toleration } from 'kubernetes-types/core/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { Stored } from '../../api/object.ts';
import { isMirrorPod } from '../../api/mirror-pods.ts';
import { secretNamesOf } from '../../api/pod-references.ts';
import { forbidden } from '../../api/status.ts';
import { mintSuffix } from '../../kernel/index.ts';
import { nameForMutation, refuse, type Draft, type RequestContext } from '../context.ts';
import { defaultLimits } from './limit-ranger.ts';
import { admitRuntimeClass } from './runtime-class.ts';

type PodDraft = Pod & Draft;

const TOKEN_MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the volume of a pod's token holds: the same for every pod, and shared by all. */
const TOKEN_SOURCES: ProjectedVolumeSource = {
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
  defaultMode: 420,
};

/** How long pods stay on a node that has fallen silent, unless they say themselves. */
const DEFAULT_TOLERATIONS: Toleration[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map(
  (key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }),
);

/** Names of the plugins that changed something. */
export function admitPod(context: RequestContext, pod: PodDraft): readonly string[] {
  // A Pod without containers is refused by validation, which comes later.
  pod.spec = { ...pod.spec, containers: pod.spec?.containers ?? [] };
  return [
    ...(defaultLimits(context, pod) ? ['LimitRanger'] : []),
    ...(serviceAccount(context, pod) ? ['ServiceAccount'] : []),
    ...(priority(context, pod) ? ['Priority'] : []),
    ...(defaultTolerations(pod) ? ['DefaultTolerationSeconds'] : []),
    ...(admitRuntimeClass(context, pod) ? ['RuntimeClass'] : []),
  ];
}

/** The spec of a mirror pod is its kubelet's: nothing is added, and what a static pod cannot have is refused. */
function mirrorFault(pod: PodDraft): string | undefined {
  if (pod.spec!.serviceAccountName) return 'a mirror pod may not reference service accounts';
  if (secretNamesOf(pod).some(Boolean)) return 'a mirror pod may not reference secrets';
  const sources = (pod.spec!.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.some(({ serviceAccountToken }) => serviceAccountToken)
    ? 'a mirror pod may not use ServiceAccountToken volume projections'
    : undefined;
}

function serviceAccount(context: RequestContext, pod: PodDraft): boolean {
  if (isMirrorPod(pod)) {
    const why = mirrorFault(pod);
    if (why !== undefined) refuse(context, 'mutate', forbidden(context.resource, pod.metadata.name ?? '', why));
    return false;
  }
  const spec = pod.spec!;
  const namespace = pod.metadata.namespace ?? '';
  const name = spec.serviceAccountName || 'default';
  spec.serviceAccountName = name;
  (spec as { serviceAccount?: string }).serviceAccount = name;
  const account = context.find('serviceaccounts', namespace, name);
  if (!account) {
    const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
    refuse(context, 'mutate', forbidden(context.resource, nameForMutation(pod), why));
  }
  const { imagePullSecrets, automountServiceAccountToken } = account as Stored<ServiceAccount>;
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && imagePullSecrets?.length) spec.imagePullSecrets = imagePullSecrets;
  if ((spec.automountServiceAccountToken ?? automountServiceAccountToken) === false) return true;
  const hasMount = (container: Container): boolean =>
    container.volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_MOUNT) ?? false;
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  if (all.every(hasMount)) return true;
  const volume = `kube-api-access-${mintSuffix(context.kernel.stream('kube-apiserver/names'))}`;
  const mounted = (container: Container): Container =>
    hasMount(container)
      ? container
      : {
          ...container,
          volumeMounts: [...(container.volumeMounts ?? []), { name: volume, readOnly: true, mountPath: TOKEN_MOUNT }],
        };
  spec.containers = spec.containers.map(mounted);
  if (spec.initContainers) spec.initContainers = spec.initContainers.map(mounted);
  spec.volumes = [...(spec.volumes ?? []), { name: volume, projected: TOKEN_SOURCES }];
  return true;
}

function priority(context: RequestContext, pod: PodDraft): boolean {
  const spec = pod.spec!;
  const resource = 'priorityclasses.scheduling.k8s.io';
  let found: Stored<PriorityClass> | undefined;
  if (spec.priorityClassName) {
    found = context.find(resource, undefined, spec.priorityClassName) as Stored<PriorityClass> | undefined;
    if (!found) {
      const why = `no PriorityClass with name ${spec.priorityClassName} was found`;
      refuse(context, 'mutate', forbidden(context.resource, nameForMutation(pod), why));
    }
  } else {
    for (const item of context.list(resource) as Iterable<Stored<PriorityClass>>) {
      if (item.globalDefault && (!found || item.value < found.value)) found = item;
    }
    if (found) spec.priorityClassName = found.metadata.name;
  }
  const wanted = found?.value ?? 0;
  const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  const mismatch = (type: string, what: string, given: number | string, computed: number | string): never => {
    const text = `the ${type} value of ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${computed} from the given PriorityClass name`;
    return refuse(context, 'mutate', forbidden(context.resource, nameForMutation(pod), text));
  };
  if (spec.priority !== undefined && spec.priority !== wanted) mismatch('integer', 'priority', spec.priority, wanted);
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    mismatch('string', 'PreemptionPolicy', spec.preemptionPolicy, policy);
  }
  spec.priority = wanted;
  spec.preemptionPolicy = policy;
  return true;
}

function defaultTolerations(pod: PodDraft): boolean {
  const present = pod.spec!.tolerations ?? [];
  const added = DEFAULT_TOLERATIONS.filter(
    ({ key: taint }) =>
      !present.some(({ key, effect }) => (!key || key === taint) && (!effect || effect === 'NoExecute')),
  );
  if (added.length === 0) return false;
  pod.spec!.tolerations = present.length === 0 ? DEFAULT_TOLERATIONS : [...present, ...added];
  return true;
}
