/**
 * Slots of pods on a node's card. A pod keeps its slot for life; what comes takes the first free one, and what goes
 * leaves a gap. A card never grows: when a node outgrows its slots, its own pods are set in a finer grid, once for each
 * tier, and never coarser again.
 */
import type { Box } from './stage-types.ts';

interface Tier {
  readonly pitchX: number;
  readonly pitchY: number;
  readonly gap: number;
}

const TIERS: readonly Tier[] = [
  { pitchX: 34, pitchY: 26, gap: 4 },
  { pitchX: 17, pitchY: 13, gap: 3 },
  { pitchX: 10, pitchY: 10, gap: 2 },
  { pitchX: 7, pitchY: 7, gap: 1 },
  { pitchX: 5, pitchY: 5, gap: 1 },
];

export class SlotBook {
  private readonly slots = new Map<string, Map<string, number>>();
  private readonly highest = new Map<string, number>();

  assign(node: string, uids: readonly string[]): ReadonlyMap<string, number> {
    const held = this.slots.get(node) ?? new Map<string, number>();
    const present = new Set(uids);
    for (const uid of held.keys()) if (!present.has(uid)) held.delete(uid);
    const used = new Set(held.values());
    let free = 0;
    for (const uid of uids) {
      if (held.has(uid)) continue;
      while (used.has(free)) free += 1;
      held.set(uid, free);
      used.add(free);
      this.highest.set(node, Math.max(this.highest.get(node) ?? 0, free));
    }
    this.slots.set(node, held);
    return held;
  }

  /** Where slots of a node lie in its grid. */
  grid(node: string, area: Box): (slot: number) => Box {
    const needed = (this.highest.get(node) ?? 0) + 1;
    const tier = TIERS.find((one) => capacityOf(one, area) >= needed) ?? TIERS.at(-1)!;
    const columns = columnsOf(tier, area);
    return (slot) => ({
      x: area.x + (slot % columns) * tier.pitchX,
      y: area.y + Math.floor(slot / columns) * tier.pitchY,
      width: tier.pitchX - tier.gap,
      height: tier.pitchY - tier.gap,
    });
  }
}

function columnsOf({ pitchX, gap }: Tier, { width }: Box): number {
  return Math.max(1, Math.floor((width + gap) / pitchX));
}

function capacityOf(tier: Tier, area: Box): number {
  return columnsOf(tier, area) * Math.floor((area.height + tier.gap) / tier.pitchY);
}

/** Seats in a row of fixed length: who has one keeps it; the next in line takes one that has come free. */
export class Seats {
  private readonly seats = new Map<string, number>();

  assign(uids: readonly string[], limit: number): ReadonlyMap<string, number> {
    const present = new Set(uids);
    for (const [uid, seat] of this.seats) if (!present.has(uid) || seat >= limit) this.seats.delete(uid);
    const taken = new Set(this.seats.values());
    let free = 0;
    for (const uid of uids) {
      if (this.seats.has(uid)) continue;
      while (taken.has(free)) free += 1;
      if (free >= limit) break;
      this.seats.set(uid, free);
      taken.add(free);
    }
    return this.seats;
  }
}
