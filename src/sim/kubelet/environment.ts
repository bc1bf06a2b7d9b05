/**
 * The environment and the command line of a container. Upstream: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables),
 * pkg/kubelet/envvars, third_party/forked/golang/expansion. Left out: fileKeyRef (alpha).
 */
import type { ConfigMap, Container, EnvVar, EnvVarSource, Pod, Secret, Service } from 'kubernetes-types/core/v1';
import { decodeBase64 } from '../api/encoding.ts';
import type { Stored } from '../api/object.ts';
import { milliValue, wholeValue } from '../api/quantity.ts';
import type { Client } from '../client/index.ts';

export interface EnvironmentFacts {
  readonly client: Client;
  readonly services: Iterable<Stored<Service>>;
  readonly podIp: string;
  readonly hostIp: string;
  readonly allocatable: Readonly<Record<string, string>>;
}

export type Environment =
  | { readonly ok: true; readonly variables: Readonly<Record<string, string>> }
  /** The message of CreateContainerConfigError. */
  | { readonly ok: false; readonly message: string };

class Missing extends Error {}

export function environmentOf(pod: Stored<Pod>, spec: Container, facts: EnvironmentFacts): Environment {
  const builder = new Builder(pod, spec, facts);
  try {
    return { ok: true, variables: builder.build() };
  } catch (error) {
    if (error instanceof Missing) return { ok: false, message: error.message };
    throw error;
  }
}

class Builder {
  private readonly values: Record<string, string> = {};
  private readonly maps = new Map<string, Readonly<Record<string, string>> | undefined>();

  constructor(
    private readonly pod: Stored<Pod>,
    private readonly spec: Container,
    private readonly facts: EnvironmentFacts,
  ) {}

  build(): Readonly<Record<string, string>> {
    const { pod, spec, facts } = this;
    const { namespace } = pod.metadata;
    const linked = serviceVariables(facts.services, namespace!, pod.spec?.enableServiceLinks ?? true);
    for (const { prefix = '', configMapRef, secretRef } of spec.envFrom ?? []) {
      const [resource, reference] = configMapRef
        ? (['configmaps', configMapRef] as const)
        : (['secrets', secretRef] as const);
      const data = this.data(resource, reference?.name ?? '', reference?.optional ?? false);
      for (const [key, value] of Object.entries(data ?? {})) this.values[prefix + key] = value;
    }
    for (const variable of spec.env ?? []) {
      const value = this.value(variable, linked);
      if (value !== undefined) this.values[variable.name] = value;
    }
    return { ...linked, ...this.values };
  }

  private value({ value, valueFrom }: EnvVar, linked: Readonly<Record<string, string>>): string | undefined {
    if (valueFrom) return this.fromSource(valueFrom);
    return expandReferences(value ?? '', (name) => this.values[name] ?? linked[name]);
  }

  private fromSource({ fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef }: EnvVarSource): string | undefined {
    const { pod, facts } = this;
    if (fieldRef) return fieldOf(pod, fieldRef.fieldPath, facts);
    if (resourceFieldRef) {
      const { containerName, resource, divisor } = resourceFieldRef;
      const spec = (pod.spec?.containers ?? []).find(({ name }) => name === containerName) ?? this.spec;
      return resourceOf(spec, resource, divisor, facts.allocatable);
    }
    if (configMapKeyRef) return this.key('configmaps', configMapKeyRef);
    return secretKeyRef ? this.key('secrets', secretKeyRef) : undefined;
  }

  private key(
    resource: 'configmaps' | 'secrets',
    { name = '', key, optional = false }: { name?: string; key: string; optional?: boolean },
  ): string | undefined {
    const data = this.data(resource, name, optional);
    if (data && key in data) return data[key];
    if (optional) return undefined;
    const title = resource === 'configmaps' ? 'ConfigMap' : 'Secret';
    throw new Missing(`couldn't find key ${key} in ${title} ${this.pod.metadata.namespace}/${name}`);
  }

  private data(
    resource: 'configmaps' | 'secrets',
    name: string,
    isOptional: boolean,
  ): Readonly<Record<string, string>> | undefined {
    const known = `${resource}/${name}`;
    if (!this.maps.has(known))
      this.maps.set(known, textsOf(this.facts.client, resource, this.pod.metadata.namespace!, name));
    const data = this.maps.get(known);
    if (!data && !isOptional)
      throw new Missing(`${resource === 'configmaps' ? 'configmap' : 'secret'} "${name}" not found`);
    return data;
  }
}

