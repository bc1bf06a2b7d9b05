/**
 * Informers: a local copy of one resource kept by a watch, with indexes and change handlers.
 * Upstream: client-go/tools/cache (shared_informer.go, thread_safe_store.go).
 */
import { keyOf, type ObjectKey, type Stored } from '../api/object.ts';
import type { ResourceName, ResourceTypes } from '../api/resource-types.ts';
import type { WatchDelivery } from '../apiserver/request.ts';
import type { Client } from './client.ts';

/** Name of an index to the values under which an object is found. */
export type Indexes<T> = Readonly<Record<string, (object: Stored<T & object>) => readonly string[]>>;

export interface InformerOptions<T> {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexes?: Indexes<T>;
}

export interface InformerState {
  readonly objects: ReadonlyMap<ObjectKey, Stored>;
  readonly isStarted: boolean;
}

type Change<T extends object> = (next: Stored<T> | undefined, old: Stored<T> | undefined) => void;

export class Informer<R extends ResourceName> {
  private objects = new Map<ObjectKey, Stored<ResourceTypes[R]>>();
  private readonly indexed = new Map<string, Map<string, Map<ObjectKey, Stored<ResourceTypes[R]>>>>();
  private readonly handlers: Array<Change<ResourceTypes[R]>> = [];
  private readonly indexers = new Map<string, (object: Stored<ResourceTypes[R]>) => readonly string[]>();
  private isStarted = false;

  constructor(
    readonly resource: R,
    private readonly client: Client,
    private readonly options: InformerOptions<ResourceTypes[R]> = {},
    /** Tells apart several informers of one component on the same resource. */
    readonly watch: string = resource,
  ) {
    this.addIndexes(options.indexes ?? {});
  }

  /** Before the start. An index that is there already stays as it is. */
  addIndexes(indexes: Indexes<ResourceTypes[R]>): void {
    for (const [name, valuesOf] of Object.entries(indexes)) {
      if (this.indexers.has(name)) continue;
      this.indexers.set(name, valuesOf as (object: Stored<ResourceTypes[R]>) => readonly string[]);
      this.indexed.set(name, new Map());
    }
  }

  /** Called for every change: (next, undefined) on add, (next, old) on update, (undefined, old) on delete. */
  onChange(handler: Change<ResourceTypes[R]>): void {
    this.handlers.push(handler);
  }

  /** Lists and begins to watch, within the running turn. Handlers hear of everything that there is. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    this.relist();
  }

  stop(): void {
    if (!this.isStarted) return;
    this.isStarted = false;
    this.client.api.unwatch(this.client.options.component, this.watch);
  }

  get hasStarted(): boolean {
    return this.isStarted;
  }

  /** Whether it follows every object of its resource. */
  get isWhole(): boolean {
    const { namespace, labelSelector, fieldSelector } = this.options;
    return !namespace && !labelSelector && !fieldSelector;
  }

  get size(): number {
    return this.objects.size;
  }

  get(namespace: string | undefined, name: string): Stored<ResourceTypes[R]> | undefined {
    return this.objects.get(namespace ? `${namespace}/${name}` : name);
  }

  byKey(key: ObjectKey): Stored<ResourceTypes[R]> | undefined {
    return this.objects.get(key);
  }

  /** In the order in which they were first seen. */
  list(): IterableIterator<Stored<ResourceTypes[R]>> {
    return this.objects.values();
  }

  byIndex(index: string, value: string): readonly Stored<ResourceTypes[R]>[] {
    const found = this.indexed.get(index)?.get(value);
    return found ? [...found.values()] : [];
  }

  countByIndex(index: string, value: string): number {
    return this.indexed.get(index)?.get(value)?.size ?? 0;
  }

  /** Takes one delivery of the watch. */
  deliver(delivery: WatchDelivery): void {
    if (delivery.type === 'BOOKMARK') return;
    if (delivery.type === 'ERROR') {
      this.relist();
      return;
    }
    const object = delivery.object as Stored<ResourceTypes[R]>;
    if (delivery.type === 'DELETED') this.change(keyOf(object), undefined);
    else this.change(keyOf(object), object);
  }

  save(): InformerState {
    return { objects: new Map(this.objects) as unknown as Map<ObjectKey, Stored>, isStarted: this.isStarted };
  }

  load(state: InformerState): void {
    this.objects = new Map(state.objects) as unknown as Map<ObjectKey, Stored<ResourceTypes[R]>>;
    this.isStarted = state.isStarted;
    for (const index of this.indexed.values()) index.clear();
    for (const [key, object] of this.objects) this.index(key, object);
  }

  private relist(): void {
    const { namespace, labelSelector, fieldSelector } = this.options;
    const { items, isRefused } = this.client.api.watch({
      watch: this.watch,
      component: this.client.options.component,
      resource: this.resource,
      namespace,
      labelSelector,
      fieldSelector,
      user: this.client.options.user,
      isTyped: !this.client.options.isForeign,
    } as Parameters<Client['api']['watch']>[0]);
    if (isRefused) return;
    const listed = new Set(items.map(keyOf));
    for (const key of [...this.objects.keys()]) if (!listed.has(key)) this.change(key, undefined);
    for (const item of items) this.change(keyOf(item), item as Stored<ResourceTypes[R]>);
  }

  private change(key: ObjectKey, next: Stored<ResourceTypes[R]> | undefined): void {
    const old = this.objects.get(key);
    if (!next && !old) return;
    if (old) this.unindex(key, old);
    if (next) {
      this.objects.set(key, next);
      this.index(key, next);
    } else {
      this.objects.delete(key);
    }
    for (const handler of this.handlers) handler(next, old);
  }

  private index(key: ObjectKey, object: Stored<ResourceTypes[R]>): void {
    for (const [name, values] of this.indexed) {
      for (const value of this.indexers.get(name)!(object)) {
        let found = values.get(value);
        if (!found) values.set(value, (found = new Map()));
        found.set(key, object);
      }
    }
  }

  private unindex(key: ObjectKey, object: Stored<ResourceTypes[R]>): void {
    for (const [name, values] of this.indexed) {
      for (const value of this.indexers.get(name)!(object)) {
        const found = values.get(value);
        found?.delete(key);
        if (found?.size === 0) values.delete(value);
      }
    }
  }
}
