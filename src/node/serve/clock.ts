/**
 * How virtual time moves while a cluster is served: at the wall clock's pace times a speed, as fast as it can while
 * anything is under way, so much with each request whatever the wall clock says, or only when told to.
 */
import type { World } from '../../sim/world.ts';

export type Pace =
  | { readonly kind: 'speed'; readonly factor: number }
  | { readonly kind: 'max' }
  | { readonly kind: 'requests'; readonly eachMs: number }
  | { readonly kind: 'held' };

/** Real milliseconds between two turns of the clock, and how long one of them may keep others waiting. */
const TICK_MS = 10;
const BUDGET_MS = 25;
/** Waits for a sleeping machine are not made up for. */
const LONGEST_LEAP_MS = 60_000;

export class ServeClock {
  private timer: NodeJS.Timeout | undefined;
  private lastReal = performance.now();
  private owedMs = 0;
  private requests = 0;

  constructor(
    private readonly world: World,
    private pace: Pace,
  ) {}

  start(): void {
    this.lastReal = performance.now();
    this.timer = setTimeout(() => this.tick(), TICK_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** How many requests have come. */
  get requestCount(): number {
    return this.requests;
  }

  /** A request has come: the world is brought to where it should be by now. */
  arrive(): void {
    this.requests += 1;
    if (this.pace.kind === 'requests') this.leap(this.pace.eachMs);
    else this.catchUp();
  }

  /** Brings the world to where the wall clock says it should be. */
  private catchUp(): void {
    const now = performance.now();
    const passed = Math.min(now - this.lastReal, LONGEST_LEAP_MS);
    this.lastReal = now;
    if (this.pace.kind === 'held' || this.pace.kind === 'requests') return;
    const factor = this.pace.kind === 'speed' ? this.pace.factor : 1;
    this.owedMs += passed * factor;
    const whole = Math.floor(this.owedMs);
    const target = this.world.now + whole;
    const reached = this.run(target, now + BUDGET_MS);
    // What the budget did not allow is owed for the next time, so that a slow machine slows the cluster down.
    this.owedMs = Math.min(this.owedMs - (reached - (target - whole)), LONGEST_LEAP_MS);
    if (this.pace.kind === 'max') this.rush(now + BUDGET_MS);
  }

  /** Runs what is still due now, so that a request stands behind it, here and when it is played again. */
  settleNow(): void {
    this.world.kernel.advanceTo(this.world.now);
  }

  /** Virtual milliseconds at once, whatever the pace. */
  leap(ms: number): void {
    this.world.kernel.advanceTo(this.world.now + ms);
  }

  private tick(): void {
    this.catchUp();
    if (this.timer) this.timer = setTimeout(() => this.tick(), TICK_MS);
  }

  private run(target: number, deadline: number): number {
    const { kernel } = this.world;
    for (let count = 0; kernel.step(target); count += 1) {
      if ((count & 31) === 31 && performance.now() > deadline) return kernel.now;
    }
    kernel.advanceTo(target);
    return target;
  }

  /** Runs on while something is under way; a cluster at rest keeps to the wall clock. */
  private rush(deadline: number): void {
    const { kernel } = this.world;
    for (let count = 0; !kernel.isSettled; count += 1) {
      if ((count & 31) === 31 && performance.now() > deadline) return;
      if (!kernel.step()) return;
    }
  }
}
