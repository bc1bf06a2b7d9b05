/**
 * The aggregation layer: groups that another server serves, found through APIServices. A request to one is authorized
 * here, then handed on; without a ready server behind it, it is answered with 503.
 * Upstream: kube-aggregator/pkg/apiserver/{handler_proxy,handler_discovery}.go,
 * kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go.
 * Left out: servers of a person's own; their APIServices are stored, and stay unavailable.
 */
import { resourceName, type KindDefinition, type KindRegistry } from '../api/kind.ts';
import type { KubeObject, Stored } from '../api/object.ts';
import { failure, notFound, type Status } from '../api/status.ts';
import type { Change } from '../etcd/index.ts';
import type { PolicySource } from './authorization/rbac.ts';
import { refuse, type RequestContext } from './context.ts';
import { isDeepEqual } from './equality.ts';
import type { ApiResponse } from './request.ts';
import { isSelected, isStatus, parseSelection } from './selection.ts';
import { whyUnavailable, type ApiService, type Condition } from './service-backends.ts';

export const API_SERVICES = 'apiservices.apiregistration.k8s.io';

/** A server behind an APIService. */
export interface ExtensionServer {
  readonly group: string;
  readonly version: string;
  /** What discovery tells of it. */
  readonly kinds: readonly KindDefinition[];
  readonly isAvailable: boolean;
  /** The kind of a resource that is asked for, whether discovery tells of it or not. */
  kindOf(plural: string): KindDefinition | undefined;
  /** Answers a request that was authorized, or refuses it. */
  answer(context: RequestContext): KubeObject;
}

