/** One life run by a flat machine: where it stands, since when, and its moves in the trace. */
import type { Kernel } from './kernel.ts';
import type { FlatMachine, LifeEvent } from './statechart.ts';

/** A life as the inspector lists it. */
export interface ShownLife {
  readonly instance: string;
  readonly machine: string;
  readonly state: string;
  /** Virtual time at which the state was entered. */
  readonly since: number;
}

export interface LifeSave {
  readonly state: number;
  readonly since: number;
}

export class Life {
  private state: number;
  private since = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly machine: FlatMachine,
    readonly instance: string,
  ) {
    this.state = machine.start().state;
  }

  get value(): string {
    return this.machine.leaves[this.state]!;
  }

  get shown(): ShownLife {
    return { instance: this.instance, machine: this.machine.id, state: this.value, since: this.since };
  }

  /** Sends an event; a move is left in the trace with the turn's cause. An event without a transition does nothing. */
  send(event: LifeEvent): void {
    const moved = this.machine.next(this.state, event);
    if (!moved.isChanged) return;
    this.state = moved.state;
    this.since = this.kernel.turn.cursor;
    const { from, to } = moved;
    this.kernel.emit('transition', { machine: this.machine.id, instance: this.instance, from, to, on: event.type });
  }

  save(): LifeSave {
    return { state: this.state, since: this.since };
  }

  load(saved: LifeSave): void {
    this.state = saved.state;
    this.since = saved.since;
  }
}
