/** Rules of Services, in upstream's order. Upstream: pkg/apis/core/validation/validation.go (ValidateService). */
import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1';
import { keyFaults, nameFaults, validateLabels } from '../names.ts';
import {
  addressErrors,
  cidrErrors,
  immutable,
  isAddress,
  isPort,
  oneOf,
  PORT_TEXT,
  portErrors,
  specialAddressErrors,
} from '../rules.ts';
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';

const KUBELET_PORT = 10_250;
const AFFINITY_SECONDS_MAX = 86_400;
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";

const familyOf = (address: string): string => (address.includes(':') ? 'IPv6' : 'IPv4');

/** Addresses and their families. Upstream: ValidateServiceClusterIPsRelatedFields. */
export function validateClusterAddresses(spec: ServiceSpec): readonly FieldError[] {
  if (spec.type === 'ExternalName') return [];
  const { clusterIP, ipFamilies = [], ipFamilyPolicy } = spec;
  const addresses = spec.clusterIPs ?? (clusterIP ? [clusterIP] : []);
  const field = 'spec.clusterIPs';
  const errors: FieldError[] = [];
  if (addresses.length > 0 && clusterIP !== addresses[0]) {
    errors.push(
      clusterIP
        ? fieldInvalid(field, addresses, 'first value must match `clusterIP`')
        : fieldRequired('spec.clusterIP', 'must be set when `clusterIPs` is set'),
    );
  }
  errors.push(...oneOf('spec.ipFamilyPolicy', ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']));
  ipFamilies.forEach((family, index) => {
    errors.push(...oneOf(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']));
    if (ipFamilies.indexOf(family) < index) errors.push(fieldDuplicate(`spec.ipFamilies[${index}]`, family));
  });
  let hasBadAddress = false;
  addresses.forEach((address, index) => {
    if (index === 0 && address === 'None') {
      if (addresses.length === 1) return;
      hasBadAddress = true;
      errors.push(fieldInvalid(field, addresses, "'None' must be the first and only value"));
      return;
    }
    const faults = addressErrors(`${field}[${index}]`, address);
    hasBadAddress ||= faults.length > 0;
    errors.push(...faults);
  });
  if (addresses.length > 2) errors.push(fieldInvalid(field, addresses, 'may only hold up to 2 values'));
  if (hasBadAddress) return errors;
  if (addresses.length > 1 && familyOf(addresses[0]!) === familyOf(addresses[1]!)) {
    errors.push(fieldInvalid(field, addresses, 'may specify no more than one IP for each IP family'));
  }
  addresses.forEach((address, index) => {
    const family = ipFamilies[index];
    if (address === 'None' || !family || familyOf(address) === family) return;
    const text = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(fieldInvalid(`${field}[${index}]`, address, text));
  });
  return errors;
}

/** What the type of a Service asks of the rest of it. */
function validateType(spec: ServiceSpec | undefined): readonly FieldError[] {
  const isHeadless = spec?.clusterIP === 'None' || spec?.clusterIPs?.[0] === 'None';
  const ports = spec?.ports ?? [];
  const errors: FieldError[] = [];
  if (ports.length === 0 && !isHeadless && spec?.type !== 'ExternalName') errors.push(fieldRequired('spec.ports'));
  switch (spec?.type) {
    case 'LoadBalancer': {
      const text = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
      ports.forEach(({ port }, index) => {
        if (port === KUBELET_PORT) errors.push(fieldInvalid(`spec.ports[${index}]`, port, text));
      });
      if (isHeadless) errors.push(headlessError('LoadBalancer'));
      return errors;
    }
    case 'NodePort':
      return isHeadless ? [...errors, headlessError('NodePort')] : errors;
    case 'ExternalName': {
      const text = 'may not be set for ExternalName services';
      if (spec.clusterIP || spec.clusterIPs?.length) errors.push(fieldForbidden('spec.clusterIPs', text));
      if (spec.ipFamilies?.length) errors.push(fieldForbidden('spec.ipFamilies', text));
      if (spec.ipFamilyPolicy) errors.push(fieldForbidden('spec.ipFamilyPolicy', text));
      const name = (spec.externalName ?? '').replace(/\.$/, '');
      if (!name) return [...errors, fieldRequired('spec.externalName')];
      return [...errors, ...nameFaults('subdomain', name).map((why) => fieldInvalid('spec.externalName', name, why))];
    }
    default:
      return errors;
  }
}

const headlessError = (type: string): FieldError =>
  fieldInvalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`);

/** Each port by itself. Upstream: validateServicePort. */
function validatePorts(ports: readonly ServicePort[]): readonly FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const { name, appProtocol } = port;
    const errors: FieldError[] = [];
    if (!name) {
      if (ports.length > 1) errors.push(fieldRequired(`${field}.name`));
    } else {
      errors.push(...nameFaults('label', name).map((text) => fieldInvalid(`${field}.name`, name, text)));
      if (names.has(name)) errors.push(fieldDuplicate(`${field}.name`, name));
      names.add(name);
    }
    if (!isPort(port.port)) errors.push(fieldInvalid(`${field}.port`, port.port ?? 0, PORT_TEXT));
    errors.push(
      ...oneOf(`${field}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']),
      ...portErrors(`${field}.targetPort`, port.targetPort),
    );
    if (appProtocol !== undefined) {
      errors.push(...keyFaults(appProtocol).map((text) => fieldInvalid(`${field}.appProtocol`, appProtocol, text)));
    }
    return errors;
  });
}

