/** Taints. Upstream: framework/plugins/tainttoleration/taint_toleration.go. */
import type { Node, Taint, Toleration } from 'kubernetes-types/core/v1';
import { tolerates } from '../../api/node-fit.ts';
import { defaultNormalize, explainNormalize, unresolvable, type Plugin } from '../framework.ts';
import { nodesOf } from '../hints.ts';

const TAINTED = unresolvable('node(s) had untolerated taint(s)');
const NO_TOLERATIONS: readonly Toleration[] = [];

/** The first taint that keeps a pod away, if any. */
export function blockingTaint(tolerations: readonly Toleration[], node: Node): Taint | undefined {
  return node.spec?.taints?.find(
    (taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(tolerations, taint),
  );
}

export const taintToleration: Plugin<undefined, readonly Toleration[]> = {
  name: 'TaintToleration',
  isNodeLocal: true,
  filter({ pod }, { node }) {
    if (!node.spec?.taints) return undefined;
    return blockingTaint(pod.spec?.tolerations ?? NO_TOLERATIONS, node) ? TAINTED : undefined;
  },
  preScore: ({ pod }) => ({
    state: (pod.spec?.tolerations ?? NO_TOLERATIONS).filter(({ effect }) => !effect || effect === 'PreferNoSchedule'),
  }),
  score(_pod, { node }, tolerations) {
    const { taints } = node.spec ?? {};
    if (!taints) return 0;
    let count = 0;
    for (const taint of taints) if (taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint)) count += 1;
    return count;
  },
  normalize: (raw) => defaultNormalize(raw, true),
  hints: [
    {
      resource: 'node',
      actions: ['Add', 'UpdateNodeTaint'],
      helps: ({ pod }, event) => {
        const { old, next } = nodesOf(event);
        const tolerations = pod.spec?.tolerations ?? NO_TOLERATIONS;
        return (!old || blockingTaint(tolerations, old) !== undefined) && !blockingTaint(tolerations, next);
      },
    },
    {
      resource: 'waiting',
      actions: ['UpdatePodToleration'],
      helps: ({ uid }, { next }) => next?.metadata.uid === uid,
    },
  ],
  explainFilter({ pod }, { node }) {
    const taint = blockingTaint(pod.spec?.tolerations ?? NO_TOLERATIONS, node);
    const kept = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule').length;
    if (!taint) return [{ label: 'taints that are not tolerated', expression: `0 / ${kept}`, result: 0 }];
    const { key, value, effect } = taint;
    return [{ label: 'first untolerated taint', expression: `${key}${value ? `=${value}` : ''}:${effect}` }];
  },
  explainScore: (_pod, _node, _state, scored) => [
    {
      label: 'PreferNoSchedule taints not tolerated',
      expression: String(scored.raw[scored.index]),
      result: scored.raw[scored.index] ?? 0,
    },
    ...explainNormalize(scored, true),
  ],
};
