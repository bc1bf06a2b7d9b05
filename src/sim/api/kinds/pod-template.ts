/**
 * What Pods and pod templates have in common: defaults and rules.
 * Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/core/validation/validation.go.
 * Left out: security contexts, resource claims, ephemeral containers, most volume sources beyond their names.
 */
import type { Container, ContainerPort, PodSpec, Probe, Volume } from 'kubernetes-types/core/v1';
import { compareQuantities, parseQuantity, QUANTITY_TEXT } from '../quantity.ts';
import { fieldDuplicate, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const ENV_NAME = /^[^=\u0000-\u001f\u007f]+$/;

/** Sets a field that is missing; never writes one that is there, which may belong to a stored object. */
export function setDefault<T extends object, K extends keyof T>(target: T, field: K, value: T[K]): void {
  if (target[field] === undefined || target[field] === null) target[field] = value;
}

function defaultProbe(probe: Probe | undefined): void {
  if (!probe) return;
  setDefault(probe, 'timeoutSeconds', 1);
  setDefault(probe, 'periodSeconds', 10);
  setDefault(probe, 'successThreshold', 1);
  setDefault(probe, 'failureThreshold', 3);
  if (probe.httpGet) {
    setDefault(probe.httpGet, 'path', '/');
    setDefault(probe.httpGet, 'scheme', 'HTTP');
  }
}

/** Always for `latest` and for no tag at all, unless a digest is given. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultContainer(container: Container): void {
  setDefault(container, 'imagePullPolicy', defaultPullPolicy(container.image ?? ''));
  setDefault(container, 'terminationMessagePath', '/dev/termination-log');
  setDefault(container, 'terminationMessagePolicy', 'File');
  setDefault(container, 'resources', {});
  for (const port of container.ports ?? []) setDefault(port, 'protocol', 'TCP');
  for (const env of container.env ?? []) {
    if (env.valueFrom?.fieldRef) setDefault(env.valueFrom.fieldRef, 'apiVersion', 'v1');
  }
  defaultProbe(container.livenessProbe);
  defaultProbe(container.readinessProbe);
  defaultProbe(container.startupProbe);
}

function defaultVolume(volume: Volume): void {
  const sources = Object.keys(volume).filter((key) => key !== 'name');
  if (sources.length === 0) volume.emptyDir = {};
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) {
    if (source) setDefault(source, 'defaultMode', 420);
  }
  if (volume.hostPath) setDefault(volume.hostPath, 'type', '');
}

export function defaultPodSpec(spec: PodSpec): void {
  setDefault(spec, 'dnsPolicy', 'ClusterFirst');
  setDefault(spec, 'restartPolicy', 'Always');
  setDefault(spec, 'securityContext', {});
  setDefault(spec, 'terminationGracePeriodSeconds', 30);
  setDefault(spec, 'schedulerName', 'default-scheduler');
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    defaultContainer(container);
    if (spec.hostNetwork) for (const port of container.ports ?? []) setDefault(port, 'hostPort', port.containerPort);
  }
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

/** For Pods themselves: what is limited and not requested is requested as it is limited. */
export function defaultRequests(spec: PodSpec): void {
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const { limits, requests } = container.resources ?? {};
    const missing = Object.entries(limits ?? {}).filter(([name]) => requests?.[name] === undefined);
    if (missing.length > 0)
      container.resources = { ...container.resources, requests: { ...requests, ...Object.fromEntries(missing) } };
  }
}

