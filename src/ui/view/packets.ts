/** Trace events to what flies: each leg with its ends and times, all of it read from the trace. */
import type { TraceEvent } from '../../sim/kernel/index.ts';

export const PACKET_KINDS = ['request', 'response', 'watch', 'probe', 'dns', 'traffic', 'pull'] as const;

export type PacketKind = (typeof PACKET_KINDS)[number];

export interface Packet {
  readonly seq: number;
  readonly kind: PacketKind;
  readonly from: string;
  readonly to: string;
  readonly departAt: number;
  readonly arriveAt: number;
}

/** On the stage, all controllers live in one card. */
export function stagePlace(component: string): string {
  if (component.startsWith('kube-controller-manager/')) return 'kube-controller-manager';
  if (component === 'azure') return 'cloud-controller-manager';
  return component;
}

export function packetsOf(event: TraceEvent): readonly Packet[] {
  const leg = (kind: PacketKind, from: string, to: string, departAt: number, arriveAt: number): Packet => ({
    seq: event.seq,
    kind,
    from: stagePlace(from),
    to: stagePlace(to),
    departAt,
    arriveAt,
  });
  switch (event.type) {
    case 'api.request': {
      const { from, to, departAt, arriveAt, doneAt, returnAt } = event.data;
      return [leg('request', from, to, departAt, arriveAt), leg('response', to, from, doneAt, returnAt)];
    }
    case 'etcd.write':
      return [leg('request', event.data.from, event.data.to, event.data.departAt, event.data.arriveAt)];
    case 'watch.deliver':
      return [leg('watch', event.data.from, event.data.to, event.data.departAt, event.data.arriveAt)];
    case 'probe':
      return [leg('probe', event.data.from, event.data.to, event.data.departAt, event.data.arriveAt)];
    case 'dns.query': {
      const { from, to, departAt, arriveAt, returnAt } = event.data;
      return [
        leg('dns', from, to, departAt, arriveAt),
        leg('dns', to, from, Math.max(arriveAt, returnAt - 1), returnAt),
      ];
    }
    case 'traffic.hop':
      return [leg('traffic', event.data.from, event.data.to, event.data.departAt, event.data.arriveAt)];
    case 'image.pull':
      return [leg('pull', event.data.from, event.data.to, event.data.departAt, event.data.arriveAt)];
    default:
      return [];
  }
}
