/**
 * The API server: takes a request through its stages, keeps objects in etcd, and sends what changed to who watches.
 * The stages are those of apiserver/pkg/endpoints/handlers and apiserver/pkg/registry/generic/registry/store.go.
 * One replica for now; audit, priority and fairness, and webhooks are left out.
 */
import { resourceName, type KindDefinition, type KindRegistry } from '../api/kind.ts';
import type { KubeObject, Stored } from '../api/object.ts';
import { connectionRefused, failure, methodNotAllowed, type Status } from '../api/status.ts';
import { etcdMemberMachine, Store, type Change, type StoreState } from '../etcd/index.ts';
import {
  API_SERVER,
  ETCD,
  FlatMachine,
  Life,
  Statechart,
  type Component,
  type Kernel,
  type LifeSave,
  type RequestStage,
  type ShownLife,
  type TracePayloads,
} from '../kernel/index.ts';
import { Aggregator, API_SERVICES, serveExtension, type ExtensionServer } from './aggregation.ts';
import { authorize, StandingVerdicts, watchDenial } from './authorization/authorize.ts';
import { RBAC } from './authorization/policy-parts.ts';
import { checkShape, decodeBody } from './decode.ts';
import { Refusal, note, refuse, type RequestContext } from './context.ts';
import { expireEvents } from './event-expiry.ts';
import { keyFor, prefixOf, rangeStart } from './keys.ts';
import { linkMs } from './links.ts';
import { apiServerMachine } from './machine.ts';
import {
  LINK_MS,
  type ApiRequest,
  type ApiResponse,
  type ApiServerPort,
  type WatchRequest,
  type WatchStart,
} from './request.ts';
import { namedObject, requestLine, withDetails } from './request-line.ts';
import { isSelected, isStatus, parseSelection, type Selection } from './selection.ts';
import { ServiceAddresses, type ServiceAddressState } from './service-addresses.ts';
import { answerReview } from './reviews.ts';
import { serveSubresource } from './subresources.ts';
import { inVersion } from './versions.ts';
import { createObject } from './verbs/create.ts';
import { deleteCollection, deleteObject } from './verbs/delete.ts';
import { patchObject } from './verbs/patch.ts';
import { getObject, listObjects } from './verbs/read.ts';
import { updateObject } from './verbs/update.ts';
import { WatchHub, type Watcher } from './watch-hub.ts';

export interface ApiServerOptions {
  /** `10.0.0.0/16`. */
  readonly serviceCidr: string;
  readonly kubernetesVersion: string;
}

interface ApiServerState {
  readonly store: StoreState<Stored>;
  readonly watchers: readonly Watcher[];
  readonly addresses: ServiceAddressState;
  readonly compactTo: number;
  readonly cachedFrom: number;
  readonly life: { value: unknown; context: unknown };
  readonly lifeSince: number;
  readonly member: LifeSave;
}

const COMPACT_EVERY_MS = 300_000;
/** How often the APIServices of extension servers are looked after. */
const AVAILABILITY_EVERY_MS = 30_000;
/** How long a program waits before it asks again for a watch that it does not get: the longest pause of a reflector. */
const WATCH_RETRY_MS = 30_000;
const ITSELF = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

const memberLife = new FlatMachine(etcdMemberMachine);

export class ApiServer implements Component, ApiServerPort {
  readonly id = API_SERVER;
  readonly store = new Store<Stored>();
  readonly watches: WatchHub;
  readonly addresses: ServiceAddresses;
  /** Where programs in the cluster find it. */
  readonly address: string;
  /** Groups that other servers serve. */
  readonly aggregator: Aggregator;
  private readonly standing = new StandingVerdicts();
  private readonly life = new Statechart(apiServerMachine);
  private lifeSince = 0;
  /** The one member that holds the store; its life is kept here, since only the API server speaks to it. */
  private readonly member: Life;
  /** What the next compaction goes up to: the revision of the compaction before, so 5 to 10 minutes are kept. */
  private compactTo = 0;
  /** Revision at which the watch caches were filled: of what was before, they know nothing. */
  private cachedFrom = 0;

