/**
 * NodeRestriction: what a kubelet may write of Nodes and Pods, beyond what its authorizer can tell by names.
 * Upstream: plugin/pkg/admission/noderestriction/admission.go. Left out: claims, tokens, resource slices.
 */
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from '../../api/object.ts';
import { CONFIG_MIRROR, isMirrorPod } from '../../api/mirror-pods.ts';
import { apiReferenceOf } from '../../api/pod-references.ts';
import { forbidden } from '../../api/status.ts';
import { nodeOf } from '../authorization/node.ts';
import { refuse, type RequestContext } from '../context.ts';
import { isDeepEqual } from '../equality.ts';

const KUBERNETES_LABEL = /(^|\.)(kubernetes|k8s)\.io\//;
const OWN_LABEL = /(^|\.)(kubelet\.kubernetes\.io|node\.kubernetes\.io)\//;
const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
]);

/** `next` is absent on delete, `old` on create. Kubelets of the cluster itself write only what is theirs. */
export function restrictNode(context: RequestContext, next: KubeObject | undefined, old: Stored | undefined): void {
  if (context.request.isTyped) return;
  const node = nodeOf(context.request.user);
  if (node === undefined) return;
  const name = (next ?? old)?.metadata?.name ?? '';
  const why = faultOf(context, node, name, next, old);
  if (why) refuse(context, 'admit', forbidden(context.resource, name, why));
}

function faultOf(
  context: RequestContext,
  node: string,
  name: string,
  next: KubeObject | undefined,
  old: Stored | undefined,
): string | undefined {
  const { kind, request } = context;
  const quoted = JSON.stringify(node);
  switch (kind.kind) {
    case 'Node':
      if (name !== node) return `node ${quoted} is not allowed to modify node ${JSON.stringify(name)}`;
      return nodeFault(quoted, next as Node | undefined, old as Stored<Node> | undefined);
    case 'Lease':
      return old === undefined && name !== node
        ? 'can only access node lease with the same name as the requesting node'
        : undefined;
    case 'CSINode':
      return old === undefined && name !== node
        ? 'can only access CSINode with the same name as the requesting node'
        : undefined;
    case 'Pod':
      if (!old && next) return newPodFault(context, quoted, node, next as Pod);
      return podFault(quoted, node, request.subresource, next as Pod | undefined, old as Stored<Pod>);
    default:
      return undefined;
  }
}

function nodeFault(quoted: string, next: Node | undefined, old: Stored<Node> | undefined): string | undefined {
  if (!next) return undefined;
  if (old && !isDeepEqual(old.spec?.taints, next.spec?.taints)) return `node ${quoted} is not allowed to modify taints`;
  const [before, after] = [old?.metadata.labels ?? {}, next.metadata?.labels ?? {}];
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
  const denied = changed.filter(
    (key) =>
      key.startsWith('node-restriction.kubernetes.io/') ||
      key.includes('.node-restriction.kubernetes.io/') ||
      (KUBERNETES_LABEL.test(key) && !OWN_LABEL.test(key) && !OWN_LABELS.has(key)),
  );
  return denied.length > 0 ? `node ${quoted} is not allowed to modify labels: ${denied.sort().join(', ')}` : undefined;
}

function podFault(
  quoted: string,
  node: string,
  subresource: string | undefined,
  next: Pod | undefined,
  old: Stored<Pod>,
): string | undefined {
  if (!next)
    return old.spec?.nodeName === node
      ? undefined
      : `node ${quoted} can only delete pods with spec.nodeName set to itself`;
  if (subresource !== 'status') return undefined;
  if (old.spec?.nodeName !== node)
    return `node ${quoted} can only update pod status for pods with spec.nodeName set to itself`;
  return isDeepEqual(old.metadata.labels, next.metadata?.labels)
    ? undefined
    : `node ${quoted} cannot update labels through pod status`;
}

/** A node makes mirrors of its static pods and nothing else: its own, owned by its Node, and in need of no other object. */
function newPodFault(context: RequestContext, quoted: string, node: string, pod: Pod): string | undefined {
  const can = (what: string): string => `node ${quoted} can only create pods with ${what}`;
  if (!isMirrorPod(pod))
    return `pod does not have "${CONFIG_MIRROR}" annotation, node ${quoted} can only create mirror pods`;
  if (pod.spec?.nodeName !== node) return can('spec.nodeName set to itself');
  const owners = pod.metadata?.ownerReferences ?? [];
  const [owner] = owners;
  if (owners.length > 1) return can('a single owner reference set to itself');
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return can('an owner reference set to itself');
  if (!owner.controller) return can('a controller owner reference set to itself');
  if (owner.blockOwnerDeletion) return `node ${quoted} must not set blockOwnerDeletion on an owner reference`;
  const known = context.find('nodes', undefined, node);
  if (known?.metadata.uid !== owner.uid)
    return `node ${node} UID mismatch: expected ${known?.metadata.uid ?? ''} got ${owner.uid}`;
  const reference = apiReferenceOf(pod);
  return reference === undefined ? undefined : `node ${quoted} can not create pods that reference ${reference}`;
}
