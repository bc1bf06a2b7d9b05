/**
 * Keeps the rules of a ClusterRole with an aggregationRule: those of all ClusterRoles that its selectors match.
 * Upstream: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go.
 */
import type { ClusterRole, PolicyRule } from 'kubernetes-types/rbac/v1';
import type { Stored } from '../../api/object.ts';
import { matchesLabels, selectorOf } from '../../api/selectors.ts';
import type { Informer, Outcome } from '../../client/index.ts';
import { ManagedController, type Manager } from '../managed-controller.ts';

const CLUSTER_ROLES = 'clusterroles.rbac.authorization.k8s.io';

export class ClusterRoleAggregationController extends ManagedController {
  private readonly roles: Informer<typeof CLUSTER_ROLES>;

  constructor(manager: Manager) {
    super(manager, 'clusterrole-aggregation');
    this.roles = this.shared(CLUSTER_ROLES);
    // A role may have lost the label that made it part of another: all that aggregate are looked at again.
    this.roles.onChange(() => {
      for (const { aggregationRule, metadata } of this.roles.list()) if (aggregationRule) this.queue.add(metadata.name);
    });
  }

  protected reconcile(name: string): Outcome {
    const role = this.roles.get(undefined, name);
    if (!role?.aggregationRule) return undefined;
    const rules = this.gathered(role);
    if (JSON.stringify(rules) === JSON.stringify(role.rules ?? [])) return undefined;
    const written = this.client.patch(CLUSTER_ROLES, undefined, name, 'merge', { rules });
    return written.ok || written.status.code === 404 ? undefined : written.status.message;
  }

  private gathered({ aggregationRule, metadata }: Stored<ClusterRole>): readonly PolicyRule[] {
    const all = [...this.roles.list()].sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
    const rules = new Map<string, PolicyRule>();
    for (const selector of aggregationRule?.clusterRoleSelectors ?? []) {
      for (const other of all) {
        if (other.metadata.name === metadata.name) continue;
        if (!matchesLabels(selectorOf(selector) ?? [], other.metadata.labels)) continue;
        for (const rule of other.rules ?? []) {
          const text = JSON.stringify(rule);
          if (!rules.has(text)) rules.set(text, rule);
        }
      }
    }
    return [...rules.values()];
  }
}