  constructor(
    readonly kernel: Kernel,
    readonly registry: KindRegistry,
    readonly options: ApiServerOptions,
  ) {
    this.member = new Life(kernel, memberLife, ETCD);
    this.watches = new WatchHub(kernel);
    this.addresses = new ServiceAddresses(kernel, options.serviceCidr);
    this.address = `${options.serviceCidr.replace(/\d+\/\d+$/, '1')}:443`;
    this.aggregator = new Aggregator(registry, this);
  }

  isSerial(): boolean {
    return false;
  }

  /** A stopped server has no open port. Watches that were open go on from where they were: nothing is written meanwhile. */
  get isListening(): boolean {
    return !this.kernel.isFrozen(this.id);
  }

  /** Fills the watch caches with what etcd holds. */
  fillCaches(): void {
    this.cachedFrom = this.store.revision;
  }

  handle(request: ApiRequest): ApiResponse;
  handle(action: string, payload: unknown): void;
  handle(first: ApiRequest | string): ApiResponse | void {
    return typeof first === 'string' ? this.act(first) : this.serve(first);
  }

  /** Begins to serve, and compacts etcd every five minutes. */
  start(): void {
    this.member.send({ type: 'ELECTION_TIMEOUT' });
    this.member.send({ type: 'WON_ELECTION' });
    this.move('ETCD_REACHED');
    this.kernel.schedule(COMPACT_EVERY_MS, this.id, 'compact', undefined, true);
    this.kernel.schedule(AVAILABILITY_EVERY_MS, this.id, 'availability', undefined, true);
  }

  /** Its process has been stopped, or runs again; the member of etcd has been there all the time. */
  observeProcess(isRunning: boolean): void {
    this.move(isRunning ? 'START' : 'STOP');
    if (isRunning) this.move('ETCD_REACHED');
  }

  /** Another server behind this one, as soon as there is an APIService for it. */
  extend(server: ExtensionServer): void {
    this.aggregator.add(server);
  }

  lives(): readonly ShownLife[] {
    const own = { instance: this.id, machine: apiServerMachine.id, state: this.life.value, since: this.lifeSince };
    return [own, this.member.shown];
  }

  watch(request: WatchRequest): WatchStart {
    const served = this.kernel.assertFound(
      this.aggregator.kindOf(request.resource, request.version),
      `no resource ${request.resource}`,
    );
    const kind = served.conversion?.kept ?? served;
    const selection = parseSelection(served, request);
    if (isStatus(selection)) {
      this.kernel.assert(false, `watch refused: ${selection.message}`);
      return { items: [], resourceVersion: '0' };
    }
    const asked = { verb: 'list', resource: request.resource, user: request.user } as ApiRequest;
    if (!this.isListening) {
      const { component, watch } = request;
      const status = this.turnAway(asked, kind);
      this.kernel.schedule(WATCH_RETRY_MS, component, 'watch', { watch, type: 'ERROR', object: status }, true);
      return { items: [], resourceVersion: '0', isRefused: true };
    }
    const { resourceVersion } = request;
    const denied = request.isTyped ? watchDenial(this, this.standing, kind, request) : undefined;
    if (denied) {
      const { seq, doneAt } = this.traceRequest(asked, kind, [], 403, 0, denied.reason, denied.message);
      this.watches.refuse(request, denied, this.store.revision, doneAt + WATCH_RETRY_MS, seq, true);
      return { items: [], resourceVersion: '0', isRefused: true };
    }
    if (resourceVersion && resourceVersion !== '0') return this.resume(request, kind, selection, asked);
    const items = this.selected(kind, selection);
    this.traceRequest(asked, kind, [], 200, 0);
    this.watches.add({ ...request, resource: resourceName(kind) }, selection);
    return { items, resourceVersion: String(this.store.revision) };
  }