/** Ports that two entries share, by protocol. */
function duplicateErrors(ports: readonly ServicePort[]): readonly FieldError[] {
  const [outer, inner] = [new Set<string>(), new Set<string>()];
  const errors: FieldError[] = [];
  ports.forEach(({ protocol = 'TCP', nodePort }, index) => {
    const key = `${protocol}/${nodePort}`;
    if (nodePort && outer.has(key)) errors.push(fieldDuplicate(`spec.ports[${index}].nodePort`, nodePort));
    outer.add(key);
  });
  ports.forEach(({ protocol = 'TCP', port }, index) => {
    const key = `${protocol}/${port}`;
    // As Go's own form prints it.
    const value = { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
    if (inner.has(key)) errors.push(fieldDuplicate(`spec.ports[${index}]`, value));
    inner.add(key);
  });
  return errors;
}

function validateAffinity(spec: ServiceSpec | undefined): readonly FieldError[] {
  const { sessionAffinity, sessionAffinityConfig } = spec ?? {};
  const field = 'spec.sessionAffinityConfig';
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  const errors: FieldError[] = [...oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])];
  if (sessionAffinity === 'None' && sessionAffinityConfig) {
    errors.push(fieldForbidden(field, 'must not be set when session affinity is None'));
  } else if (sessionAffinity === 'ClientIP' && seconds !== undefined) {
    if (seconds <= 0 || seconds > AFFINITY_SECONDS_MAX) {
      const text = `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`;
      errors.push(fieldInvalid(`${field}.clientIP.timeoutSeconds`, seconds, text));
    }
  }
  return errors;
}

function validateBalancer(spec: ServiceSpec | undefined): readonly FieldError[] {
  const { type, loadBalancerSourceRanges = [], allocateLoadBalancerNodePorts, loadBalancerClass } = spec ?? {};
  const isBalancer = type === 'LoadBalancer';
  const errors: FieldError[] = [];
  if (loadBalancerSourceRanges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges';
    if (!isBalancer) errors.push(fieldForbidden(field, BALANCER_ONLY));
    loadBalancerSourceRanges.forEach((range, index) => errors.push(...cidrErrors(`${field}[${index}]`, range.trim())));
  }
  if (!isBalancer && allocateLoadBalancerNodePorts !== undefined) {
    errors.push(fieldForbidden('spec.allocateLoadBalancerNodePorts', BALANCER_ONLY));
  }
  if (loadBalancerClass === undefined) return errors;
  if (!isBalancer) errors.push(fieldForbidden('spec.loadBalancerClass', BALANCER_ONLY));
  else {
    const faults = keyFaults(loadBalancerClass);
    errors.push(...faults.map((text) => fieldInvalid('spec.loadBalancerClass', loadBalancerClass, text)));
  }
  return errors;
}

