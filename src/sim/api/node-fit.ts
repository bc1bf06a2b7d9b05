/**
 * Whether a pod may be on a node by its selector, affinity and tolerations.
 * Upstream: component-helpers/scheduling/corev1 (nodeaffinity, helpers.go), api/core/v1/toleration.go.
 */
import type { Node, NodeSelectorTerm, PodSpec, Taint, Toleration } from 'kubernetes-types/core/v1';
import { matchesRequirement, type LabelOperator } from './selectors.ts';

export function toleratesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
}

export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((toleration) => toleratesTaint(toleration, taint));
}

/** Expressions over labels AND fields over the name; an empty term matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const matches =
    (labels: Readonly<Record<string, string>>) =>
    (item: { key: string; operator: string; values?: readonly string[] }) =>
      matchesRequirement(
        { key: item.key, operator: item.operator as LabelOperator, values: item.values ?? [] },
        labels,
      );
  return (
    expressions.every(matches(node.metadata?.labels ?? {})) &&
    fields.every(matches({ 'metadata.name': node.metadata?.name ?? '' }))
  );
}

/** nodeSelector AND the required node affinity (its terms are alternatives). */
export function matchesNodeSelector(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  if (!Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}
