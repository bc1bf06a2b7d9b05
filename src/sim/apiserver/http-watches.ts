/**
 * Watches of clients outside the cluster: streams of events in the wanted shape, with bookmarks and a time limit.
 * One component stands for all these clients. Upstream: apiserver/pkg/endpoints/handlers/{get,watch}.go,
 * apiserver/pkg/storage/cacher/cache_watcher.go.
 */
import { apiVersionOf, resourceName, type KindDefinition } from '../api/kind.ts';
import { notAcceptable } from './body-faults.ts';
import type { Status, Stored } from '../api/object.ts';
import { failure, methodNotAllowed } from '../api/status.ts';
import type { Component, Kernel } from '../kernel/index.ts';
import { attributesOf, authorizeUser, denial } from './authorization/authorize.ts';
import { askedOf, includeOf, isWatch, refusal, type Caller, type HttpAnswer, type HttpQuestion } from './http.ts';
import { routeOf } from './http-route.ts';
import { isOn, listOptionsFault } from './list-options.ts';
import type { WatchDelivery } from './request.ts';
import { invalidRevision } from './revision.ts';
import { isStatus, parseSelection } from './selection.ts';
import type { ApiServer } from './server.ts';
import { inVersion } from './versions.ts';
import { shownEvent, wantedShape, type IncludeObject, type Shape } from './table.ts';

/** Who the outside clients are to the rest of the simulation. */
export const HTTP_CLIENTS = 'client/http';

/** Watches of outside clients at once; beyond, they are told to come again. */
export const HTTP_WATCH_LIMIT = 20_000;
const TOO_MANY_WATCHES = failure({
  code: 429,
  reason: 'TooManyRequests',
  message: 'Too many requests, please try again later.',
  retryAfterSeconds: 1,
});

const BOOKMARK_EVERY_MS = 60_000;
/** Without a wish, a watch ends after 30 to 60 minutes (`--min-request-timeout`). */
const SHORTEST_WATCH_MS = 1_800_000;
/** Marks the bookmark after which only news follow. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

export interface WatchEvent {
  readonly type: WatchDelivery['type'];
  readonly object: unknown;
}

/** Where the events of one watch go. */
export interface WatchSink {
  send(event: WatchEvent): void;
  end(): void;
}

interface OpenWatch {
  readonly kind: KindDefinition;
  readonly shape: Shape;
  readonly include: IncludeObject;
  readonly hasBookmarks: boolean;
  readonly sink: WatchSink;
  hasStarted: boolean;
  /** Newest revision at the bookmark before: by the next one all its events have arrived. */
  known: number;
}

interface WatchOptions {
  readonly shape: Shape;
  readonly include: IncludeObject;
  /** A bookmark tells when everything that is there has come. */
  readonly marksInitialEvents: boolean;
  readonly hasBookmarks: boolean;
  readonly resourceVersion: string;
  /** Everything there is now comes first. */
  readonly isFromNow: boolean;
  readonly timeoutMs: number;
}

