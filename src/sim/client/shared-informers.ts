/**
 * One watch a resource for all controllers of one process: a delivery comes once and reaches every handler, so that all
 * controllers of kube-controller-manager see the same cache. Upstream: client-go/informers/factory.go.
 * What a handler may do is to look and to add keys; calls belong to a turn of the controller itself.
 */
import type { ResourceName, ResourceTypes } from '../api/resource-types.ts';
import type { ApiServerPort, UserInfo, WatchDelivery } from '../apiserver/request.ts';
import {
  FlatMachine,
  Life,
  type Component,
  type Kernel,
  type LifeSave,
  type Plain,
  type ShownLife,
} from '../kernel/index.ts';
import { Client, type ClientState } from './client.ts';
import { Informer, type Indexes, type InformerState } from './informer.ts';
import { managerMachine } from './manager-machine.ts';

interface SharedState {
  readonly client: ClientState;
  readonly informers: ReadonlyMap<string, InformerState>;
  readonly life: LifeSave;
}

const managerLife = new FlatMachine(managerMachine);

export class SharedInformers implements Component {
  private readonly client: Client;
  private readonly life: Life;
  private readonly informers = new Map<ResourceName, Informer<ResourceName>>();

  constructor(
    private readonly kernel: Kernel,
    api: ApiServerPort,
    readonly id: string,
    user: UserInfo,
  ) {
    this.client = new Client(kernel, api, { component: id, user });
    this.life = new Life(kernel, managerLife, id);
  }

  /** The informer of a resource, with these indexes beside those that others asked for. */
  informer<R extends ResourceName>(resource: R, indexes: Indexes<ResourceTypes[R]> = {}): Informer<R> {
    let found = this.informers.get(resource) as unknown as Informer<R> | undefined;
    if (!found) {
      found = new Informer(resource, this.client);
      this.informers.set(resource, found as unknown as Informer<ResourceName>);
    }
    found.addIndexes(indexes);
    return found;
  }

  /** The copies that its controllers share. */
  caches(): Iterable<Informer<ResourceName>> {
    return this.informers.values();
  }

  lives(): readonly ShownLife[] {
    return [this.life.shown];
  }

  isSerial(): boolean {
    return false;
  }

  handle(action: string, payload: unknown): void {
    if (action === 'start') {
      this.life.send({ type: 'STARTED' });
      for (const informer of this.informers.values()) informer.start();
      this.life.send({ type: 'LISTED' });
      return;
    }
    this.kernel.assert(action === 'watch', `${this.id} has no action ${action}`);
    const delivery = payload as WatchDelivery;
    this.informers.get(delivery.watch as ResourceName)?.deliver(delivery);
  }

  save(): Plain {
    const state: SharedState = {
      client: this.client.save(),
      informers: new Map([...this.informers].map(([resource, informer]) => [resource, informer.save()])),
      life: this.life.save(),
    };
    return state as unknown as Plain;
  }

  load(saved: Plain): void {
    const state = saved as unknown as SharedState;
    this.client.load(state.client);
    this.life.load(state.life);
    for (const [resource, informer] of state.informers) this.informers.get(resource as ResourceName)?.load(informer);
  }
}
