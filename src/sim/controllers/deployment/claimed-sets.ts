/**
 * The ReplicaSets of a Deployment: matching orphans are adopted, and what its selector no longer matches is let go.
 * Upstream: pkg/controller/deployment/deployment_controller.go (getReplicaSetsForDeployment).
 */
import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1';
import type { Stored } from '../../api/object.ts';
import { selectorOf } from '../../api/selectors.ts';
import type { Client, Informer } from '../../client/index.ts';
import { claim } from '../owners.ts';
import { byCreation, type Sets } from './rollout-state.ts';

/** Oldest first. The informer has the indexes `controller` and `orphan`. */
export function claimedSets(
  client: Client,
  informer: Informer<'replicasets.apps'>,
  deployment: Stored<Deployment>,
): Sets {
  const { uid, namespace = '' } = deployment.metadata;
  const sets = claim<ReplicaSet>({
    client,
    ownerResource: 'deployments.apps',
    owner: deployment,
    selector: selectorOf(deployment.spec?.selector),
    resource: 'replicasets.apps',
    owned: informer.byIndex('controller', uid),
    orphans: informer.byIndex('orphan', namespace),
  });
  return [...sets].sort(byCreation);
}
