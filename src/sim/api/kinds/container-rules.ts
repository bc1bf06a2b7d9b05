/**
 * Rules of containers: ports, environment, mounts, images. Upstream: pkg/apis/core/validation/validation.go
 * (validateContainerCommon, validateContainers, validateInitContainers).
 */
import type {
  Container,
  ContainerPort,
  EnvFromSource,
  EnvVar,
  PodSpec,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1';
import { nameFaults, validateName } from '../names.ts';
import { configKeyFaults, descendingPathErrors, isPort, oneOf, PORT_TEXT, portNameFaults } from '../rules.ts';
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotFound,
  fieldNotSupported,
  fieldRequired,
  type FieldError,
} from '../status.ts';
import { validateFieldRef, validateResourceRef, VARIABLE_FIELDS } from './downward-rules.ts';
import { validateLifecycle, validateProbes } from './probe-rules.ts';
import { validateResources } from './resource-rules.ts';
import { validateSecurityContext } from './security-rules.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const ENV_NAME = /^[ -<>-~]+$/;
const ENV_TEXT = "a valid environment variable name must consist only of printable ASCII characters other than '='";

export interface ContainerScope {
  /** Volumes of the pod that are right, by name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly spec: PodSpec;
}

type Container135 = Container & { readonly restartPolicyRules?: readonly object[] };

/** What any container must be. */
function validateCommon(container: Container, path: string, { volumes, spec }: ContainerScope): readonly FieldError[] {
  return [
    ...validateName(`${path}.name`, container.name, 'label'),
    ...(container.image ? [] : [fieldRequired(`${path}.image`)]),
    ...oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError']),
    ...validatePorts(container.ports ?? [], `${path}.ports`),
    ...(container.env ?? []).flatMap((env, index) => validateEnv(env, `${path}.env[${index}]`)),
    ...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...validateMounts(container, `${path}.volumeMounts`, volumes),
    ...validateDevices(container, `${path}.volumeDevices`, volumes),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...validateResources(container.resources, `${path}.resources`, spec.resourceClaims),
    ...validateResizePolicy(container, `${path}.resizePolicy`, spec.restartPolicy),
    ...validateSecurityContext(container.securityContext, `${path}.securityContext`, spec.hostUsers ?? true),
  ];
}

export function validateContainers(path: string, scope: ContainerScope): readonly FieldError[] {
  const containers = scope.spec.containers ?? [];
  if (containers.length === 0) return [fieldRequired(path)];
  const names = new Set<string>();
  const errors = containers.flatMap((container, index) => {
    const field = `${path}[${index}]`;
    const isKnown = names.has(container.name);
    names.add(container.name);
    return [
      ...validateCommon(container, field, scope),
      ...(isKnown ? [fieldDuplicate(`${field}.name`, container.name)] : []),
      ...validateLifecycle(container.lifecycle, scope.spec, `${field}.lifecycle`),
      ...validateProbes(container, field),
      ...validateRestartPolicy(container, field),
    ];
  });
  return [...errors, ...hostPortErrors(containers, path)];
}

export function validateInitContainers(path: string, scope: ContainerScope): readonly FieldError[] {
  const names = new Set((scope.spec.containers ?? []).map(({ name }) => name));
  return (scope.spec.initContainers ?? []).flatMap((container, index) => {
    const field = `${path}[${index}]`;
    const isKnown = names.has(container.name);
    if (container.name) names.add(container.name);
    return [
      ...validateCommon(container, field, scope),
      ...validateRestartPolicy(container, field),
      ...(isKnown ? [fieldDuplicate(`${field}.name`, container.name)] : []),
      ...hostPortErrors([container], path),
      ...(container.restartPolicy === 'Always'
        ? [
            ...validateLifecycle(container.lifecycle, scope.spec, `${field}.lifecycle`),
            ...validateProbes(container, field),
          ]
        : onlyForSidecars(container, field)),
    ];
  });
}

/** Init containers that end have no life to hook into or to probe. */
function onlyForSidecars(container: Container, field: string): readonly FieldError[] {
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((part) => container[part])
    .map((part) =>
      fieldForbidden(`${field}.${part}`, 'may not be set for init containers without restartPolicy=Always'),
    );
}

/** Only Pods themselves refuse images with blanks around them; templates may hold a token there. */
export function imageErrors(containers: readonly Container[] = [], path: string): readonly FieldError[] {
  return containers.flatMap(({ image = '' }, index) =>
    image.trim() === image
      ? []
      : [fieldInvalid(`${path}[${index}].image`, image, 'must not have leading or trailing whitespace')],
  );
}

function validateRestartPolicy(container: Container135, field: string): readonly FieldError[] {
  const { restartPolicy, restartPolicyRules = [] } = container;
  if (restartPolicy === undefined) {
    if (restartPolicyRules.length === 0) return [];
    return [fieldRequired(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used')];
  }
  return oneOf(`${field}.restartPolicy`, restartPolicy, ['Always', 'Never', 'OnFailure']);
}

function validatePorts(ports: readonly ContainerPort[], path: string): readonly FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    if (port.name) {
      const faults = portNameFaults(port.name);
      if (faults.length > 0) errors.push(...faults.map((text) => fieldInvalid(`${field}.name`, port.name, text)));
      else if (names.has(port.name)) errors.push(fieldDuplicate(`${field}.name`, port.name));
      else names.add(port.name);
    }
    if (!port.containerPort) errors.push(fieldRequired(`${field}.containerPort`));
    else if (!isPort(port.containerPort))
      errors.push(fieldInvalid(`${field}.containerPort`, port.containerPort, PORT_TEXT));
    if (port.hostPort && !isPort(port.hostPort))
      errors.push(fieldInvalid(`${field}.hostPort`, port.hostPort, PORT_TEXT));
    return [...errors, ...oneOf(`${field}.protocol`, port.protocol, PROTOCOLS)];
  });
}

