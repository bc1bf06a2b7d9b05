/** Service. Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/core/validation/validation.go (ValidateService). */
import type { Service } from 'kubernetes-types/core/v1';
import type { KindDefinition } from '../kind.ts';
import { setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { validateService, validateServiceUpdate } from './service-rules.ts';

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
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec?.clusterIP ?? '',
    'spec.type': ({ spec }) => spec?.type ?? '',
  },
  applyDefaults({ spec }) {
    if (!spec) return;
    setDefault(spec, 'type', 'ClusterIP');
    setDefault(spec, 'sessionAffinity', 'None');
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
    if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
      spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10_800 } };
    }
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
  validate: validateService,
  validateUpdate: validateServiceUpdate,
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
