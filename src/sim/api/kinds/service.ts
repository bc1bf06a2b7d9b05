/** Service. Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/core/validation/validation.go (ValidateService). */
import type { Service } from 'kubernetes-types/core/v1';
import type { KindDefinition } from '../kind.ts';
import { isPort, PORT_TEXT, setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { fieldDuplicate, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PORT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

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
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'type', 'ClusterIP');
    setDefault(spec, 'sessionAffinity', 'None');
    if (spec.sessionAffinity === 'ClientIP')
      setDefault(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
    for (const port of spec.ports ?? []) {
      setDefault(port, 'protocol', 'TCP');
      setDefault(port, 'targetPort', port.port);
    }
    if (spec.type !== 'ExternalName') setDefault(spec, 'internalTrafficPolicy', 'Cluster');
    if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') setDefault(spec, 'externalTrafficPolicy', 'Cluster');
    if (spec.type === 'LoadBalancer') setDefault(spec, 'allocateLoadBalancerNodePorts', true);
  },
  prepareForCreate(service) {
    Object.assign(service, { status: { loadBalancer: {} } });
  },
  validate({ spec }) {
    const errors: FieldError[] = [];
    const type = spec?.type ?? 'ClusterIP';
    const isHeadless = spec?.clusterIP === 'None';
    const ports = spec?.ports ?? [];
    if (!TYPES.includes(type)) errors.push(fieldNotSupported('spec.type', type, TYPES));
    if (ports.length === 0 && !isHeadless && type !== 'ExternalName') errors.push(fieldRequired('spec.ports'));
    if (type === 'ExternalName' && !spec?.externalName) errors.push(fieldRequired('spec.externalName'));
    if (type === 'LoadBalancer' && isHeadless)
      errors.push(fieldInvalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"));
    const names = new Set<string>();
    const numbers = new Set<string>();
    ports.forEach((port, index) => {
      const field = `spec.ports[${index}]`;
      if (!port.name) {
        if (ports.length > 1) errors.push(fieldRequired(`${field}.name`));
      } else {
        if (!PORT_NAME.test(port.name))
          errors.push(
            fieldInvalid(
              `${field}.name`,
              port.name,
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
            ),
          );
        if (names.has(port.name)) errors.push(fieldDuplicate(`${field}.name`, port.name));
        names.add(port.name);
      }
      if (!isPort(port.port)) errors.push(fieldInvalid(`${field}.port`, port.port ?? 0, PORT_TEXT));
      if (typeof port.targetPort === 'number' && !isPort(port.targetPort))
        errors.push(fieldInvalid(`${field}.targetPort`, port.targetPort, PORT_TEXT));
      if (port.protocol && !['TCP', 'UDP', 'SCTP'].includes(port.protocol))
        errors.push(fieldNotSupported(`${field}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
      if (port.nodePort && (type === 'ClusterIP' || type === 'ExternalName')) {
        errors.push({
          type: 'FieldValueForbidden',
          field: `${field}.nodePort`,
          message: "Forbidden: may not be used when `type` is 'ClusterIP'",
        });
      }
      const key = `${port.protocol}/${port.port}`;
      if (numbers.has(key)) errors.push(fieldDuplicate(field, { port: port.port, protocol: port.protocol }));
      numbers.add(key);
    });
    return errors;
  },
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
