/**
 * The aggregation layer: groups that another server serves, found through APIServices. A request to one is authorized
 * here, then handed on; without a ready server behind it, it is answered with 503.
 * Upstream: kube-aggregator/pkg/apiserver/{handler_proxy,handler_discovery}.go,
 * kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go.
 * Left out: servers that a person registers; their APIServices are stored, and stay unavailable.
 */
import { resourceName, type KindDefinition, type KindRegistry } from '../api/kind.ts';
import type { KubeObject, Stored } from '../api/object.ts';
import { failure, notFound, type Status } from '../api/status.ts';
import { refuse, type RequestContext } from './context.ts';
import type { ApiResponse } from './request.ts';
import { isSelected, isStatus, parseSelection } from './selection.ts';

export const API_SERVICES = 'apiservices.apiregistration.k8s.io';

/** A server behind an APIService. */
export interface ExtensionServer {
  /** Name of the APIService that stands for it: `v1beta1.metrics.k8s.io`. */
  readonly apiService: string;
  readonly kinds: readonly KindDefinition[];
  readonly isAvailable: boolean;
  list(kind: KindDefinition, namespace: string | undefined): readonly Stored[];
  /** What it says of an object that it does not have. */
  missing(kind: KindDefinition, namespace: string | undefined, name: string): Status;
}

interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Upstream: ServiceUnavailable of the proxy, as client-go reads it. */
const UNAVAILABLE = failure({
  code: 503,
  reason: 'ServiceUnavailable',
  message: 'the server is currently unable to handle the request',
});

export class Aggregator {
  private readonly servers: ExtensionServer[] = [];

  constructor(
    private readonly registry: KindRegistry,
    private readonly find: (resource: string, namespace: undefined, name: string) => Stored | undefined,
  ) {}

  add(server: ExtensionServer): void {
    this.servers.push(server);
  }

  private get registered(): readonly ExtensionServer[] {
    return this.servers.filter(({ apiService }) => this.find(API_SERVICES, undefined, apiService));
  }

  /** Kinds that discovery tells of, those of the server itself first. */
  kinds(): readonly KindDefinition[] {
    const own = [...this.registry.all(), ...this.registry.versions()];
    const more = this.registered.flatMap(({ kinds }) => kinds);
    return [...own, ...more];
  }

  /** Whether the group and version of a kind answers now. */
  isCurrent(kind: KindDefinition): boolean {
    return this.serverOf(kind)?.isAvailable ?? true;
  }

  /** Without a version, the one that objects are kept in where there is such. */
  kindOf(resource: string, version?: string): KindDefinition | undefined {
    const isMeant = (kind: KindDefinition): boolean =>
      resourceName(kind) === resource && (version === undefined || kind.version === version);
    const own = this.registry.byResource(resource);
    if (own && isMeant(own)) return own;
    const other = this.registry.versions().find(isMeant);
    if (other) return other;
    for (const { kinds } of this.registered) {
      const found = kinds.find(isMeant);
      if (found) return found;
    }
    return undefined;
  }

  serverOf(kind: KindDefinition): ExtensionServer | undefined {
    return this.servers.find(({ kinds }) => kinds.includes(kind));
  }

  /** Conditions of the APIServices that have a server, where they are not what is stored. */
  staleConditions(): readonly { readonly name: string; readonly condition: Condition }[] {
    return this.servers.flatMap(({ apiService, isAvailable }) => {
      const stored = this.find(API_SERVICES, undefined, apiService) as
        (Stored & { status?: { conditions?: readonly Condition[] } }) | undefined;
      if (!stored) return [];
      const wanted = conditionOf(stored, isAvailable);
      const found = stored.status?.conditions?.find(({ type }) => type === 'Available');
      return found?.status === wanted.status && found.reason === wanted.reason
        ? []
        : [{ name: apiService, condition: wanted }];
    });
  }
}

function conditionOf(stored: Stored, isAvailable: boolean): Condition {
  if (isAvailable) return { type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' };
  const { service } = (stored as Stored & { spec?: { service?: { name?: string; namespace?: string } } }).spec ?? {};
  const message = `endpoints for service/${service?.name ?? ''} in ${JSON.stringify(service?.namespace ?? '')} have no addresses with port name ""`;
  return { type: 'Available', status: 'False', reason: 'MissingEndpoints', message };
}

/** Hands a request on. */
export function serveExtension(context: RequestContext, server: ExtensionServer): ApiResponse {
  const { request, kind } = context;
  if (!server.isAvailable) return refuse(context, 'decode', UNAVAILABLE);
  const { namespace, name } = request;
  if (request.verb === 'get') {
    const found = server.list(kind, namespace).find(({ metadata }) => metadata.name === name);
    return { code: 200, body: found ?? refuse(context, 'store', server.missing(kind, namespace, name ?? '')) };
  }
  const selection = parseSelection(kind, { namespace, ...request.options });
  if (isStatus(selection)) return refuse(context, 'decode', selection);
  // Items of a list of a typed server say no kind of their own.
  const items = server
    .list(kind, namespace)
    .filter((object) => isSelected(kind, selection, object))
    .map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item);
  const { group, version } = kind;
  const body = { kind: `${kind.kind}List`, apiVersion: `${group}/${version}`, metadata: {}, items };
  return { code: 200, body: body as unknown as KubeObject };
}

/** Said by servers that name objects with their namespace. */
export const missingObject = (resource: string, namespace: string | undefined, name: string): Status =>
  notFound(resource, namespace ? `${namespace}/${name}` : name);
