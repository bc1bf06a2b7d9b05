/** A pod that names its node. Upstream: framework/plugins/nodename/node_name.go. */
import { unresolvable, type Plugin } from '../framework.ts';

const OTHER_NODE = unresolvable("node(s) didn't match the requested node name");

export const nodeName: Plugin = {
  name: 'NodeName',
  isNodeLocal: true,
  filter({ pod }, node) {
    const wanted = pod.spec?.nodeName;
    return !wanted || wanted === node.name ? undefined : OTHER_NODE;
  },
  hints: [{ resource: 'node', actions: ['Add'] }],
};