export const NO_RESOURCE = failure({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

/** What the availability of a server behind an APIService hangs on. */
const WATCHED: readonly string[] = [API_SERVICES, 'services', 'endpointslices.discovery.k8s.io'];

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** Upstream: ServiceUnavailable of the proxy, as client-go reads it. */
export const UNAVAILABLE = failure({
  code: 503,
  reason: 'ServiceUnavailable',
  message: 'the server is currently unable to handle the request',
});

const nameOf = ({ group, version }: GroupVersion): string => `${version}.${group}`;

export class Aggregator {
  private readonly servers: ExtensionServer[] = [];

  constructor(
    private readonly registry: KindRegistry,
    private readonly objects: PolicySource,
  ) {}

  add(server: ExtensionServer): void {
    this.servers.push(server);
  }

  /** Servers that an APIService stands for; of one group the version of the highest priority first. */
  private get registered(): readonly ExtensionServer[] {
    const found = this.servers.flatMap((server) => {
      const stored = this.objects.find(API_SERVICES, undefined, nameOf(server)) as Stored<ApiService> | undefined;
      return stored ? [{ server, priority: stored.spec?.versionPriority ?? 0 }] : [];
    });
    return found.sort((left, right) => right.priority - left.priority).map(({ server }) => server);
  }

  /** Kinds that discovery tells of, those of the server itself first. */
  kinds(): readonly KindDefinition[] {
    const own = [...this.registry.all(), ...this.registry.versions()];
    const more = this.registered.flatMap(({ kinds }) => kinds);
    return [...own, ...more];
  }

  /** Every group and version that is served, once; a server behind an APIService may have no kind at the moment. */
  groupVersions(): readonly GroupVersion[] {
    const seen = new Map<string, GroupVersion>();
    for (const { group, version } of [...this.registry.all(), ...this.registry.versions(), ...this.registered])
      seen.set(nameOf({ group, version }), { group, version });
    return [...seen.values()];
  }

  /** Which version of a group discovery tells first of. */
  preferredVersion(group: string): string | undefined {
    return this.groupVersions().find((item) => item.group === group)?.version;
  }

  /** Whether a group and version answers now. */
  isCurrent(asked: GroupVersion): boolean {
    return this.serverOf(asked)?.isAvailable ?? true;
  }

  /** Without a version, the one that objects are kept in where there is such. */
  kindOf(resource: string, version?: string): KindDefinition | undefined {
    const isMeant = (kind: KindDefinition): boolean =>
      resourceName(kind) === resource && (version === undefined || kind.version === version);
    const own = this.registry.byResource(resource);
    if (own && (version === undefined || own.version === version)) return own;
    const other = this.registry.versions().find(isMeant);
    if (other) return other;
    for (const server of this.registered) {
      const isOfServer = resource.endsWith(`.${server.group}`) && (version === undefined || server.version === version);
      const found = isOfServer ? server.kindOf(resource.slice(0, -server.group.length - 1)) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  serverOf(asked: GroupVersion): ExtensionServer | undefined {
    return this.servers.find(({ group, version }) => group === asked.group && version === asked.version);
  }

  /** Whether a write is about a Service that an APIService names, about its endpoints, or about such an APIService. */
  isTouchedBy(kind: KindDefinition, changes: readonly Change<Stored>[]): boolean {
    const resource = resourceName(kind);
    if (!WATCHED.includes(resource)) return false;
    return changes.some(({ next, previous }) => {
      const { metadata, spec } = (next ?? previous)!.value as Stored<ApiService>;
      if (resource === API_SERVICES)
        return spec?.service !== undefined && !isDeepEqual(spec, (previous?.value as Stored<ApiService>)?.spec);
      const name = resource === 'services' ? metadata.name : metadata.labels?.['kubernetes.io/service-name'];
      return ([...this.objects.list(API_SERVICES)] as Stored<ApiService>[]).some(
        (item) => item.spec?.service?.name === name && item.spec?.service?.namespace === metadata.namespace,
      );
    });
  }

  /** Conditions of the APIServices that stand for another server, where they are not what is stored. */
  staleConditions(): readonly { readonly name: string; readonly condition: Condition }[] {
    return ([...this.objects.list(API_SERVICES)] as Stored<ApiService>[]).flatMap((stored) => {
      if (!stored.spec?.service) return [];
      const wanted = this.conditionOf(stored);
      const found = stored.status?.conditions?.find(({ type }) => type === 'Available');
      const { lastTransitionTime } = found ?? {};
      if (found?.status === wanted.status && found.reason === wanted.reason && found.message === wanted.message)
        return [];
      const isMoved = found?.status !== wanted.status || lastTransitionTime === undefined;
      return [{ name: stored.metadata.name, condition: isMoved ? wanted : { ...wanted, lastTransitionTime } }];
    });
  }

  private conditionOf(stored: ApiService): Condition {
    const { group = '', version = '' } = stored.spec ?? {};
    if (this.serverOf({ group, version })?.isAvailable)
      return { type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' };
    return { type: 'Available', status: 'False', ...whyUnavailable(stored, this.objects) };
  }
}

/** Hands a request on. */
export function serveExtension(context: RequestContext, server: ExtensionServer): ApiResponse {
  if (!server.isAvailable) return refuse(context, 'decode', UNAVAILABLE);
  return { code: 200, body: server.answer(context) };
}

/** Where the objects of a server that has some are found, and what it says of one that it does not have. */
export interface ServedObjects {
  list(kind: KindDefinition, namespace: string | undefined): readonly Stored[];
  missing(kind: KindDefinition, namespace: string | undefined, name: string): Status;
}

/** `get` and `list` of objects. */
export function answerObjects(context: RequestContext, objects: ServedObjects): KubeObject {
  const { request, kind } = context;
  const { namespace, name } = request;
  if (request.subresource) return refuse(context, 'decode', NO_RESOURCE);
  if (request.verb === 'get') {
    const found = objects.list(kind, namespace).find(({ metadata }) => metadata.name === name);
    return found ?? refuse(context, 'store', objects.missing(kind, namespace, name ?? ''));
  }
  const selection = parseSelection(kind, { namespace, ...request.options });
  if (isStatus(selection)) return refuse(context, 'decode', selection);
  // Items of a list of a typed server say no kind of their own.
  const items = objects
    .list(kind, namespace)
    .filter((object) => isSelected(kind, selection, object))
    .map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item);
  const { group, version } = kind;
  const body = { kind: `${kind.kind}List`, apiVersion: `${group}/${version}`, metadata: {}, items };
  return body as unknown as KubeObject;
}

/** Said by servers that name objects with their namespace. */
export const missingObject = (resource: string, namespace: string | undefined, name: string): Status =>
  notFound(resource, namespace ? `${namespace}/${name}` : name);
