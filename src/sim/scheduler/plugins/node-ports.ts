/** Host ports. Upstream: framework/plugins/nodeports/node_ports.go. */
import { unschedulable, type Plugin } from '../framework.ts';
import { podsOfEvent } from '../hints.ts';
import type { HostPort } from '../pod-info.ts';

const ANY = '0.0.0.0';
const TAKEN = unschedulable("node(s) didn't have free ports for the requested pod ports");

export function portsConflict(left: HostPort, right: HostPort): boolean {
  if (left.port !== right.port || left.protocol !== right.protocol) return false;
  return left.ip === ANY || right.ip === ANY || left.ip === right.ip;
}

const conflict = (wanted: readonly HostPort[], used: readonly HostPort[]): HostPort | undefined =>
  wanted.find((port) => used.some((other) => portsConflict(port, other)));

export const nodePorts: Plugin = {
  name: 'NodePorts',
  isNodeLocal: true,
  preFilter: ({ hostPorts }) => (hostPorts.length === 0 ? { isSkipped: true } : undefined),
  filter: ({ hostPorts }, { ports }) => (conflict(hostPorts, ports) ? TAKEN : undefined),
  hints: [
    { resource: 'node', actions: ['Add'] },
    {
      resource: 'assigned',
      actions: ['Delete'],
      helps: ({ hostPorts }, event) => conflict(hostPorts, podsOfEvent(event).old?.hostPorts ?? []) !== undefined,
    },
  ],
  explainFilter({ hostPorts }, { ports }) {
    const taken = conflict(hostPorts, ports);
    const wanted = hostPorts.map(({ ip, protocol, port }) => `${ip}:${port}/${protocol}`).join(', ');
    return [
      { label: 'host ports', expression: wanted },
      ...(taken ? [{ label: 'taken', expression: `${taken.ip}:${taken.port}/${taken.protocol}` }] : []),
    ];
  },
};
