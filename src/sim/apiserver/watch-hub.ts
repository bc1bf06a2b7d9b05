/**
 * The watch cache's fan-out: who watches what, and one delivery task for every watcher that a change concerns.
 * Watchers of the pods of one node are found by that node, as upstream's cacher indexes them by its trigger.
 * Upstream: apiserver/pkg/storage/cacher/cacher.go.
 */
import { resourceName, type KindDefinition } from '../api/kind.ts';
import { refOf, type Stored } from '../api/object.ts';
import type { Change } from '../etcd/index.ts';
import type { Status } from '../api/status.ts';
import { API_SERVER, type Kernel } from '../kernel/index.ts';
import type { WatchDelivery, WatchRequest } from './request.ts';
import { fieldValue, isSelected, type Selection } from './selection.ts';
import { linkMs } from './links.ts';

export interface Watcher {
  readonly component: string;
  readonly watch: string;
  readonly resource: string;
  readonly selection: Selection;
  /** Deliveries of one watch keep their order: none arrives before the one sent before it. */
  readonly lastDueAt: number;
}

type Mutable = { -readonly [K in keyof Watcher]: Watcher[K] };

/** More watches than this on one server are refused. */
export const WATCH_LIMIT = 100_000;

/** Fields by whose value watchers are indexed: a kubelet watches the Pods bound to its node, and its own Node. */
const TRIGGERS = ['spec.nodeName', 'metadata.name'] as const;

type Trigger = (typeof TRIGGERS)[number];

interface Audience {
  readonly everybody: Map<string, Mutable>;
  /** By field, by value, by id. */
  readonly byTrigger: Readonly<Record<Trigger, Map<string, Map<string, Mutable>>>>;
}

export class WatchHub {
  private readonly audiences = new Map<string, Audience>();
  private readonly byId = new Map<string, Mutable>();

  constructor(private readonly kernel: Kernel) {}

  get size(): number {
    return this.byId.size;
  }

  add(request: WatchRequest, selection: Selection): void {
    const id = `${request.component} ${request.watch}`;
    this.remove(request.component, request.watch);
    this.put(id, {
      component: request.component,
      watch: request.watch,
      resource: request.resource,
      selection,
      lastDueAt: this.kernel.turn.cursor,
    });
  }

  remove(component: string, watch: string): void {
    const id = `${component} ${watch}`;
    const watcher = this.byId.get(id);
    if (!watcher) return;
    this.byId.delete(id);
    const audience = this.audience(watcher.resource);
    const trigger = triggerOf(watcher.selection);
    if (!trigger) audience.everybody.delete(id);
    else {
      const found = audience.byTrigger[trigger.field].get(trigger.value);
      found?.delete(id);
      if (found?.size === 0) audience.byTrigger[trigger.field].delete(trigger.value);
    }
  }

  removeComponent(component: string): void {
    for (const watcher of [...this.byId.values()]) {
      if (watcher.component === component) this.remove(component, watcher.watch);
    }
  }

  /** Sends a change to all whom it concerns. `sentAt` is when the write was done, `cause` its trace event. */
  dispatch(kind: KindDefinition, change: Change<Stored>, sentAt: number, cause: number): void {
    const audience = this.audiences.get(resourceName(kind));
    if (!audience) return;
    for (const watcher of audience.everybody.values()) this.deliver(kind, watcher, change, sentAt, cause);
    const { previous, next } = change;
    for (const field of TRIGGERS) {
      const index = audience.byTrigger[field];
      if (index.size === 0) continue;
      const before = previous ? fieldValue(kind, field, previous.value) : undefined;
      const after = next ? fieldValue(kind, field, next.value) : undefined;
      if (before !== undefined) this.deliverAll(kind, index.get(before), change, sentAt, cause);
      if (after !== undefined && after !== before) this.deliverAll(kind, index.get(after), change, sentAt, cause);
    }
  }

  /** Sends changes of the past to one watcher, oldest first. */
  catchUp(
    kind: KindDefinition,
    request: WatchRequest,
    changes: readonly Change<Stored>[],
    sentAt: number,
    cause: number,
  ): void {
    const watcher = this.byId.get(`${request.component} ${request.watch}`);
    if (watcher) for (const change of changes) this.deliver(kind, watcher, change, sentAt, cause);
  }