export function validatePodSpec(spec: PodSpec | undefined, path: string): readonly FieldError[] {
  if (!spec) return [fieldRequired(`${path}.containers`)];
  const errors: FieldError[] = [];
  const volumes = new Set<string>();
  (spec.volumes ?? []).forEach((volume, index) => {
    const field = `${path}.volumes[${index}].name`;
    errors.push(...nameErrors(volume.name, field));
    if (volumes.has(volume.name)) errors.push(fieldDuplicate(field, volume.name));
    volumes.add(volume.name);
  });
  if ((spec.containers ?? []).length === 0) errors.push(fieldRequired(`${path}.containers`));
  const names = new Set<string>();
  (spec.containers ?? []).forEach((container, index) =>
    errors.push(...validateContainer(container, `${path}.containers[${index}]`, volumes, names)),
  );
  (spec.initContainers ?? []).forEach((container, index) =>
    errors.push(...validateContainer(container, `${path}.initContainers[${index}]`, volumes, names)),
  );
  errors.push(...supported(spec.restartPolicy, `${path}.restartPolicy`, ['Always', 'OnFailure', 'Never']));
  errors.push(
    ...supported(spec.dnsPolicy, `${path}.dnsPolicy`, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
  );
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    errors.push(
      fieldInvalid(
        `${path}.terminationGracePeriodSeconds`,
        spec.terminationGracePeriodSeconds,
        'must be greater than or equal to 0',
      ),
    );
  }
  (spec.tolerations ?? []).forEach((toleration, index) => {
    const field = `${path}.tolerations[${index}]`;
    if (!toleration.key && toleration.operator !== 'Exists') {
      errors.push(
        fieldInvalid(
          `${field}.operator`,
          toleration.operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    }
    errors.push(
      ...supported(toleration.effect || undefined, `${field}.effect`, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
    );
  });
  return errors;
}

function supported(value: string | undefined, field: string, allowed: readonly string[]): readonly FieldError[] {
  return value === undefined || allowed.includes(value) ? [] : [fieldNotSupported(field, value, [...allowed].sort())];
}

function nameErrors(name: string | undefined, field: string): readonly FieldError[] {
  if (!name) return [fieldRequired(field)];
  if (name.length > 63) return [fieldInvalid(field, name, 'must be no more than 63 characters')];
  return LABEL.test(name) ? [] : [fieldInvalid(field, name, LABEL_TEXT)];
}

function validateContainer(
  container: Container,
  path: string,
  volumes: ReadonlySet<string>,
  names: Set<string>,
): readonly FieldError[] {
  const errors: FieldError[] = [...nameErrors(container.name, `${path}.name`)];
  if (container.name && names.has(container.name)) errors.push(fieldDuplicate(`${path}.name`, container.name));
  names.add(container.name);
  if (!container.image) errors.push(fieldRequired(`${path}.image`));
  else if (container.image.trim() !== container.image) {
    errors.push(fieldInvalid(`${path}.image`, container.image, 'must not have leading or trailing whitespace'));
  }
  errors.push(...supported(container.imagePullPolicy, `${path}.imagePullPolicy`, ['Always', 'IfNotPresent', 'Never']));
  errors.push(...validatePorts(container.ports ?? [], `${path}.ports`));
  (container.env ?? []).forEach((env, index) => {
    if (!env.name) errors.push(fieldRequired(`${path}.env[${index}].name`));
    else if (!ENV_NAME.test(env.name))
      errors.push(
        fieldInvalid(
          `${path}.env[${index}].name`,
          env.name,
          "a valid environment variable name must consist only of printable ASCII characters other than '='",
        ),
      );
    if (env.value && env.valueFrom)
      errors.push(
        fieldInvalid(`${path}.env[${index}].valueFrom`, '', 'may not be specified when `value` is not empty'),
      );
  });
  const mounts = new Set<string>();
  (container.volumeMounts ?? []).forEach((mount, index) => {
    const field = `${path}.volumeMounts[${index}]`;
    if (!mount.name) errors.push(fieldRequired(`${field}.name`));
    else if (!volumes.has(mount.name))
      errors.push({
        type: 'FieldValueNotFound',
        field: `${field}.name`,
        message: `Not found: ${JSON.stringify(mount.name)}`,
      });
    if (!mount.mountPath) errors.push(fieldRequired(`${field}.mountPath`));
    else if (mounts.has(mount.mountPath))
      errors.push(fieldInvalid(`${field}.mountPath`, mount.mountPath, 'must be unique'));
    mounts.add(mount.mountPath);
  });
  errors.push(...validateResources(container, path));
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    errors.push(...validateProbe(container[name], `${path}.${name}`, name !== 'readinessProbe'));
  }
  return errors;
}

function validatePorts(ports: readonly ContainerPort[], path: string): readonly FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    if (port.name) {
      if (port.name.length > 15)
        errors.push(fieldInvalid(`${field}.name`, port.name, 'must be no more than 15 characters'));
      else if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(port.name)) {
        errors.push(
          fieldInvalid(
            `${field}.name`,
            port.name,
            'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
          ),
        );
      } else if (!/[a-z]/.test(port.name))
        errors.push(fieldInvalid(`${field}.name`, port.name, 'must contain at least one letter (a-z)'));
      if (names.has(port.name)) errors.push(fieldDuplicate(`${field}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) errors.push(fieldRequired(`${field}.containerPort`));
    else if (!isPort(port.containerPort))
      errors.push(fieldInvalid(`${field}.containerPort`, port.containerPort, PORT_TEXT));
    if (port.hostPort !== undefined && port.hostPort !== 0 && !isPort(port.hostPort)) {
      errors.push(fieldInvalid(`${field}.hostPort`, port.hostPort, PORT_TEXT));
    }
    errors.push(...supported(port.protocol, `${field}.protocol`, ['TCP', 'UDP', 'SCTP']));
    return errors;
  });
}

export const PORT_TEXT = 'must be between 1 and 65535, inclusive';

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65535;
}

function validateResources(container: Container, path: string): readonly FieldError[] {
  const { limits = {}, requests = {} } = container.resources ?? {};
  const errors: FieldError[] = [];
  const checkAll = (side: 'limits' | 'requests', values: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(values)) {
      const field = `${path}.resources.${side}[${name}]`;
      const parsed = parseQuantity(value);
      if (parsed === undefined) errors.push(fieldInvalid(field, value, QUANTITY_TEXT));
      else if (parsed < 0) errors.push(fieldInvalid(field, String(value), 'must be greater than or equal to 0'));
    }
  };
  checkAll('limits', limits);
  checkAll('requests', requests);
  if (errors.length > 0) return errors;
  for (const [name, value] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && compareQuantities(value, limit) > 0) {
      errors.push(
        fieldInvalid(
          `${path}.resources.requests`,
          String(value),
          `must be less than or equal to ${name} limit of ${limit}`,
        ),
      );
    }
  }
  return errors;
}

function validateProbe(probe: Probe | undefined, path: string, mustSucceedOnce: boolean): readonly FieldError[] {
  if (!probe) return [];
  const errors: FieldError[] = [];
  const handlers = [probe.exec, probe.httpGet, probe.tcpSocket, probe.grpc].filter(Boolean);
  if (handlers.length === 0) errors.push(fieldRequired(path, 'must specify a handler type'));
  if (handlers.length > 1)
    errors.push({
      type: 'FieldValueForbidden',
      field: `${path}.tcpSocket`,
      message: 'Forbidden: may not specify more than 1 handler type',
    });
  if (probe.httpGet && !probe.httpGet.port) errors.push(fieldRequired(`${path}.httpGet.port`));
  if (mustSucceedOnce && (probe.successThreshold ?? 1) !== 1)
    errors.push(fieldInvalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    if ((probe[field] ?? 0) < 0)
      errors.push(fieldInvalid(`${path}.${field}`, probe[field], 'must be greater than or equal to 0'));
  }
  return errors;
}
