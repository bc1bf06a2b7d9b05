/** One shape a kind, so that packets are told apart without colour. The legend draws the same ones. */
import type { PacketKind } from '../../view/packets.ts';

export interface PacketShape {
  /** An SVG path in a square of 12 by 12, its middle at 6, 6. */
  readonly path: string;
  readonly isHollow: boolean;
}

export const PACKET_SHAPES: Readonly<Record<PacketKind, PacketShape>> = {
  request: { path: 'M6 1.500a4.500 4.500 0 1 0 .01 0z', isHollow: false },
  response: { path: 'M6 1.500a4.500 4.500 0 1 0 .01 0z', isHollow: true },
  watch: { path: 'M2 2h8v8h-8z', isHollow: false },
  probe: { path: 'M6 1v10M1 6h10', isHollow: true },
  dns: { path: 'M6 1 11 10.500H1z', isHollow: false },
  traffic: { path: 'M6 .500 11.500 6 6 11.500 .500 6z', isHollow: false },
  pull: { path: 'M1 6 6 1v3h5v4H6v3z', isHollow: false },
};