  /** Tells a client that its watch cannot be: it has to list again. */
  refuse(
    request: WatchRequest,
    status: Status,
    revision: number,
    sentAt: number,
    cause: number,
    isBackground = false,
  ): void {
    const { component, watch, resource } = request;
    const arriveAt = sentAt + linkMs(component);
    const delivered = this.kernel.emit(
      'watch.deliver',
      { from: API_SERVER, to: component, departAt: sentAt, arriveAt, resource, event: 'ERROR', revision },
      { component: API_SERVER, cause, time: sentAt },
    );
    const payload: WatchDelivery = { watch, type: 'ERROR', object: status };
    this.kernel.scheduleAt(arriveAt, component, 'watch', payload, isBackground, delivered);
  }

  private deliverAll(
    kind: KindDefinition,
    watchers: ReadonlyMap<string, Mutable> | undefined,
    change: Change<Stored>,
    sentAt: number,
    cause: number,
  ): void {
    if (!watchers) return;
    for (const watcher of watchers.values()) this.deliver(kind, watcher, change, sentAt, cause);
  }

  private deliver(kind: KindDefinition, watcher: Mutable, change: Change<Stored>, sentAt: number, cause: number): void {
    const { previous, next } = change;
    const { selection } = watcher;
    const matched = previous !== undefined && isSelected(kind, selection, previous.value);
    const matches = next !== undefined && isSelected(kind, selection, next.value);
    if (!matched && !matches) return;
    const type = matches ? (matched ? 'MODIFIED' : 'ADDED') : 'DELETED';
    // A deletion carries the last matching state with the revision of the deletion.
    const object = matches ? next.value : withRevision(previous!.value, change.revision);
    this.send(watcher, type, object, change.revision, sentAt, cause);
  }

  private send(
    watcher: Mutable,
    type: 'ADDED' | 'MODIFIED' | 'DELETED',
    object: Stored,
    revision: number,
    sentAt: number,
    cause: number,
  ): void {
    const arriveAt = Math.max(watcher.lastDueAt, sentAt + linkMs(watcher.component));
    watcher.lastDueAt = arriveAt;
    const { resource, component } = watcher;
    const delivered = this.kernel.emit(
      'watch.deliver',
      { from: API_SERVER, to: component, departAt: sentAt, arriveAt, resource, event: type, revision },
      { component: API_SERVER, object: refOf(resource, object), cause, time: sentAt },
    );
    const payload: WatchDelivery = { watch: watcher.watch, type, object };
    const isUpkeep = resource === 'leases.coordination.k8s.io';
    this.kernel.scheduleAt(arriveAt, component, 'watch', payload, isUpkeep, delivered);
  }

  save(): readonly Watcher[] {
    return [...this.byId.values()].map((watcher) => ({ ...watcher }));
  }

  load(watchers: readonly Watcher[]): void {
    this.audiences.clear();
    this.byId.clear();
    for (const watcher of watchers) this.put(`${watcher.component} ${watcher.watch}`, { ...watcher });
  }

  private put(id: string, watcher: Mutable): void {
    this.kernel.assert(this.byId.size < WATCH_LIMIT, `more than ${WATCH_LIMIT} watches`);
    this.byId.set(id, watcher);
    const audience = this.audience(watcher.resource);
    const trigger = triggerOf(watcher.selection);
    if (!trigger) {
      audience.everybody.set(id, watcher);
      return;
    }
    const index = audience.byTrigger[trigger.field];
    let found = index.get(trigger.value);
    if (!found) index.set(trigger.value, (found = new Map()));
    found.set(id, watcher);
  }

  private audience(resource: string): Audience {
    let audience = this.audiences.get(resource);
    if (!audience) {
      audience = { everybody: new Map(), byTrigger: { 'spec.nodeName': new Map(), 'metadata.name': new Map() } };
      this.audiences.set(resource, audience);
    }
    return audience;
  }
}

function triggerOf(selection: Selection): { readonly field: Trigger; readonly value: string } | undefined {
  for (const field of TRIGGERS) {
    const found = selection.fields.find((item) => item.field === field && item.isEqual);
    if (found) return { field, value: found.value };
  }
  return undefined;
}

function withRevision(object: Stored, revision: number): Stored {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
