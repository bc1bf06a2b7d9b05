/**
 * What every controller is made of: a client, informers, a work queue and an event recorder, run by the kernel's tasks.
 * Upstream: the pattern of pkg/controller/*: handlers add keys, a worker takes one key a turn and reconciles it.
 */
import type { ResourceName } from '../api/resource-types.ts';
import type { ApiServerPort, UserInfo, WatchDelivery } from '../apiserver/request.ts';
import type { Component, Kernel } from '../kernel/index.ts';
import { Client, type ClientState } from './client.ts';
import { EventRecorder, type EventRecorderState } from './event-recorder.ts';
import { SeriesRecorder } from './series-recorder.ts';
import { Informer, type InformerOptions, type InformerState } from './informer.ts';
import { WorkQueue, type WorkQueueState } from './work-queue.ts';
import type { ResourceTypes } from '../api/resource-types.ts';

export interface ControllerOptions {
  /** Component id: `kube-controller-manager/deployment`. */
  readonly id: string;
  /** `source.component` of its events. */
  readonly reporter: string;
  readonly user: UserInfo;
  readonly host?: string;
  readonly qps?: number;
  readonly burst?: number;
  /** Its events come by the newer API, as series. */
  readonly recordsSeries?: boolean;
  readonly isForeign?: boolean;
}

export interface ControllerState {
  readonly client: ClientState;
  readonly recorder: EventRecorderState;
  readonly queue: WorkQueueState;
  readonly informers: ReadonlyMap<string, InformerState>;
  /** What a controller keeps besides (expectations, back-offs), as plain data. */
  readonly own: unknown;
}

/** What a turn came to: `undefined` is success; a text is a failure that is tried again later, and is left in the trace. */
export type Outcome = string | undefined;

export abstract class Controller implements Component {
  readonly id: string;
  readonly client: Client;
  protected readonly recorder: EventRecorder;
  protected readonly queue: WorkQueue;
  private readonly informers = new Map<string, Informer<ResourceName>>();

  constructor(
    protected readonly kernel: Kernel,
    api: ApiServerPort,
    options: ControllerOptions,
  ) {
    this.id = options.id;
    this.client = new Client(kernel, api, {
      component: options.id,
      user: options.user,
      ...(options.qps ? { qps: options.qps } : {}),
      ...(options.burst ? { burst: options.burst } : {}),
      ...(options.isForeign ? { isForeign: true } : {}),
    });
    const Recorder = options.recordsSeries ? SeriesRecorder : EventRecorder;
    this.recorder = new Recorder(kernel, this.client, options.reporter, options.host);
    this.queue = new WorkQueue(kernel, options.id);
  }

  /** One turn over one key. */
  protected abstract reconcile(key: string): Outcome;

  /** Tasks beyond `start`, `watch`, `work`, `later` and `events`. */
  protected handleOther(action: string, _payload: unknown): void {
    this.kernel.assert(false, `${this.id} has no action ${action}`);
  }

  protected saveOwn(): unknown {
    return undefined;
  }

  protected loadOwn(_own: unknown): void {}

  protected informer<R extends ResourceName>(
    resource: R,
    options?: InformerOptions<ResourceTypes[R]>,
    watch: string = resource,
  ): Informer<R> {
    const informer = new Informer(resource, this.client, options, watch);
    this.informers.set(watch, informer as unknown as Informer<ResourceName>);
    return informer;
  }

  /** Lists and watches. Called once by the task `start`. */
  protected start(): void {
    for (const informer of this.informers.values()) informer.start();
  }

  /** Its own copies of what the API server holds. */
  caches(): Iterable<Informer<ResourceName>> {
    return this.informers.values();
  }

  isSerial(action: string): boolean {
    return action === 'work';
  }

  handle(action: string, payload: unknown): void {
    switch (action) {
      case 'start':
        return this.start();
      case 'watch': {
        const delivery = payload as WatchDelivery;
        return this.informers.get(delivery.watch)?.deliver(delivery);
      }
      case 'work':
        return this.work();
      case 'later':
        return this.queue.add(payload as string);
      case 'events':
        return this.recorder.sweep();
      default:
        return this.handleOther(action, payload);
    }
  }

  private work(): void {
    const key = this.queue.take();
    if (key === undefined) return;
    const seq = this.kernel.emitCause('reconcile', { key });
    const outcome = this.reconcile(key);
    if (outcome === undefined) {
      this.queue.forget(key);
    } else {
      this.kernel.emit('reconcile', { key, outcome }, { cause: seq });
      this.queue.addRateLimited(key);
    }
    this.queue.wake();
  }

  save(): ControllerState {
    return {
      client: this.client.save(),
      recorder: this.recorder.save(),
      queue: this.queue.save(),
      informers: new Map([...this.informers].map(([watch, informer]) => [watch, informer.save()])),
      own: this.saveOwn(),
    };
  }

  load(state: ControllerState): void {
    this.client.load(state.client);
    this.recorder.load(state.recorder);
    this.queue.load(state.queue);
    for (const [watch, saved] of state.informers) this.informers.get(watch)?.load(saved);
    this.loadOwn(state.own);
  }
}