/** Keys and texts of a ConfigMap or a Secret; undefined when there is none. */
export function textsOf(
  client: Client,
  resource: 'configmaps' | 'secrets',
  namespace: string,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const found = client.get(resource, namespace, name);
  if (!found.ok) return undefined;
  const { data = {}, binaryData = {} } = found.object as Pick<ConfigMap & Secret, 'data' | 'binaryData'>;
  const decoded = (values: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(values).map(([key, value]) => [key, decodeBase64(value)]);
  return Object.fromEntries(
    resource === 'secrets' ? decoded(data) : [...Object.entries(data), ...decoded(binaryData)],
  ) as Readonly<Record<string, string>>;
}

/** `$(NAME)` becomes its value where there is one; `$$` is a dollar sign. */
export function expandReferences(text: string, valueOf: (name: string) => string | undefined): string {
  return text.replace(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (valueOf(name) ?? whole),
  );
}

/** `{NAME}_SERVICE_HOST` and the rest, of Services of the namespace; of `kubernetes` always. */
function serviceVariables(
  services: Iterable<Stored<Service>>,
  namespace: string,
  isLinked: boolean,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  const sorted = [...services]
    .filter(({ metadata }) =>
      metadata.namespace === 'default' && metadata.name === 'kubernetes'
        ? true
        : isLinked && metadata.namespace === namespace,
    )
    .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  for (const { metadata, spec } of sorted) {
    const ip = spec?.clusterIP;
    const ports = spec?.ports ?? [];
    if (!ip || ip === 'None' || ports.length === 0) continue;
    const name = metadata.name.toUpperCase().replaceAll('-', '_');
    variables[`${name}_SERVICE_HOST`] = ip;
    variables[`${name}_SERVICE_PORT`] = String(ports[0]!.port);
    for (const port of ports)
      if (port.name)
        variables[`${name}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
    variables[`${name}_PORT`] = `${(ports[0]!.protocol ?? 'TCP').toLowerCase()}://${ip}:${ports[0]!.port}`;
    for (const { port, protocol = 'TCP' } of ports) {
      const prefix = `${name}_PORT_${port}_${protocol}`;
      variables[prefix] = `${protocol.toLowerCase()}://${ip}:${port}`;
      variables[`${prefix}_PROTO`] = protocol.toLowerCase();
      variables[`${prefix}_PORT`] = String(port);
      variables[`${prefix}_ADDR`] = ip;
    }
  }
  return variables;
}

/** A field of the downward API. */
export function fieldOf(
  pod: Stored<Pod>,
  path: string,
  { podIp, hostIp }: Pick<EnvironmentFacts, 'podIp' | 'hostIp'>,
): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2]!] ?? '';
  const listed = (values: Readonly<Record<string, string>> | undefined): string =>
    Object.entries(values ?? {})
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join('\n');
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'metadata.labels': listed(metadata.labels),
    'metadata.annotations': listed(metadata.annotations),
    'spec.nodeName': spec?.nodeName,
    'spec.serviceAccountName': spec?.serviceAccountName,
    'status.hostIP': hostIp,
    'status.hostIPs': hostIp,
    'status.podIP': podIp,
    'status.podIPs': podIp,
  };
  return fields[path] ?? '';
}

/** `limits.cpu` and its kin, divided and rounded up; a limit that is not set is what the node can give. */
export function resourceOf(
  spec: Container,
  resource: string,
  divisor: string | undefined,
  allocatable: Readonly<Record<string, string>>,
): string {
  const [kind = 'limits', ...rest] = resource.split('.');
  const name = rest.join('.');
  const { requests = {}, limits = {} } = spec.resources ?? {};
  const amount = kind === 'limits' ? (limits[name] ?? allocatable[name]) : requests[name];
  const unit = divisor === undefined || divisor === '0' ? '1' : divisor;
  const value = name === 'cpu' ? milliValue(amount) / milliValue(unit) : wholeValue(amount) / wholeValue(unit);
  return String(Math.ceil(value) || 0);
}
