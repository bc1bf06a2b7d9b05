/**
 * The Node authorizer: what a kubelet may do, narrowed to what belongs to its own node.
 * Upstream: plugin/pkg/auth/authorizer/node/node_authorizer.go. Left out: resource claims, certificate requests of pods,
 * and the selectors of lists and watches.
 */
import type { Pod, PersistentVolume } from 'kubernetes-types/core/v1';
import type { VolumeAttachment } from 'kubernetes-types/storage/v1';
import type { Stored } from '../../api/object.ts';
import { configMapNamesOf, secretNamesOf } from '../../api/pod-references.ts';
import type { UserInfo } from '../request.ts';
import { nodeRules } from './bootstrap-policy.ts';
import { ruleAllows, type Attributes, type PolicySource, type Verdict } from './rbac.ts';

const RULES = nodeRules();
const PREFIX = 'system:node:';
const LEASE_NAMESPACE = 'kube-node-lease';
const ALLOWED: Verdict = { isAllowed: true, reason: '' };
const refused = (reason: string): Verdict => ({ isAllowed: false, reason });

/** Name of the node that a user stands for; undefined for everybody else. */
export function nodeOf({ name, groups }: UserInfo): string | undefined {
  return name.startsWith(PREFIX) && groups.includes('system:nodes') ? name.slice(PREFIX.length) : undefined;
}

/** Whether the rules that all nodes have allow it for some object. */
export const isNodeWork = (asked: Attributes): boolean =>
  RULES.some((rule) => ruleAllows(rule, { ...asked, name: undefined }));

export function authorizeNode(source: PolicySource, node: string, asked: Attributes): Verdict {
  const { group, resource } = asked;
  if (asked.path === undefined && group === '') {
    switch (resource) {
      case 'secrets':
      case 'configmaps':
        return readNamespaced(source, node, asked);
      case 'persistentvolumeclaims':
        if (asked.subresource === 'status') return claimStatus(source, node, asked);
        return getRelated(source, node, asked);
      case 'persistentvolumes':
        return getRelated(source, node, asked);
      case 'serviceaccounts':
        return createToken(source, node, asked);
      case 'nodes':
        if (asked.verb === 'get' && asked.name !== node)
          return refused(`node '${node}' cannot read '${asked.name ?? ''}', only its own Node object`);
        break;
      case 'pods':
        return readPod(source, node, asked);
    }
  }
  if (group === 'storage.k8s.io' && resource === 'volumeattachments') return getRelated(source, node, asked);
  if (group === 'coordination.k8s.io' && resource === 'leases') return lease(node, asked);
  if (group === 'storage.k8s.io' && resource === 'csinodes') return csiNode(node, asked);
  return byRules(asked);
}

const byRules = (asked: Attributes): Verdict => (RULES.some((rule) => ruleAllows(rule, asked)) ? ALLOWED : refused(''));

function related(source: PolicySource, node: string, asked: Attributes): Verdict {
  return refersTo(source, node, asked)
    ? ALLOWED
    : refused(`no relationship found between node '${node}' and this object`);
}

function readNamespaced(source: PolicySource, node: string, asked: Attributes): Verdict {
  if (!['get', 'list', 'watch'].includes(asked.verb)) return refused('can only read resources of this type');
  if (asked.subresource) return refused('cannot read subresource');
  if (!asked.namespace) return refused('can only read namespaced object of this type');
  return asked.name ? related(source, node, asked) : refused('No Object name found');
}

function getRelated(source: PolicySource, node: string, asked: Attributes): Verdict {
  if (asked.verb !== 'get') return refused('can only get individual resources of this type');
  if (asked.subresource) return refused('cannot get subresource');
  return asked.name ? related(source, node, asked) : refused('No Object name found');
}

function claimStatus(source: PolicySource, node: string, asked: Attributes): Verdict {
  if (asked.verb !== 'update' && asked.verb !== 'patch') return refused('can only get/update/patch this type');
  return asked.name ? related(source, node, asked) : refused('No Object name found');
}

function createToken(source: PolicySource, node: string, asked: Attributes): Verdict {
  if (asked.subresource !== 'token' || asked.verb !== 'create')
    return asked.verb === 'get' && !asked.subresource
      ? getRelated(source, node, asked)
      : refused('can only create tokens for individual service accounts');
  return asked.name ? related(source, node, asked) : refused('No Object name found');
}

function readPod(source: PolicySource, node: string, asked: Attributes): Verdict {
  if (asked.verb !== 'get' || asked.subresource) return byRules(asked);
  const pod = source.find('pods', asked.namespace, asked.name ?? '') as Stored<Pod> | undefined;
  return pod?.spec?.nodeName === node
    ? ALLOWED
    : refused(`no relationship found between node '${node}' and this object`);
}

function lease(node: string, asked: Attributes): Verdict {
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(asked.verb))
    return refused('can only get, create, update, patch, or delete a node lease');
  if (asked.namespace !== LEASE_NAMESPACE)
    return refused(`can only access leases in the "${LEASE_NAMESPACE}" system namespace`);
  // A lease that is created is told apart by admission: its name is not known yet.
  if (asked.verb !== 'create' && asked.name !== node)
    return refused('can only access node lease with the same name as the requesting node');
  return ALLOWED;
}

function csiNode(node: string, asked: Attributes): Verdict {
  if (asked.subresource) return refused('cannot authorize CSINode subresources');
  if (!['get', 'create', 'update', 'patch', 'delete'].includes(asked.verb))
    return refused('can only get, create, update, patch, or delete a CSINode');
  if (asked.verb !== 'create' && asked.name !== node)
    return refused('can only access CSINode with the same name as the requesting node');
  return ALLOWED;
}

/** Whether a pod of the node uses the object. Upstream keeps a graph: plugin/pkg/auth/authorizer/node/graph.go. */
function refersTo(source: PolicySource, node: string, { resource, namespace, name = '' }: Attributes): boolean {
  if (resource === 'volumeattachments') {
    const found = source.find('volumeattachments.storage.k8s.io', undefined, name);
    return (found as Stored<VolumeAttachment> | undefined)?.spec.nodeName === node;
  }
  if (resource === 'persistentvolumes') {
    const claim = (source.find(resource, undefined, name) as Stored<PersistentVolume> | undefined)?.spec?.claimRef;
    return (
      claim !== undefined &&
      refersTo(source, node, {
        verb: 'get',
        group: '',
        resource: 'persistentvolumeclaims',
        namespace: claim.namespace,
        name: claim.name,
      })
    );
  }
  for (const pod of source.list('pods', namespace) as Iterable<Stored<Pod>>)
    if (pod.spec?.nodeName === node && namesOf(pod, resource).includes(name)) return true;
  return false;
}

/** Names of the objects of a kind that a pod uses. */
function namesOf(pod: Stored<Pod>, resource: string): readonly (string | undefined)[] {
  const { metadata, spec } = pod;
  switch (resource) {
    case 'configmaps':
      return configMapNamesOf(pod);
    case 'secrets':
      return secretNamesOf(pod);
    case 'persistentvolumeclaims':
      return (spec?.volumes ?? []).map(
        ({ name, persistentVolumeClaim, ephemeral }) =>
          persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata.name}-${name}` : undefined),
      );
    default:
      return [spec?.serviceAccountName ?? 'default'];
  }
}
