/**
 * Packets in flight. A packet of the cluster takes milliseconds, too short to be seen at ordinary speed, so a flight
 * lasts at least `LEAST_MS`; its ends, its order and its cause are the trace's. Flights go by a clock of their own that
 * follows the shown time: it stands while the run is paused, goes slower at speeds under one, and a rewind empties it.
 * When somebody steps, the one event shown flies alone, on a clock that runs meanwhile.
 */
import type { TraceEvent } from '../../sim/kernel/index.ts';
import { packetsOf, type Packet, type PacketKind } from './packets.ts';
import { lengthOf, routeBetween } from './stage-routes.ts';
import type { Stage } from './stage.ts';
import type { Polyline } from './stage-types.ts';

const LEAST_MS = 460;
const MOST_MS = 4_000;
const STEPPED_MS = 900;
/** How far one flight may wait for the one that caused it. */
const WAIT_MS = 1_100;
export const PULSE_MS = 200;
/** More than this at once would be a storm: the rest becomes a rate on the line. */
export const FLIGHT_LIMIT = 60;
const RATE_WINDOW_MS = 1_000;

export interface Flight extends Packet {
  readonly event: TraceEvent;
  readonly path: Polyline;
  readonly startMs: number;
  readonly lastsMs: number;
  readonly isStepped: boolean;
}

export interface Rate {
  readonly kind: PacketKind;
  readonly path: Polyline;
  readonly perSecond: number;
}

interface Counted {
  readonly kind: PacketKind;
  readonly path: Polyline;
  /** Clock and count of each batch in the window. */
  batches: readonly (readonly [number, number])[];
}

export class Flights {
  private flying: Flight[] = [];
  private readonly counted = new Map<string, Counted>();
  private ends = new Map<number, number>();
  private playMs = 0;
  private stepMs = 0;
  private speed = 1;

  get all(): readonly Flight[] {
    return this.flying;
  }

  get isIdle(): boolean {
    return this.flying.length === 0 && this.counted.size === 0;
  }

  clear(): void {
    this.flying = [];
    this.counted.clear();
    this.ends.clear();
  }

  /** Moves both clocks on by a stretch of real time. */
  tick(elapsedMs: number, isPlaying: boolean, speed: number): void {
    this.speed = speed;
    if (isPlaying) this.playMs += elapsedMs * Math.min(1, speed);
    else this.stepMs += elapsedMs;
    this.flying = this.flying.filter((flight) => this.clockOf(flight) < flight.startMs + flight.lastsMs + PULSE_MS);
    for (const [key, counted] of this.counted) {
      counted.batches = counted.batches.filter(([at]) => at > this.playMs - RATE_WINDOW_MS);
      if (counted.batches.length === 0) this.counted.delete(key);
    }
    if (this.flying.length === 0) this.ends.clear();
  }

  /** How far a flight is: under 0 it waits, from 1 on it has arrived. */
  shareOf(flight: Flight): number {
    return (this.clockOf(flight) - flight.startMs) / flight.lastsMs;
  }

  /** The one event that a step shows. */
  show(stage: Stage, event: TraceEvent): void {
    this.clear();
    let startMs = this.stepMs;
    for (const packet of packetsOf(event)) {
      const path = routeBetween(stage, packet.from, packet.to);
      if (!path) continue;
      this.flying.push({ ...packet, event, path, startMs, lastsMs: STEPPED_MS, isStepped: true });
      startMs += STEPPED_MS;
    }
  }

  /** Events of a frame while the run plays; `shownTime` is where the picture stood before it. */
  play(stage: Stage, events: readonly TraceEvent[], shownTime: number, hidden: readonly PacketKind[]): void {
    for (const event of events) {
      const after = this.ends.get(event.cause) ?? 0;
      for (const packet of packetsOf(event)) {
        if (hidden.includes(packet.kind)) continue;
        if (this.flying.length < FLIGHT_LIMIT) this.launch(stage, event, packet, shownTime, after);
        else this.count(stage, packet);
      }
    }
  }

  /** One rate a line: all kinds together, named by the most frequent. */
  rates(): readonly Rate[] {
    const lines = new Map<Polyline, { kind: PacketKind; most: number; sum: number }>();
    for (const { kind, path, batches } of this.counted.values()) {
      const count = batches.reduce((sum, [, more]) => sum + more, 0);
      const line = lines.get(path);
      if (!line) lines.set(path, { kind, most: count, sum: count });
      else {
        line.sum += count;
        if (count > line.most) Object.assign(line, { kind, most: count });
      }
    }
    // By the cluster's own second: at a hundredfold speed a hundred times as many pass in one of ours.
    const fast = Math.max(1, this.speed);
    return [...lines].map(([path, { kind, sum }]) => ({ kind, path, perSecond: sum / fast }));
  }

  private launch(stage: Stage, event: TraceEvent, packet: Packet, shownTime: number, after: number): void {
    const path = routeBetween(stage, packet.from, packet.to);
    if (!path || lengthOf(path) === 0) return;
    const fast = Math.max(1, this.speed);
    const lag = Math.max(0, Math.min(250, (packet.departAt - shownTime) / fast));
    const isAnswer = packet.kind === 'response';
    const earliest = isAnswer ? (this.ends.get(event.seq) ?? 0) : after;
    const startMs = Math.min(Math.max(this.playMs + lag, earliest), this.playMs + WAIT_MS);
    const lastsMs = Math.min(MOST_MS, Math.max(LEAST_MS, (packet.arriveAt - packet.departAt) / fast));
    this.flying.push({ ...packet, event, path, startMs, lastsMs, isStepped: false });
    if (!isAnswer) this.ends.set(event.seq, startMs + lastsMs);
  }

  private count(stage: Stage, packet: Packet): void {
    const { from, to } = packet;
    const place = [from, to].find((end) => stage.frame.hub.has(end) || stage.frame.outside.has(end));
    const isControl = packet.kind === 'request' || packet.kind === 'response' || packet.kind === 'watch';
    const key = `${packet.kind}|${place ?? (isControl ? 'nodes' : 'data')}`;
    const found = this.counted.get(key);
    if (found) {
      found.batches = addOne(found.batches, this.playMs);
      return;
    }
    const path = place
      ? (stage.frame.hub.get(place) ?? stage.frame.outside.get(place))
      : isControl
        ? stage.frame.controlRoot
        : routeBetween(stage, from, to);
    if (path) this.counted.set(key, { kind: packet.kind, path, batches: [[this.playMs, 1]] });
  }

  private clockOf({ isStepped }: Flight): number {
    return isStepped ? this.stepMs : this.playMs;
  }
}

function addOne(batches: Counted['batches'], clock: number): Counted['batches'] {
  const last = batches.at(-1);
  return last && last[0] === clock ? [...batches.slice(0, -1), [clock, last[1] + 1]] : [...batches, [clock, 1]];
}