export class HttpWatches implements Component {
  readonly id = HTTP_CLIENTS;
  private readonly open = new Map<string, OpenWatch>();
  private opened = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly api: ApiServer,
  ) {}

  get size(): number {
    return this.open.size;
  }

  isSerial(): boolean {
    return false;
  }

  /** Whether a question asks for a stream: then it goes to `start`, not to `serveHttp`. */
  isWatch(question: HttpQuestion): boolean {
    const mark = question.path.indexOf('?');
    return question.method === 'GET' && mark >= 0 && isWatch(new URLSearchParams(question.path.slice(mark + 1)));
  }

  /** Begins a stream, or answers why not. Runs within a turn. The id stops it again. */
  start(question: HttpQuestion, caller: Caller, sink: WatchSink): { readonly id: string } | HttpAnswer {
    const { api, kernel } = this;
    const { path, query, headers, identity } = askedOf(api, question, caller);
    if (!identity.ok) return refusal(identity.status);
    const route = routeOf(api, path);
    if (!route || route.subresource) return refusal(methodNotAllowed(''));
    const { kind, namespace } = route;
    if (kind.verbs && !kind.verbs.includes('watch')) return refusal(methodNotAllowed(resourceName(kind)));
    const selectors = {
      labelSelector: query.get('labelSelector') ?? undefined,
      fieldSelector: route.name ? `metadata.name=${route.name}` : (query.get('fieldSelector') ?? undefined),
    };
    const selection = parseSelection(kind, { namespace, ...selectors });
    const named = isStatus(selection) ? undefined : selection.fields.find(({ field }) => field === 'metadata.name');
    const attributes = attributesOf('watch', kind, { namespace, name: named?.value });
    const verdict = authorizeUser(api, identity.user, attributes);
    if (!verdict.isAllowed) return refusal(denial(identity.user, attributes, verdict.reason));
    if (isStatus(selection)) return refusal(selection);
    const options = this.optionsOf(query, headers['accept'] ?? '');
    if (isStatus(options)) return refusal(options);
    if (this.open.size >= HTTP_WATCH_LIMIT) return refusal(TOO_MANY_WATCHES);
    this.opened += 1;
    const id = String(this.opened);
    const { resourceVersion, isFromNow, timeoutMs, marksInitialEvents, ...shape } = options;
    const watch: OpenWatch = { kind, ...shape, sink, hasStarted: false, known: api.store.revision };
    this.open.set(id, watch);
    const started = api.watch({
      watch: id,
      component: this.id,
      resource: resourceName(kind),
      ...(kind.conversion ? { version: kind.version } : {}),
      ...(namespace ? { namespace } : {}),
      ...(selectors.labelSelector ? { labelSelector: selectors.labelSelector } : {}),
      ...(selectors.fieldSelector ? { fieldSelector: selectors.fieldSelector } : {}),
      ...(isFromNow ? {} : { resourceVersion }),
      user: identity.user,
    });
    for (const object of started.items) this.send(watch, 'ADDED', object);
    if (marksInitialEvents) this.bookmark(watch, started.resourceVersion, { [INITIAL_EVENTS_END]: 'true' });
    kernel.schedule(timeoutMs, this.id, 'timeout', id, true);
    if (watch.hasBookmarks) kernel.schedule(BOOKMARK_EVERY_MS, this.id, 'bookmark', id, true);
    return { id };
  }

  private optionsOf(query: URLSearchParams, accept: string): WatchOptions | Status {
    const shape = wantedShape(accept, false);
    if (!shape || isYamlAlone(accept)) return notAcceptable('application/json');
    const include = includeOf(query);
    if (typeof include !== 'string') return include;
    const fault = listOptionsFault(query);
    if (fault) return fault;
    const given = query.get('resourceVersion') ?? '';
    if (!/^\d*$/.test(given)) return invalidRevision(given);
    const seconds = Number(query.get('timeoutSeconds') ?? 0);
    const sendsInitialEvents = isOn(query, 'sendInitialEvents');
    const hasBookmarks = isOn(query, 'allowWatchBookmarks');
    const isOpen = given === '' || given === '0';
    // Who says that nothing is to come first gets only what is new.
    const wantsNews = query.has('sendInitialEvents') && !sendsInitialEvents;
    const resourceVersion = isOpen && wantsNews ? String(this.api.store.revision) : given;
    const random = this.kernel.stream('kube-apiserver/watch-timeouts');
    return {
      shape,
      include,
      marksInitialEvents: sendsInitialEvents && hasBookmarks,
      hasBookmarks,
      resourceVersion,
      isFromNow: sendsInitialEvents || (isOpen && !wantsNews),
      timeoutMs: seconds > 0 ? seconds * 1000 : SHORTEST_WATCH_MS + random.below(SHORTEST_WATCH_MS),
    };
  }

  stop(id: string): void {
    if (!this.open.delete(id)) return;
    this.api.unwatch(this.id, id);
  }

  handle(action: string, payload: unknown): void {
    if (action === 'watch') {
      const { watch, type, object } = payload as WatchDelivery;
      const found = this.open.get(watch);
      if (found) this.deliver(watch, found, type, object);
      return;
    }
    const id = payload as string;
    const watch = this.open.get(id);
    if (!watch) return;
    if (action === 'timeout') return this.finish(id, watch);
    this.bookmark(watch, String(watch.known));
    watch.known = this.api.store.revision;
    this.kernel.schedule(BOOKMARK_EVERY_MS, this.id, 'bookmark', id, true);
  }

  private deliver(id: string, watch: OpenWatch, type: WatchDelivery['type'], object: Stored | Status): void {
    if (type !== 'ERROR') return this.send(watch, type, object as Stored);
    watch.sink.send({ type, object });
    this.finish(id, watch);
  }

  private send(watch: OpenWatch, type: WatchDelivery['type'], object: Stored): void {
    const nowEpochMs = this.kernel.options.epochMs + this.kernel.now;
    const shown = inVersion(watch.kind, object) as Stored;
    watch.sink.send({ type, object: shownEvent({ ...watch, nowEpochMs }, shown, !watch.hasStarted) });
    watch.hasStarted = true;
  }

  /** A revision that the watch has been told everything up to. */
  private bookmark(watch: OpenWatch, resourceVersion: string, annotations?: Readonly<Record<string, string>>): void {
    const { kind, shape, sink } = watch;
    const metadata = { resourceVersion, ...(annotations ? { annotations } : {}) };
    const object =
      shape === 'Table'
        ? { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: null, rows: [] }
        : { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
    sink.send({ type: 'BOOKMARK', object });
  }

  private finish(id: string, watch: OpenWatch): void {
    this.stop(id);
    watch.sink.end();
  }

  /** Sockets do not outlive a process: a restored world has none of these watches. */
  save(): number {
    return this.opened;
  }

  load(opened: number): void {
    this.opened = opened;
    this.open.clear();
  }
}

/** Events follow each other without end, for which YAML has no form here. */
const isYamlAlone = (accept: string): boolean => accept.includes('application/yaml') && !/json|\*/.test(accept);
