/** Service. Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/core/validation/validation.go (ValidateService). */
import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1';
import type { KindDefinition } from '../kind.ts';
import { validateLabels, validateName } from '../names.ts';
import { isAddress, isPort, oneOf, PORT_TEXT, portErrors, setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function externalAddresses({ spec, status }: Service): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'LoadBalancer': {
      const given = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').sort();
      return [...given, ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return external.join(',') || '<none>';
  }
}

function validateSpec(spec: ServiceSpec | undefined): readonly FieldError[] {
  const errors: FieldError[] = [];
  const type = spec?.type ?? 'ClusterIP';
  const isHeadless = spec?.clusterIP === 'None';
  const ports = spec?.ports ?? [];
  if (ports.length === 0 && !isHeadless && type !== 'ExternalName') errors.push(fieldRequired('spec.ports'));
  if (type === 'LoadBalancer' && isHeadless) {
    errors.push(fieldInvalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"));
  }
  if (type === 'NodePort' && isHeadless) {
    errors.push(fieldInvalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for NodePort services"));
  }
  if (type === 'ExternalName') {
    if (spec?.clusterIP) errors.push(fieldForbidden('spec.clusterIPs[0]', 'may not be set for ExternalName services'));
    const name = (spec?.externalName ?? '').replace(/\.$/, '');
    errors.push(...validateName('spec.externalName', name, 'subdomain'));
  }
  errors.push(...validatePorts(ports, type));
  if (spec?.selector) errors.push(...validateLabels(spec.selector, 'spec.selector'));
  errors.push(...oneOf('spec.sessionAffinity', spec?.sessionAffinity, ['ClientIP', 'None']));
  (spec?.externalIPs ?? []).forEach((address, index) => {
    if (isAddress(address)) return;
    const text = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    errors.push(fieldInvalid(`spec.externalIPs[${index}]`, address, text));
  });
  errors.push(...oneOf('spec.type', type, TYPES));
  return [...errors, ...validatePolicies(spec, type)];
}

function validatePorts(ports: readonly ServicePort[], type: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  ports.forEach((port, index) => {
    const field = `spec.ports[${index}]`;
    if (!port.name) {
      if (ports.length > 1) errors.push(fieldRequired(`${field}.name`));
    } else {
      errors.push(...validateName(`${field}.name`, port.name, 'label'));
      if (names.has(port.name)) errors.push(fieldDuplicate(`${field}.name`, port.name));
      names.add(port.name);
    }
    if (!isPort(port.port)) errors.push(fieldInvalid(`${field}.port`, port.port ?? 0, PORT_TEXT));
    errors.push(...oneOf(`${field}.protocol`, port.protocol, ['TCP', 'UDP', 'SCTP']));
    errors.push(...portErrors(`${field}.targetPort`, port.targetPort));
    const { protocol = 'TCP', nodePort } = port;
    if (nodePort && (type === 'ClusterIP' || type === 'ExternalName')) {
      errors.push(fieldForbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
    const number = `${protocol}/${port.port}`;
    if (numbers.has(number)) errors.push(fieldDuplicate(field, goPort({ protocol, port: port.port })));
    numbers.add(number);
    const outer = `${protocol}/${nodePort}`;
    if (nodePort && nodePorts.has(outer)) errors.push(fieldDuplicate(field, goPort({ protocol, nodePort, port: 0 })));
    nodePorts.add(outer);
  });
  return errors;
}

/** A port as Go's own form prints it. */
const goPort = ({ protocol, port, nodePort = 0 }: Pick<ServicePort, 'protocol' | 'port' | 'nodePort'>): unknown => ({
  Name: '',
  Protocol: protocol,
  AppProtocol: null,
  Port: port,
  TargetPort: 0,
  NodePort: nodePort,
});

function validatePolicies(spec: ServiceSpec | undefined, type: string): readonly FieldError[] {
  const { externalTrafficPolicy, internalTrafficPolicy, externalIPs = [], ipFamilyPolicy } = spec ?? {};
  const errors = [...oneOf('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local'])];
  const isOutside = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs.length > 0);
  if (errors.length === 0 && externalTrafficPolicy && !isOutside) {
    const text = 'may only be set for externally-accessible services';
    errors.push(fieldInvalid('spec.externalTrafficPolicy', externalTrafficPolicy, text));
  }
  return [
    ...errors,
    ...oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local']),
    ...oneOf('spec.ipFamilyPolicy', ipFamilyPolicy, ['PreferDualStack', 'RequireDualStack', 'SingleStack']),
    ...oneOf('spec.trafficDistribution', (spec as { trafficDistribution?: string } | undefined)?.trafficDistribution, [
      'PreferClose',
      'PreferSameNode',
      'PreferSameZone',
    ]),
  ];
}

export const serviceKind: KindDefinition<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  isNamespaced: true,
  nameRule: 'dns1035',
  support: 'simulated',
  canCreateOnUpdate: true,
  etcdPrefix: 'services/specs',
  subresources: [{ name: 'status', kind: 'Service', verbs: ['get', 'patch', 'update'] }],
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
    'spec.type': ({ spec }) => spec?.type ?? '',
  },
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'type', 'ClusterIP');
    setDefault(spec, 'sessionAffinity', 'None');
    if (spec.sessionAffinity === 'ClientIP')
      setDefault(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
    for (const port of spec.ports ?? []) {
      setDefault(port, 'protocol', 'TCP');
      if (!port.targetPort) port.targetPort = port.port;
    }
    if (spec.type !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster');
    const isOutside = spec.type !== 'ExternalName' && (spec.externalIPs ?? []).length > 0;
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer' || isOutside)
      setDefault(spec, 'externalTrafficPolicy', 'Cluster');
    if (spec.type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  },
  prepareForCreate(service) {
    Object.assign(service, { status: { loadBalancer: {} } });
  },
  validate: ({ spec }) => validateSpec(spec),
  validateUpdate(next, old) {
    const isExternal = next.spec?.type === 'ExternalName' || old.spec?.type === 'ExternalName';
    const [now, before] = [next.spec?.clusterIP, old.spec?.clusterIP];
    return !isExternal && before && now !== before
      ? [fieldInvalid('spec.clusterIPs[0]', [now], 'may not change once set')]
      : [];
  },
  columns: [
    nameColumn(),
    textColumn('Type', ({ spec }) => spec?.type ?? ''),
    textColumn('Cluster-IP', ({ spec }) => spec?.clusterIP || '<none>'),
    textColumn('External-IP', externalAddresses),
    textColumn(
      'Port(s)',
      ({ spec }) =>
        (spec?.ports ?? [])
          .map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
          .join(',') || '<none>',
    ),
    ageColumn(),
    textColumn(
      'Selector',
      ({ spec }) => formatSelector(spec?.selector ? { matchLabels: spec.selector } : undefined),
      1,
    ),
  ],
};