  /** Whoever asks for one name, as each kubelet does for its Node, gets it without a look at the others. */
  private selected(kind: KindDefinition, selection: Selection): readonly Stored[] {
    const items: Stored[] = [];
    const named = selection.fields.find(({ field, isEqual }) => field === 'metadata.name' && isEqual);
    if (named && (!kind.isNamespaced || selection.namespace)) {
      const found = this.store.get(prefixOf(kind), keyFor(kind, selection.namespace, named.value))?.value;
      return found && isSelected(kind, selection, found) ? [found] : [];
    }
    for (const { value } of this.store.values(prefixOf(kind)))
      if (isSelected(kind, selection, value)) items.push(value);
    return items;
  }

  /** A watch that goes on from a revision: what happened since comes first, or an ERROR when nobody remembers. */
  private resume(request: WatchRequest, kind: KindDefinition, selection: Selection, asked: ApiRequest): WatchStart {
    const resourceVersion = request.resourceVersion ?? '0';
    const isTooOld = Number(resourceVersion) < this.cachedFrom;
    const changes = isTooOld ? undefined : this.store.changesAfter(Number(resourceVersion));
    if (!changes) {
      const oldest = Math.max(this.store.compacted + 1, this.cachedFrom);
      const message = `too old resource version: ${resourceVersion} (${oldest})`;
      const status = failure({ code: 410, reason: 'Expired', message });
      const { seq, doneAt } = this.traceRequest(asked, kind, [], 410, 0, status.reason, message);
      this.watches.refuse(request, status, this.store.revision, doneAt, seq);
      return { items: [], resourceVersion };
    }
    const { seq, doneAt } = this.traceRequest(asked, kind, [], 200, 0);
    const start = rangeStart(kind, selection.namespace);
    this.watches.add({ ...request, resource: resourceName(kind) }, selection);
    const missed = changes.filter(({ key }) => key.startsWith(start));
    this.watches.catchUp(kind, request, missed, doneAt, seq);
    return { items: [], resourceVersion };
  }

  unwatch(component: string, watch: string): void {
    this.watches.remove(component, watch);
  }

  /** Ends all watches of a component that is gone. */
  disconnect(component: string): void {
    this.watches.removeComponent(component);
  }

  find(resource: string, namespace: string | undefined, name: string): Stored | undefined {
    const kind = this.registry.byResource(resource);
    return kind && this.store.get(prefixOf(kind), keyFor(kind, namespace, name))?.value;
  }

  *list(resource: string, namespace?: string): IterableIterator<Stored> {
    const kind = this.registry.byResource(resource);
    if (!kind) return;
    if (namespace && kind.isNamespaced) {
      for (const { value } of this.store.range(prefixOf(kind), rangeStart(kind, namespace))) yield value;
    } else {
      for (const { value } of this.store.values(prefixOf(kind))) yield value;
    }
  }

  private act(action: string): void {
    if (action === 'availability' || action === 'noticed') return this.tellAvailability(action === 'availability');
    this.kernel.assert(action === 'compact', `the API server has no action ${action}`);
    this.store.compact(this.compactTo);
    this.kernel.emit('etcd.compact', { revision: this.compactTo }, { component: ETCD });
    this.compactTo = this.store.revision;
    this.expireEvents();
    this.kernel.schedule(COMPACT_EVERY_MS, this.id, 'compact', undefined, true);
  }

  /** Writes down which extension servers answer. */
  private tellAvailability(isPeriodic: boolean): void {
    for (const { name, condition } of this.aggregator.staleConditions()) {
      const body = { status: { conditions: [{ lastTransitionTime: this.kernel.formatTime(), ...condition }] } };
      const target = { resource: API_SERVICES, subresource: 'status', name } as const;
      this.serve({ verb: 'patch', patchType: 'merge', ...target, body, user: ITSELF, isTyped: true });
    }
    if (isPeriodic) this.kernel.schedule(AVAILABILITY_EVERY_MS, this.id, 'availability', undefined, true);
  }

  private expireEvents(): void {
    const { kernel, store } = this;
    const kind = this.registry.byResource('events');
    if (!kind) return;
    const changes = expireEvents(store, kind, kernel.now, (time) => kernel.parseTime(time));
    this.publish(kind, changes, kernel.now + 2 * LINK_MS.etcd + LINK_MS.etcdCommit, kernel.turn.cause);
  }

