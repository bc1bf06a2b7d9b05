/** The registry of kinds. Adding a kind is adding its definition here. */
import { apiVersionOf, resourceName, type KindDefinition, type KindRegistry } from '../kind.ts';
import { endpointSliceKind, eventKind, leaseKind, namespaceKind, nodeKind, serviceAccountKind } from './cluster.ts';
import { configMapKind, secretKind } from './config-data.ts';
import { cronJobKind, jobKind } from './batch.ts';
import { NETWORKING_KINDS } from './networking.ts';
import { podKind } from './pod.ts';
import { POLICY_KINDS } from './policy.ts';
import { REVIEW_KINDS } from './reviews.ts';
import { SCALING_KINDS } from './scaling.ts';
import { serviceKind } from './service.ts';
import { controllerRevisionKind, podTemplateKind, replicationControllerKind, statefulSetKind } from './statefulset.ts';
import { STORAGE_KINDS } from './storage.ts';
import { STORED_KINDS } from './stored.ts';
import { KIND_VERSIONS } from './versions.ts';
import { workloadKind } from './workload.ts';
import { daemonSetKind, deploymentKind, replicaSetKind } from './workloads.ts';

export const KINDS: readonly KindDefinition[] = [
  podKind,
  serviceKind,
  nodeKind,
  namespaceKind,
  eventKind,
  configMapKind,
  secretKind,
  serviceAccountKind,
  deploymentKind,
  replicaSetKind,
  daemonSetKind,
  leaseKind,
  endpointSliceKind,
  statefulSetKind,
  controllerRevisionKind,
  replicationControllerKind,
  podTemplateKind,
  jobKind,
  cronJobKind,
  ...SCALING_KINDS,
  ...NETWORKING_KINDS,
  ...POLICY_KINDS,
  ...STORAGE_KINDS,
  ...STORED_KINDS,
  workloadKind,
  ...REVIEW_KINDS,
] as readonly KindDefinition[];

const byResource = new Map(KINDS.map((kind) => [resourceName(kind), kind]));
const byGvk = new Map(KINDS.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));

export const KIND_REGISTRY: KindRegistry = {
  byResource: (resource) => byResource.get(resource),
  byGvk: (apiVersion, kind) => byGvk.get(`${apiVersion}/${kind}`),
  all: () => KINDS,
  versions: () => KIND_VERSIONS,
};

/** By apiVersion and kind. */
export function kindOf(apiVersion: string, kind: string): KindDefinition | undefined {
  return KIND_REGISTRY.byGvk(apiVersion, kind);
}