/** The same port of the node twice. Upstream: AccumulateUniqueHostPorts. */
function hostPortErrors(containers: readonly Container[], path: string): readonly FieldError[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ protocol = 'TCP', hostIP = '', hostPort }, position) => {
      if (!hostPort) return [];
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) return [fieldDuplicate(`${path}[${index}].ports[${position}].hostPort`, key)];
      taken.add(key);
      return [];
    }),
  );
}

/** On the node's own network a port is the node's port. A template may leave it open until its pods are made. */
export function hostNetworkErrors(spec: PodSpec, path: string, isPod: boolean): readonly FieldError[] {
  if (!spec.hostNetwork) return [];
  return (spec.containers ?? []).flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort }, position) =>
      hostPort === containerPort || (!isPod && hostPort === 0)
        ? []
        : [
            fieldInvalid(
              `${path}[${index}].ports[${position}].hostPort`,
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ],
    ),
  );
}

function validateEnv(env: EnvVar, path: string): readonly FieldError[] {
  const name = env.name
    ? ENV_NAME.test(env.name)
      ? []
      : [fieldInvalid(`${path}.name`, env.name, ENV_TEXT)]
    : [fieldRequired(`${path}.name`)];
  return [...name, ...validateValueFrom(env, `${path}.valueFrom`)];
}

interface KeyRef {
  readonly name?: string;
  readonly key?: string;
}

interface FileKeyRef {
  readonly volumeName?: string;
  readonly path?: string;
  readonly key?: string;
}