function isOutside({ type, externalIPs = [] }: ServiceSpec): boolean {
  return type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0);
}

function validatePolicies(spec: ServiceSpec | undefined): readonly FieldError[] {
  const { externalTrafficPolicy, internalTrafficPolicy, healthCheckNodePort } = spec ?? {};
  const errors: FieldError[] = [];
  if (spec && externalTrafficPolicy && !isOutside(spec)) {
    const text = 'may only be set for externally-accessible services';
    errors.push(fieldInvalid('spec.externalTrafficPolicy', externalTrafficPolicy, text));
  } else errors.push(...oneOf('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local']));
  const needsHealthPort = spec?.type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
  if (healthCheckNodePort && !needsHealthPort) {
    const text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(fieldInvalid('spec.healthCheckNodePort', healthCheckNodePort, text));
  }
  const { trafficDistribution } = (spec ?? {}) as { trafficDistribution?: string };
  return [
    ...errors,
    ...oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local']),
    ...oneOf('spec.trafficDistribution', trafficDistribution, ['PreferClose', 'PreferSameNode', 'PreferSameZone']),
  ];
}

export function validateService({ spec }: Service): readonly FieldError[] {
  const ports = spec?.ports ?? [];
  const inner = spec?.type === 'ClusterIP' ? ports : [];
  return [
    ...validateType(spec),
    ...validatePorts(ports),
    ...(spec?.selector ? validateLabels(spec.selector, 'spec.selector') : []),
    ...validateAffinity(spec),
    ...(spec ? validateClusterAddresses(spec) : []),
    ...(spec?.externalIPs ?? []).flatMap((address, index) => {
      const field = `spec.externalIPs[${index}]`;
      return isAddress(address) ? specialAddressErrors(field, address) : addressErrors(field, address);
    }),
    ...oneOf('spec.type', spec?.type, TYPES),
    ...inner.flatMap(({ nodePort }, index) =>
      nodePort ? [fieldForbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")] : [],
    ),
    ...duplicateErrors(ports),
    ...validateBalancer(spec),
    ...validatePolicies(spec),
  ];
}

/** Upstream: ValidateServiceUpdate, upgradeDowngradeClusterIPsErrors. */
export function validateServiceUpdate({ spec: next }: Service, { spec: old }: Service): readonly FieldError[] {
  const errors: FieldError[] = [];
  const isExternal = next?.type === 'ExternalName' || old?.type === 'ExternalName';
  const [now, before] = [next?.clusterIP, old?.clusterIP];
  if (!isExternal && before) {
    if (!now) errors.push(fieldInvalid('spec.clusterIPs[0]', [], 'primary clusterIP can not be unset'));
    else if (now !== before) errors.push(fieldInvalid('spec.clusterIPs[0]', [now], 'may not change once set'));
  }
  const [nextFamily, oldFamily] = [next?.ipFamilies?.[0], old?.ipFamilies?.[0]];
  if (!isExternal && nextFamily && oldFamily && nextFamily !== oldFamily) {
    errors.push(fieldInvalid('spec.ipFamilies[0]', next?.ipFamilies, 'may not change once set'));
  }
  if (next?.type === 'LoadBalancer' && old?.type === 'LoadBalancer') {
    const faults = immutable('spec.loadBalancerClass', next.loadBalancerClass, old.loadBalancerClass);
    errors.push(
      ...faults.map(({ field }) => fieldInvalid(field, next.loadBalancerClass ?? null, 'may not change once set')),
    );
  }
  return errors;
}
