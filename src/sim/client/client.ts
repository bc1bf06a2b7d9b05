/**
 * The typed client: the one road to the API for every component. Calls run within the turn: they depart at its cursor
 * and move it to the arrival of the answer. Upstream: client-go/kubernetes, client-go/rest (rate limits).
 */
import type { KubeList, KubeObject, Status, Stored } from '../api/object.ts';
import type { ResourceName, ResourceTypes } from '../api/resource-types.ts';
import type {
  ApiRequest,
  ApiResponse,
  ApiServerPort,
  PatchType,
  RequestOptions,
  UserInfo,
} from '../apiserver/request.ts';
import type { Kernel } from '../kernel/index.ts';

export type Result<T> = { readonly ok: true; readonly object: T } | { readonly ok: false; readonly status: Status };

export interface ClientOptions {
  /** Who sends: the component id that the picture draws the request from. */
  readonly component: string;
  readonly user: UserInfo;
  /** Requests a second and burst, as flags of the component set them; none for a person. */
  readonly qps?: number;
  readonly burst?: number;
  /** A program that is no part of the cluster: its rights are looked up, and its objects read as anybody's. */
  readonly isForeign?: boolean;
}

export interface ClientState {
  readonly tokens: number;
  readonly refilledAt: number;
}

interface Bucket {
  tokens: number;
  refilledAt: number;
}

export class Client {
  constructor(
    readonly kernel: Kernel,
    readonly api: ApiServerPort,
    readonly options: ClientOptions,
    private readonly bucket: Bucket = { tokens: options.burst ?? 0, refilledAt: 0 },
  ) {}

  /** The same client under another name, with the same limit. */
  as(user: UserInfo): Client {
    return new Client(this.kernel, this.api, { ...this.options, user }, this.bucket);
  }

  get<R extends ResourceName>(
    resource: R,
    namespace: string | undefined,
    name: string,
  ): Result<Stored<ResourceTypes[R]>> {
    return this.send({ verb: 'get', resource, namespace, name });
  }

  /** GET of a subresource that has a shape of its own: `scale`. */
  getSubresource(
    resource: ResourceName,
    subresource: string,
    namespace: string | undefined,
    name: string,
  ): Result<KubeObject> {
    return this.send({ verb: 'get', resource, subresource, namespace, name });
  }

  /** GET of what a server behind the aggregation layer serves, in a version of its group. */
  getServed(asked: {
    readonly resource: string;
    readonly version: string;
    readonly namespace: string | undefined;
    readonly name: string;
    readonly subresource: string | undefined;
    readonly options: RequestOptions;
  }): Result<KubeObject> {
    return this.send({ verb: 'get', ...asked });
  }

  list<R extends ResourceName>(
    resource: R,
    namespace?: string,
    options?: RequestOptions,
  ): Result<KubeList<ResourceTypes[R]>> {
    return this.send({ verb: 'list', resource, namespace, options });
  }

  create<R extends ResourceName>(
    resource: R,
    object: ResourceTypes[R],
    options?: RequestOptions,
  ): Result<Stored<ResourceTypes[R]>> {
    const { namespace, name } = object.metadata ?? {};
    return this.send({ verb: 'create', resource, namespace, name, body: object, options });
  }

  /** Whole-object update; a stale `metadata.resourceVersion` is answered with 409 Conflict. */
  update<R extends ResourceName>(
    resource: R,
    object: ResourceTypes[R],
    subresource?: string,
    options?: RequestOptions,
  ): Result<Stored<ResourceTypes[R]>> {
    const { namespace, name } = object.metadata ?? {};
    return this.send({ verb: 'update', resource, subresource, namespace, name, body: object, options });
  }

  updateStatus<R extends ResourceName>(resource: R, object: ResourceTypes[R]): Result<Stored<ResourceTypes[R]>> {
    return this.update(resource, object, 'status');
  }

  patch<R extends ResourceName>(
    resource: R,
    namespace: string | undefined,
    name: string,
    patchType: PatchType,
    body: unknown,
    subresource?: string,
    options?: RequestOptions,
  ): Result<Stored<ResourceTypes[R]>> {
    return this.send({ verb: 'patch', resource, subresource, namespace, name, patchType, body, options });
  }

  delete(
    resource: ResourceName,
    namespace: string | undefined,
    name: string,
    options?: RequestOptions,
  ): Result<KubeObject> {
    return this.send({ verb: 'delete', resource, namespace, name, options });
  }

  /** POST to a subresource: `binding`, `eviction`, `token`. */
  createSubresource(
    resource: ResourceName,
    subresource: string,
    namespace: string | undefined,
    name: string,
    body: unknown,
  ): Result<KubeObject> {
    return this.send({ verb: 'create', resource, subresource, namespace, name, body });
  }

  save(): ClientState {
    return { ...this.bucket };
  }

  load(state: ClientState): void {
    Object.assign(this.bucket, state);
  }

  private send<T>(request: {
    [K in keyof Omit<ApiRequest, 'user' | 'isTyped'>]: Omit<ApiRequest, 'user' | 'isTyped'>[K] | undefined;
  }): Result<T> {
    this.waitForToken();
    const answer: ApiResponse = this.api.handle({
      ...(request as Omit<ApiRequest, 'user'>),
      user: this.options.user,
      isTyped: !this.options.isForeign,
    });
    return answer.code < 300 ? { ok: true, object: answer.body as T } : { ok: false, status: answer.body as Status };
  }

  /** Token bucket of client-go/util/flowcontrol: the request departs when a token is there. */
  private waitForToken(): void {
    const { qps, burst } = this.options;
    if (!qps || !burst) return;
    const { bucket } = this;
    const { turn } = this.kernel;
    const perMs = qps / 1000;
    if (turn.cursor > bucket.refilledAt) {
      bucket.tokens = Math.min(burst, bucket.tokens + (turn.cursor - bucket.refilledAt) * perMs);
      bucket.refilledAt = turn.cursor;
    }
    bucket.tokens -= 1;
    if (bucket.tokens < 0) turn.cursor = Math.max(turn.cursor, Math.ceil(bucket.refilledAt - bucket.tokens / perMs));
  }
}
