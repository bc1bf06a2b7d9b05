/** A controller of kube-controller-manager: it sees the world through the informers that all of them share. */
import type { KindRegistry } from '../api/kind.ts';
import type { ResourceName, ResourceTypes } from '../api/resource-types.ts';
import type { ApiServerPort } from '../apiserver/index.ts';
import type { AnyStateMachine } from 'xstate';
import { Controller, type Indexes, type Informer, type SharedInformers } from '../client/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { controllerOptions, type ClientRates } from './identity.ts';
import { Lives, type ShownLife } from './lives.ts';

export interface Manager {
  readonly kernel: Kernel;
  readonly api: ApiServerPort;
  readonly informers: SharedInformers;
  readonly registry: KindRegistry;
  readonly rates: ClientRates;
}

type ControllerState = ReturnType<Controller['save']>;

export abstract class ManagedController extends Controller {
  private readonly followed: Lives[] = [];

  constructor(
    protected readonly manager: Manager,
    name: string,
    reporter?: string,
    /** Groups beside those of its account. */
    groups: readonly string[] = [],
  ) {
    super(manager.kernel, manager.api, controllerOptions(name, manager.rates, reporter, groups));
  }

  protected shared<R extends ResourceName>(resource: R, indexes?: Indexes<ResourceTypes[R]>): Informer<R> {
    return this.manager.informers.informer(resource, indexes);
  }

  /** Lives of a kind that this controller moves: shown in the inspector, and saved with the rest. */
  protected follow(machine: AnyStateMachine, prefix: string): Lives {
    const lives = new Lives(this.kernel, machine, prefix);
    this.followed.push(lives);
    return lives;
  }

  lives(): readonly ShownLife[] {
    return this.followed.flatMap((lives) => lives.list());
  }

  override save(): ControllerState & { readonly lives: readonly unknown[] } {
    return { ...super.save(), lives: this.followed.map((lives) => lives.save()) };
  }

  override load(state: ReturnType<ManagedController['save']>): void {
    super.load(state);
    this.followed.forEach((lives, index) => lives.load(state.lives[index]));
  }

  /** Milliseconds since 1970 at the turn's cursor. */
  protected get nowEpochMs(): number {
    return this.kernel.options.epochMs + this.kernel.turn.cursor;
  }

  /** Milliseconds that are left from a timestamp until so many milliseconds later. */
  protected leftOf(timestamp: string | undefined, lengthMs: number): number {
    return timestamp ? Date.parse(timestamp) + lengthMs - this.nowEpochMs : lengthMs;
  }
}
