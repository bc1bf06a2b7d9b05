/** Cordoned nodes. Upstream: framework/plugins/nodeunschedulable/node_unschedulable.go. */
import { tolerates } from '../../api/node-fit.ts';
import { unresolvable, type Plugin } from '../framework.ts';

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  filter(pod, { node }) {
    if (!node.spec?.unschedulable || tolerates(pod.spec?.tolerations ?? [], TAINT)) return undefined;
    return unresolvable('node(s) were unschedulable');
  },
};