  private serve(request: ApiRequest): ApiResponse {
    const { turn } = this.kernel;
    const kind = this.aggregator.kindOf(request.resource, request.version);
    const stages: RequestStage[] = [];
    if (!kind) {
      const status = failure({
        code: 404,
        reason: 'NotFound',
        message: 'the server could not find the requested resource',
      });
      this.traceRequest(request, undefined, stages, 404, 0, status.reason, status.message);
      return { code: 404, body: status };
    }
    if (!this.isListening) {
      const status = this.turnAway(request, kind);
      return { code: status.code ?? 503, body: status };
    }
    const departAt = turn.cursor;
    turn.cursor += linkMs(turn.component);
    const context = this.contextFor(request, kind, stages);
    const response = this.answer(context);
    turn.cursor = departAt;
    const body = response.body as { reason?: string; message?: string };
    const isFailure = response.code >= 400;
    const { seq, doneAt } = this.traceRequest(
      request,
      kind,
      stages,
      response.code,
      context.changes.length,
      isFailure ? body.reason : undefined,
      isFailure ? body.message : undefined,
      isFailure ? undefined : (response.body as KubeObject),
    );
    if (!context.isDryRun) this.publish(context.kind, context.changes, doneAt, seq);
    return response;
  }

  /** What a connection comes to while nobody listens. */
  private turnAway(request: ApiRequest, kind: KindDefinition): Status {
    const status = connectionRefused(this.address);
    this.traceRequest(request, kind, [], status.code ?? 503, 0, status.reason, status.message);
    return status;
  }

  private contextFor(request: ApiRequest, served: KindDefinition, stages: RequestStage[]): RequestContext {
    const { kernel, registry, store } = this;
    return {
      kernel,
      registry,
      store,
      request,
      user: request.user,
      kind: served.conversion?.kept ?? served,
      served,
      resource: resourceName(served),
      stages,
      warnings: served.deprecation && !request.isTyped ? [served.deprecation] : [],
      changes: [],
      isDryRun: request.options?.dryRun === true,
      standing: this.standing,
      nowEpochMs: kernel.options.epochMs + kernel.turn.cursor,
      formatTime: () => kernel.formatTime(),
      find: (resource, namespace, name) => this.find(resource, namespace, name),
      list: (resource, namespace) => this.list(resource, namespace),
    };
  }

  private answer(context: RequestContext): ApiResponse {
    try {
      note(context, 'authenticate', 'ok', context.request.user.name);
      authorize(context);
      const told = this.dispatch(context);
      const response = { ...told, body: inVersion(context.served, told.body) };
      return context.warnings.length > 0 ? { ...response, warnings: context.warnings } : response;
    } catch (error) {
      if (error instanceof Refusal) {
        const refused = { code: error.status.code ?? 500, body: error.status };
        return context.warnings.length > 0 ? { ...refused, warnings: context.warnings } : refused;
      }
      throw error;
    }
  }

  private dispatch(context: RequestContext): ApiResponse {
    const { request, kind } = context;
    checkShape(context);
    const extension = this.aggregator.serverOf(kind);
    if (request.subresource && !extension) return serveSubresource(context, this.addresses);
    if (kind.verbs && !kind.verbs.includes(request.verb)) {
      refuse(context, 'decode', methodNotAllowed(context.resource));
    }
    if (extension) return serveExtension(context, extension);
    if (kind.isReview) return answerReview(context, decodeBody(context, request.body));
    switch (request.verb) {
      case 'get':
        return getObject(context);
      case 'list':
        return listObjects(context);
      case 'create':
        return createObject(context, this.addresses);
      case 'update':
        return updateObject(context, this.addresses);
      case 'patch':
        return patchObject(context, this.addresses);
      case 'delete':
        return deleteObject(context, this.addresses);
      case 'deletecollection':
        return deleteCollection(context, this.addresses);
    }
  }

