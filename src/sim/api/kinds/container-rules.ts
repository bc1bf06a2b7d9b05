/** Rules of containers: ports, environment, mounts, probes, resources. Upstream: pkg/apis/core/validation/validation.go. */
import type { Container, ContainerPort, EnvVar, Probe, VolumeMount } from 'kubernetes-types/core/v1';
import { keyFaults, validateName } from '../names.ts';
import { compareQuantities, parseQuantity, QUANTITY_TEXT } from '../quantity.ts';
import { isPort, notNegative, oneOf, PORT_TEXT, portErrors, portNameFaults } from '../rules.ts';
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const ENV_NAME = /^[ -<>-~]+$/;
const ENV_TEXT = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const SOURCES_OF_VALUES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef'] as const;

export interface ContainerScope {
  /** Volumes of the pod, by name. */
  readonly volumes: ReadonlySet<string>;
  /** Names of the containers before this one. */
  readonly names: Set<string>;
  readonly isHostNetwork: boolean;
}

export function validateContainer(container: Container, path: string, scope: ContainerScope): readonly FieldError[] {
  const { name, image } = container;
  const errors: FieldError[] = [...validateName(`${path}.name`, name, 'label')];
  if (!image) errors.push(fieldRequired(`${path}.image`));
  else if (image.trim() !== image) {
    errors.push(fieldInvalid(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  }
  if (name && scope.names.has(name)) errors.push(fieldDuplicate(`${path}.name`, name));
  scope.names.add(name);
  errors.push(
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']),
    ...validatePorts(container.ports ?? [], `${path}.ports`, scope.isHostNetwork),
    ...(container.env ?? []).flatMap((env, index) => validateEnv(env, `${path}.env[${index}]`)),
    ...validateEnvFrom(container, path),
    ...validateMounts(container.volumeMounts ?? [], `${path}.volumeMounts`, scope.volumes),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...validateResources(container.resources, `${path}.resources`),
  );
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[hook];
    if (handler) errors.push(...validateHandler(handler, `${path}.lifecycle.${hook}`));
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    errors.push(...validateProbe(container[probe], `${path}.${probe}`, probe !== 'readinessProbe'));
  }
  return errors;
}

function validatePorts(ports: readonly ContainerPort[], path: string, isHostNetwork: boolean): readonly FieldError[] {
  const names = new Set<string>();
  const hostPorts = new Set<string>();
  return ports.flatMap((port, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    if (port.name) {
      const faults = portNameFaults(port.name);
      if (faults.length > 0) errors.push(...faults.map((text) => fieldInvalid(`${field}.name`, port.name, text)));
      else if (names.has(port.name)) errors.push(fieldDuplicate(`${field}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(fieldRequired(`${field}.containerPort`));
    else if (!isPort(port.containerPort))
      errors.push(fieldInvalid(`${field}.containerPort`, port.containerPort, PORT_TEXT));
    if (port.hostPort) {
      const host = `${port.protocol ?? 'TCP'}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (!isPort(port.hostPort)) errors.push(fieldInvalid(`${field}.hostPort`, port.hostPort, PORT_TEXT));
      else if (isHostNetwork && port.hostPort !== port.containerPort) {
        errors.push(
          fieldInvalid(
            `${field}.containerPort`,
            port.containerPort,
            'must match `hostPort` when `hostNetwork` is true',
          ),
        );
      } else if (hostPorts.has(host)) errors.push(fieldDuplicate(`${field}.hostPort`, host));
      hostPorts.add(host);
    }
    return [...errors, ...oneOf(`${field}.protocol`, port.protocol, PROTOCOLS)];
  });
}

function validateEnv(env: EnvVar, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!env.name) errors.push(fieldRequired(`${path}.name`));
  else if (!ENV_NAME.test(env.name)) errors.push(fieldInvalid(`${path}.name`, env.name, ENV_TEXT));
  const { valueFrom } = env;
  if (!valueFrom) return errors;
  const field = `${path}.valueFrom`;
  const sources = SOURCES_OF_VALUES.filter((source) => valueFrom[source]);
  if (env.value) errors.push(fieldInvalid(field, '', 'may not be specified when `value` is not empty'));
  else if (sources.length === 0 && Object.keys(valueFrom).length === 0) {
    errors.push(
      fieldInvalid(
        field,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ),
    );
  } else if (sources.length > 1) {
    errors.push(fieldInvalid(field, '', 'may not have more than one field specified at a time'));
  }
  for (const source of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const ref = valueFrom[source];
    if (!ref) continue;
    if (!ref.name) errors.push(fieldRequired(`${field}.${source}.name`));
    if (!ref.key) errors.push(fieldRequired(`${field}.${source}.key`));
  }
  if (valueFrom.fieldRef && !valueFrom.fieldRef.fieldPath) errors.push(fieldRequired(`${field}.fieldRef.fieldPath`));
  if (valueFrom.resourceFieldRef && !valueFrom.resourceFieldRef.resource) {
    errors.push(fieldRequired(`${field}.resourceFieldRef.resource`));
  }
  return errors;
}

function validateEnvFrom({ envFrom = [] }: Container, path: string): readonly FieldError[] {
  return envFrom.flatMap(({ configMapRef, secretRef }, index) => {
    const field = `${path}.envFrom[${index}]`;
    if (!configMapRef && !secretRef) {
      return [fieldInvalid(field, '', 'must specify one of: `configMapRef` or `secretRef`')];
    }
    if (configMapRef && secretRef) {
      return [fieldInvalid(field, '', 'may not have more than one field specified at a time')];
    }
    const source = configMapRef ? 'configMapRef' : 'secretRef';
    return validateName(`${field}.${source}.name`, (configMapRef ?? secretRef)!.name, 'subdomain');
  });
}

function validateMounts(
  mounts: readonly VolumeMount[],
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    if (!mount.name) errors.push(fieldRequired(`${field}.name`));
    else if (!volumes.has(mount.name)) {
      const message = `Not found: ${JSON.stringify(mount.name)}`;
      errors.push({ type: 'FieldValueNotFound', field: `${field}.name`, message });
    }
    if (!mount.mountPath) errors.push(fieldRequired(`${field}.mountPath`));
    else if (paths.has(mount.mountPath))
      errors.push(fieldInvalid(`${field}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (mount.subPath?.startsWith('/'))
      errors.push(fieldInvalid(`${field}.subPath`, mount.subPath, 'must be a relative path'));
    else if (mount.subPath?.split('/').includes('..')) {
      errors.push(fieldInvalid(`${field}.subPath`, mount.subPath, "must not contain '..'"));
    }
    return errors;
  });
}

const STANDARD_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

function resourceNameErrors(name: string, field: string): readonly FieldError[] {
  const faults = keyFaults(name);
  if (faults.length > 0) return faults.map((text) => fieldInvalid(field, name, text));
  if (name.includes('/') || STANDARD_RESOURCES.includes(name) || name.startsWith('hugepages-')) return [];
  return [
    fieldInvalid(field, name, 'must be a standard resource type or fully qualified'),
    fieldInvalid(field, name, 'must be a standard resource for containers'),
  ];
}

type Quantities = Readonly<Record<string, string | number>>;

/** Requests and limits of a container or of a pod. */
export function validateResources(
  resources: { readonly limits?: Quantities; readonly requests?: Quantities } | undefined,
  path: string,
): readonly FieldError[] {
  const { limits = {}, requests = {} } = resources ?? {};
  const errors: FieldError[] = [];
  const checkSide = (side: 'limits' | 'requests', values: Quantities): void => {
    for (const [name, value] of Object.entries(values)) {
      const field = `${path}.${side}[${name}]`;
      const parsed = parseQuantity(value);
      errors.push(...resourceNameErrors(name, field));
      if (parsed === undefined) errors.push(fieldInvalid(field, value, QUANTITY_TEXT));
      else if (parsed < 0) errors.push(fieldInvalid(field, String(value), 'must be greater than or equal to 0'));
      else if (name.includes('/') && !Number.isInteger(parsed)) {
        errors.push(fieldInvalid(field, value, 'must be an integer'));
      }
    }
  };
  checkSide('limits', limits);
  checkSide('requests', requests);
  if (errors.length > 0) return errors;
  for (const [name, value] of Object.entries(requests)) {
    const limit = limits[name];
    const isExact = name.includes('/') || name.startsWith('hugepages-');
    if (limit === undefined) {
      if (isExact) errors.push(fieldRequired(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (isExact && compareQuantities(value, limit) !== 0) {
      errors.push(fieldInvalid(`${path}.requests`, String(value), `must be equal to ${name} limit of ${limit}`));
    } else if (compareQuantities(value, limit) > 0) {
      errors.push(
        fieldInvalid(`${path}.requests`, String(value), `must be less than or equal to ${name} limit of ${limit}`),
      );
    }
  }
  return errors;
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & {
  readonly sleep?: { readonly seconds: number };
};

function validateHandler(handler: Handler, path: string): readonly FieldError[] {
  const [first, ...others] = HANDLERS.filter((name) => handler[name]);
  if (!first) return [fieldRequired(path, 'must specify a handler type')];
  const errors = others.map((name) => fieldForbidden(`${path}.${name}`, 'may not specify more than 1 handler type'));
  const { exec, httpGet, tcpSocket, grpc } = handler;
  const field = `${path}.${first}`;
  switch (first) {
    case 'exec':
      if ((exec?.command ?? []).length === 0) errors.push(fieldRequired(`${field}.command`));
      break;
    case 'httpGet':
      if (!httpGet?.path) errors.push(fieldRequired(`${field}.path`));
      errors.push(...portErrors(`${field}.port`, httpGet?.port));
      errors.push(...oneOf(`${field}.scheme`, httpGet?.scheme, ['HTTP', 'HTTPS']));
      break;
    case 'tcpSocket':
      errors.push(...portErrors(`${field}.port`, tcpSocket?.port));
      break;
    case 'grpc':
      errors.push(...portErrors(`${field}.port`, grpc?.port));
      break;
    case 'sleep':
      break;
  }
  return errors;
}

function validateProbe(probe: Probe | undefined, path: string, mustSucceedOnce: boolean): readonly FieldError[] {
  if (!probe) return [];
  const errors = [...validateHandler(probe, path)];
  const counts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
  for (const field of counts as readonly (keyof Probe)[]) {
    errors.push(...notNegative(`${path}.${field}`, probe[field] as number | undefined));
  }
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) {
    errors.push(fieldInvalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  }
  if (mustSucceedOnce && (probe.successThreshold ?? 1) !== 1) {
    errors.push(fieldInvalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}
