/** Cordoned nodes. Upstream: framework/plugins/nodeunschedulable/node_unschedulable.go. */
import { tolerates } from '../../api/node-fit.ts';
import { unresolvable, type Plugin } from '../framework.ts';
import { nodesOf } from '../hints.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const CORDONED = unresolvable('node(s) were unschedulable');

export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  isNodeLocal: true,
  filter({ pod }, { node }) {
    if (!node.spec?.unschedulable || tolerates(pod.spec?.tolerations ?? [], TAINT)) return undefined;
    return CORDONED;
  },
  hints: [
    {
      resource: 'node',
      actions: ['Add', 'UpdateNodeTaint'],
      helps: (_pod, event) => {
        const { old, next } = nodesOf(event);
        return !next.spec?.unschedulable && (!old || old.spec?.unschedulable === true);
      },
    },
    {
      resource: 'waiting',
      actions: ['UpdatePodToleration'],
      helps: ({ uid, pod }, { next }) => next?.metadata.uid === uid && tolerates(pod.spec?.tolerations ?? [], TAINT),
    },
  ],
};
