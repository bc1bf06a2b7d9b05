/** Taints. Upstream: framework/plugins/tainttoleration/taint_toleration.go. */
import { tolerates } from '../../api/node-fit.ts';
import { defaultNormalize, explainNormalize, unresolvable, type Plugin } from '../framework.ts';

export const taintToleration: Plugin = {
  name: 'TaintToleration',
  filter(pod, { node }) {
    const tolerations = pod.spec?.tolerations ?? [];
    const blocking = node.spec?.taints?.find(
      (taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(tolerations, taint),
    );
    return blocking ? unresolvable('node(s) had untolerated taint(s)') : undefined;
  },
  score(pod, { node }) {
    const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return (node.spec?.taints ?? []).filter(
      (taint) => taint.effect === 'PreferNoSchedule' && !tolerates(tolerations, taint),
    ).length;
  },
  normalize: (raw) => defaultNormalize(raw, true),
  explainScore: (_pod, _node, { raw }, index) => [
    { label: 'PreferNoSchedule taints not tolerated', expression: String(raw[index]), result: raw[index] ?? 0 },
    ...explainNormalize(raw, index, true),
  ],
};
