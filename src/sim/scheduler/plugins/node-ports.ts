/** Host ports. Upstream: framework/plugins/nodeports/node_ports.go. */
import { unschedulable, type Plugin } from '../framework.ts';
import { hostPortsOf, type HostPort } from '../node-info.ts';

const ANY = '0.0.0.0';

export function portsConflict(left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port || left.protocol !== right.protocol) return false;
  return left.ip === ANY || right.ip === ANY || left.ip === right.ip;
}

export const nodePorts: Plugin = {
  name: 'NodePorts',
  preFilter: (pod) => (hostPortsOf(pod).length === 0 ? { isSkipped: true } : undefined),
  filter(pod, node) {
    const wanted = hostPortsOf(pod);
    const isTaken = wanted.some((port) => node.ports.some((used) => portsConflict(port, used)));
    return isTaken ? unschedulable("node(s) didn't have free ports for the requested pod ports") : undefined;
  },
};
