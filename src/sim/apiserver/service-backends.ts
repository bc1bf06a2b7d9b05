/**
 * Which addresses stand behind an APIService, and why none does.
 * Upstream: kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go (sync).
 */
import type { Service } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { KubeObject, Stored } from '../api/object.ts';
import type { PolicySource } from './authorization/rbac.ts';

/** Of apiregistration.k8s.io/v1, which `kubernetes-types` does not have. */
export interface ApiService extends KubeObject {
  readonly spec?: {
    readonly group?: string;
    readonly version?: string;
    readonly versionPriority?: number;
    readonly service?: { readonly namespace?: string; readonly name?: string; readonly port?: number };
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

export interface Backend {
  readonly ip: string;
  readonly port: number;
}

type Backends =
  | { readonly ok: true; readonly found: readonly Backend[] }
  | { readonly ok: false; readonly reason: string; readonly message: string };

const HTTPS = 443;

/** Ready endpoints of the Service that an APIService names. */
export function backendsOf({ spec }: ApiService, objects: PolicySource): Backends {
  const { namespace = '', name = '', port = HTTPS } = spec?.service ?? {};
  const where = `service/${name} in ${JSON.stringify(namespace)}`;
  const service = objects.find('services', namespace, name) as Stored<Service> | undefined;
  if (!service) return { ok: false, reason: 'ServiceNotFound', message: `${where} is not present` };
  const asked = service.spec?.ports?.find((item) => item.port === port);
  if (!asked) return { ok: false, reason: 'ServicePortError', message: `${where} is not listening on port ${port}` };
  const slices = ([...objects.list('endpointslices.discovery.k8s.io', namespace)] as Stored<EndpointSlice>[]).filter(
    ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name,
  );
  if (slices.length === 0)
    return { ok: false, reason: 'EndpointsNotFound', message: `cannot find endpointslices for ${where}` };
  const portName = asked.name ?? '';
  const found = slices.flatMap(({ endpoints = [], ports = [] }): readonly Backend[] => {
    const open = ports.find((item) => (item.name ?? '') === portName)?.port;
    if (open === undefined) return [];
    return (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.slice(0, 1).map((ip) => ({ ip, port: open })));
  });
  if (found.length > 0) return { ok: true, found };
  const message = `endpointslices for ${where} have no addresses with port name ${JSON.stringify(portName)}`;
  return { ok: false, reason: 'MissingEndpoints', message };
}

/** Of an APIService that does not answer: what the first failing check says. */
export function whyUnavailable(
  stored: ApiService,
  objects: PolicySource,
): { readonly reason: string; readonly message: string } {
  const backends = backendsOf(stored, objects);
  if (!backends.ok) return { reason: backends.reason, message: backends.message };
  const { group = '', version = '' } = stored.spec ?? {};
  const { ip, port } = backends.found[0]!;
  const url = `https://${ip}:${port}/apis/${group}/${version}`;
  const message = `failing or missing response from ${url}: Get ${JSON.stringify(url)}: dial tcp ${ip}:${port}: connect: connection refused`;
  return { reason: 'FailedDiscoveryCheck', message };
}
