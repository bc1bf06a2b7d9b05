/**
 * The watch cache's fan-out: who watches what, and one delivery task for every watcher that a change concerns.
 * Watchers of the pods of one node are found by that node, as upstream's cacher indexes them by its trigger.
 * Upstream: apiserver/pkg/storage/cacher/cacher.go.
 */
import { resourceName, type KindDefinition } from '../api/kind.ts';
import { refOf, type Stored } from '../api/object.ts';
import type { Change } from '../etcd/index.ts';
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

/** The field by whose value watchers are indexed. */
const TRIGGER = 'spec.nodeName';

interface Audience {
  readonly everybody: Map<string, Mutable>;
  readonly byTrigger: Map<string, Map<string, Mutable>>;
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
    if (trigger === undefined) audience.everybody.delete(id);
    else audience.byTrigger.get(trigger)?.delete(id);
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
    if (audience.byTrigger.size === 0) return;
    const { previous, next } = change;
    const before = previous ? fieldValue(kind, TRIGGER, previous.value) : undefined;
    const after = next ? fieldValue(kind, TRIGGER, next.value) : undefined;
    if (before !== undefined) this.deliverTriggered(kind, audience, before, change, sentAt, cause);
    if (after !== undefined && after !== before) this.deliverTriggered(kind, audience, after, change, sentAt, cause);
  }

  private deliverTriggered(
    kind: KindDefinition,
    audience: Audience,
    trigger: string,
    change: Change<Stored>,
    sentAt: number,
    cause: number,
  ): void {
    const watchers = audience.byTrigger.get(trigger);
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
    if (trigger === undefined) {
      audience.everybody.set(id, watcher);
      return;
    }
    let found = audience.byTrigger.get(trigger);
    if (!found) audience.byTrigger.set(trigger, (found = new Map()));
    found.set(id, watcher);
  }

  private audience(resource: string): Audience {
    let audience = this.audiences.get(resource);
    if (!audience) this.audiences.set(resource, (audience = { everybody: new Map(), byTrigger: new Map() }));
    return audience;
  }
}

function triggerOf(selection: Selection): string | undefined {
  return selection.fields.find(({ field, isEqual }) => field === TRIGGER && isEqual)?.value;
}

function withRevision(object: Stored, revision: number): Stored {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
