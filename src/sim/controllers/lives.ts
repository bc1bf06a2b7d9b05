/** The lives that a controller follows: one machine, many instances, each moved by events and shown in the inspector. */
import type { AnyStateMachine } from 'xstate';
import { FlatMachine, type Kernel, type ShownLife } from '../kernel/index.ts';

export type { ShownLife };

interface Life {
  readonly state: number;
  readonly since: number;
}

export class Lives {
  private readonly machine: FlatMachine;
  private lives = new Map<string, Life>();

  constructor(
    private readonly kernel: Kernel,
    definition: AnyStateMachine,
    /** `job` in `job/default/pi`. */
    private readonly prefix: string,
  ) {
    this.machine = new FlatMachine(definition);
  }

  /** Moves a life by an event; a life that is not there begins. What has no arrow for the event stays where it is. */
  send(key: string, event: string): void {
    const life = this.begin(key);
    const moved = this.machine.next(life.state, { type: event });
    if (!moved.isChanged) return;
    this.lives.set(key, { state: moved.state, since: this.kernel.turn.cursor });
    const { from, to } = moved;
    this.kernel.emit('transition', {
      machine: this.machine.id,
      instance: `${this.prefix}/${key}`,
      from,
      to,
      on: event,
    });
  }

  /** The life of a key, which begins with its first mention. */
  begin(key: string): Life {
    const known = this.lives.get(key);
    if (known) return known;
    const life = { state: this.machine.start().state, since: this.kernel.turn.cursor };
    this.lives.set(key, life);
    return life;
  }

  forget(key: string): void {
    this.lives.delete(key);
  }

  list(): readonly ShownLife[] {
    return [...this.lives].map(([key, life]) => ({
      instance: `${this.prefix}/${key}`,
      machine: this.machine.id,
      state: this.machine.leaves[life.state]!,
      since: life.since,
    }));
  }

  save(): unknown {
    return new Map(this.lives);
  }

  load(saved: unknown): void {
    this.lives = new Map(saved as Map<string, Life>);
  }
}