  /** Leaves the request in the trace and moves the turn's cursor to the arrival of the answer. */
  private traceRequest(
    request: ApiRequest,
    kind: KindDefinition | undefined,
    stages: readonly RequestStage[],
    code: number,
    writes: number,
    reason?: string,
    message?: string,
    object?: KubeObject,
  ): { seq: number; doneAt: number } {
    const { turn } = this.kernel;
    const link = linkMs(turn.component);
    const departAt = turn.cursor;
    const arriveAt = departAt + link;
    const doneAt = arriveAt + LINK_MS.serve + (writes > 0 ? 2 * LINK_MS.etcd + LINK_MS.etcdCommit : 0);
    const returnAt = doneAt + link;
    const name = request.name ?? object?.metadata?.name;
    const namespace = request.namespace ?? object?.metadata?.namespace;
    const resource = kind ? resourceName(kind.conversion?.kept ?? kind) : request.resource;
    const told: TracePayloads['api.request'] = {
      from: turn.component,
      to: API_SERVER,
      departAt,
      arriveAt,
      doneAt,
      returnAt,
      verb: request.verb,
      line: kind ? requestLine(request, kind) : `${request.verb} ${request.resource}`,
      user: request.user.name,
      resource,
      code,
      stages,
    };
    const { subresource } = request;
    const data = subresource || reason || message ? withDetails(told, { subresource, reason, message }) : told;
    const about = name && kind ? namedObject(resource, kind.kind, namespace, name) : undefined;
    const seq = this.kernel.emit('api.request', data, { component: API_SERVER, time: departAt, object: about });
    turn.cursor = returnAt;
    return { seq, doneAt };
  }

  private publish(requested: KindDefinition, changes: readonly Change<Stored>[], doneAt: number, cause: number): void {
    if (requested.group === RBAC && changes.length > 0) this.standing.forget();
    if (this.aggregator.isTouchedBy(requested, changes))
      this.kernel.schedule(Math.max(0, doneAt - this.kernel.now) + LINK_MS.controlPlane, this.id, 'noticed');
    const departAt = doneAt - 2 * LINK_MS.etcd - LINK_MS.etcdCommit;
    for (const change of changes) {
      const object = (change.next ?? change.previous)!.value;
      const { namespace, name } = object.metadata;
      // An eviction writes the budget besides the Pod.
      const other = object.kind === requested.kind ? undefined : this.registry.byGvk(object.apiVersion, object.kind);
      const kind = other ?? requested;
      const seq = this.kernel.emit(
        'etcd.write',
        {
          from: API_SERVER,
          to: ETCD,
          departAt,
          arriveAt: departAt + LINK_MS.etcd,
          key: change.key,
          operation: change.next ? (change.previous ? 'update' : 'create') : 'delete',
          revision: change.revision,
          version: change.next?.version ?? 0,
        },
        {
          component: ETCD,
          cause,
          time: departAt,
          object: namedObject(resourceName(kind), kind.kind, namespace, name),
        },
      );
      this.watches.dispatch(kind, change, doneAt, seq);
    }
  }

  private move(event: string): void {
    const moved = this.life.send({ type: event });
    if (!moved.isChanged) return;
    this.lifeSince = this.kernel.now;
    this.kernel.emit('transition', {
      machine: apiServerMachine.id,
      instance: this.id,
      from: moved.from,
      to: moved.to,
      on: event,
    });
  }

  save(): ApiServerState {
    return {
      store: this.store.save(),
      watchers: this.watches.save(),
      addresses: this.addresses.save(),
      compactTo: this.compactTo,
      cachedFrom: this.cachedFrom,
      life: this.life.save(),
      lifeSince: this.lifeSince,
      member: this.member.save(),
    };
  }

  load(state: ApiServerState): void {
    this.store.load(state.store);
    this.standing.forget();
    this.watches.load(state.watchers);
    this.addresses.load(state.addresses);
    this.compactTo = state.compactTo;
    this.cachedFrom = state.cachedFrom;
    this.life.load(state.life);
    this.lifeSince = state.lifeSince;
    this.member.load(state.member);
  }
}