function validateValueFrom({ value, valueFrom }: EnvVar, field: string): readonly FieldError[] {
  if (!valueFrom) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const { fileKeyRef } = valueFrom as { fileKeyRef?: FileKeyRef };
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  const errors: FieldError[] = [
    ...(fieldRef ? validateFieldRef(fieldRef, VARIABLE_FIELDS, `${field}.fieldRef`) : []),
    ...(resourceFieldRef ? validateResourceRef(resourceFieldRef, `${field}.resourceFieldRef`, false) : []),
    ...(configMapKeyRef ? validateKeyRef(configMapKeyRef, `${field}.configMapKeyRef`) : []),
    ...(secretKeyRef ? validateKeyRef(secretKeyRef, `${field}.secretKeyRef`) : []),
    ...(fileKeyRef ? validateFileRef(fileKeyRef, `${field}.fileKeyRef`) : []),
  ];
  if (sources === 0) {
    const text = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.push(fieldInvalid(field, '', text));
  } else if (value) errors.push(fieldInvalid(field, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) {
    errors.push(fieldInvalid(field, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

/** The name is judged even when it is missing, and then it is no subdomain. */
function validateKeyRef({ name = '', key }: KeyRef, field: string): readonly FieldError[] {
  return [
    ...nameFaults('subdomain', name).map((text) => fieldInvalid(`${field}.name`, name, text)),
    ...(key
      ? configKeyFaults(key).map((text) => fieldInvalid(`${field}.key`, key, text))
      : [fieldRequired(`${field}.key`)]),
  ];
}

function validateFileRef({ volumeName, path, key }: FileKeyRef, field: string): readonly FieldError[] {
  return [
    ...(volumeName ? [] : [fieldRequired(`${field}.volumeName`)]),
    ...(path ? descendingPathErrors(`${field}.path`, path) : [fieldRequired(`${field}.path`)]),
    ...(key ? [] : [fieldRequired(`${field}.key`)]),
  ];
}

/** How many sources there are is told of the list, not of the item. */
function validateEnvFrom(sources: readonly EnvFromSource[], path: string): readonly FieldError[] {
  return sources.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const field = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (prefix && !ENV_NAME.test(prefix)) errors.push(fieldInvalid(`${field}.prefix`, prefix, ENV_TEXT));
    if (configMapRef) errors.push(...validateName(`${field}.configMapRef.name`, configMapRef.name, 'subdomain'));
    if (secretRef) errors.push(...validateName(`${field}.secretRef.name`, secretRef.name, 'subdomain'));
    if (!configMapRef && !secretRef) {
      errors.push(fieldInvalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef && secretRef) {
      errors.push(fieldInvalid(path, '', 'may not have more than one field specified at a time'));
    }
    return errors;
  });
}

function validateMounts(
  { volumeMounts = [], volumeDevices = [], securityContext }: Container,
  path: string,
  volumes: ReadonlyMap<string, Volume>,
): readonly FieldError[] {
  const paths = new Set<string>();
  return volumeMounts.flatMap((mount: VolumeMount, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    const { name = '', mountPath = '', subPath, subPathExpr, mountPropagation } = mount;
    if (!name) errors.push(fieldRequired(`${field}.name`));
    if (!volumes.has(name)) errors.push(fieldNotFound(`${field}.name`, name));
    if (!mountPath) errors.push(fieldRequired(`${field}.mountPath`));
    if (paths.has(mountPath)) errors.push(fieldInvalid(`${field}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    if (volumeDevices.some((device) => device.name === name))
      errors.push(fieldInvalid(`${field}.name`, name, 'must not already exist in volumeDevices'));
    if (volumeDevices.some(({ devicePath }) => devicePath === mountPath))
      errors.push(fieldInvalid(`${field}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    if (subPath) errors.push(...descendingPathErrors(`${path}.subPath`, subPath));
    if (subPathExpr) {
      if (subPath) {
        const text = 'subPathExpr and subPath are mutually exclusive';
        errors.push(fieldInvalid(`${field}.subPathExpr`, subPathExpr, text));
      }
      errors.push(...descendingPathErrors(`${path}.subPathExpr`, subPathExpr));
    }
    if (mountPropagation) {
      const modes = ['Bidirectional', 'HostToContainer', 'None'];
      errors.push(...oneOf(`${path}.mountPropagation`, mountPropagation, modes));
      if (mountPropagation === 'Bidirectional' && !securityContext?.privileged) {
        const text = 'Bidirectional mount propagation is available only to privileged containers';
        errors.push(fieldForbidden(`${path}.mountPropagation`, text));
      }
    }
    return errors;
  });
}

function validateDevices(
  { volumeMounts = [], volumeDevices = [] }: Container,
  path: string,
  volumes: ReadonlyMap<string, Volume>,
): readonly FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  return volumeDevices.flatMap(({ name = '', devicePath = '' }, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    const fault = (part: string, value: string, text: string): void =>
      void errors.push(fieldInvalid(`${field}.${part}`, value, text));
    const volume = volumes.get(name);
    if (!name) errors.push(fieldRequired(`${field}.name`));
    if (names.has(name)) fault('name', name, 'must be unique');
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      fault('name', name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode');
    }
    if (!volume) errors.push(fieldNotFound(`${field}.name`, name));
    if (!devicePath) errors.push(fieldRequired(`${field}.devicePath`));
    if (paths.has(devicePath)) fault('devicePath', devicePath, 'must be unique');
    if (devicePath.split('/').includes('..')) fault('devicePath', devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (volumeMounts.some((mount) => mount.name === name))
      fault('name', name, 'must not already exist in volumeMounts');
    if (volumeMounts.some(({ mountPath }) => mountPath === devicePath))
      fault('devicePath', devicePath, 'must not already exist as a path in volumeMounts');
    if (name) names.add(name);
    return errors;
  });
}

/** Faults are told of the list, except for what is there twice. */
function validateResizePolicy(
  { resizePolicy = [] }: Container,
  path: string,
  podRestartPolicy: string | undefined,
): readonly FieldError[] {
  const seen = new Set<string>();
  return resizePolicy.flatMap(({ resourceName, restartPolicy }, index) => {
    const errors: FieldError[] = [];
    if (seen.has(resourceName)) errors.push(fieldDuplicate(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    if (!resourceName) errors.push(fieldRequired(path));
    else if (resourceName !== 'cpu' && resourceName !== 'memory')
      errors.push(fieldNotSupported(path, resourceName, ['cpu', 'memory']));
    if (!restartPolicy) errors.push(fieldRequired(path));
    else errors.push(...oneOf(path, restartPolicy, ['NotRequired', 'RestartContainer']));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired')
      errors.push(fieldInvalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    return errors;
  });
}
