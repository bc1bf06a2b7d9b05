/** Ingress, IngressClass, NetworkPolicy and address kinds. Upstream: pkg/apis/networking/{v1/defaults,validation/validation}.go. */
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  NetworkPolicy,
  NetworkPolicyPeer,
} from 'kubernetes-types/networking/v1';
import type { KindDefinition } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { nameFaults, validateName, validateSelector } from '../names.ts';
import { isAddress, isCidr, oneOf, portErrors, setDefault } from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { firstFew, status, stored } from './stored-kind.ts';

const GROUP = 'networking.k8s.io/v1';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

function validateBackend(backend: IngressBackend | undefined, path: string): readonly FieldError[] {
  const { service, resource } = backend ?? {};
  if (service && resource) return [fieldInvalid(path, '', 'cannot set both resource and service backends')];
  if (resource) return [];
  if (!service) return [fieldRequired(path, 'resource or service backend is required')];
  const errors = [...validateName(`${path}.service.name`, service.name, 'dns1035')];
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(fieldInvalid(path, '', 'cannot set both port name & port number'));
  else if (name) errors.push(...portErrors(`${path}.service.port.name`, name));
  else if (number) errors.push(...portErrors(`${path}.service.port.number`, number));
  else errors.push(fieldRequired(path, 'port name or number is required'));
  return errors;
}

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, field: string): readonly FieldError[] {
  if (!pathType) return [fieldRequired(`${field}.pathType`, 'pathType must be specified')];
  const errors: FieldError[] = [];
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) errors.push(fieldInvalid(`${field}.path`, path, 'must be an absolute path'));
    for (const part of ['//', '/./', '/../', '%2f', '%2F']) {
      if (path.includes(part)) errors.push(fieldInvalid(`${field}.path`, path, `must not contain '${part}'`));
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) errors.push(fieldInvalid(`${field}.path`, path, 'must be an absolute path'));
  } else errors.push(...oneOf(`${field}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']));
  return [...errors, ...validateBackend(backend, `${field}.backend`)];
}

function hostErrors(host: string, field: string): readonly FieldError[] {
  if (isAddress(host)) return [fieldInvalid(field, host, 'must be a DNS name, not an IP address')];
  const name = host.startsWith('*.') ? host.slice(2) : host;
  return nameFaults('subdomain', name).map((text) => fieldInvalid(field, host, text));
}

function validateIngress({ spec, metadata }: Ingress): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((spec?.rules ?? []).length === 0 && !spec?.defaultBackend) {
    errors.push(fieldInvalid('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec?.defaultBackend) errors.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'));
  (spec?.rules ?? []).forEach(({ host, http }, index) => {
    const field = `spec.rules[${index}]`;
    if (host) errors.push(...hostErrors(host, `${field}.host`));
    if (!http) return;
    if ((http.paths ?? []).length === 0) errors.push(fieldRequired(`${field}.http.paths`));
    (http.paths ?? []).forEach((path, at) => errors.push(...validatePath(path, `${field}.http.paths[${at}]`)));
  });
  (spec?.tls ?? []).forEach(({ hosts = [], secretName }, index) => {
    hosts.forEach((host, at) => errors.push(...hostErrors(host, `spec.tls[${index}].hosts[${at}]`)));
    if (secretName) errors.push(...validateName(`spec.tls[${index}].secretName`, secretName, 'subdomain'));
  });
  const annotated = metadata?.annotations?.[CLASS_ANNOTATION];
  if (annotated !== undefined && spec?.ingressClassName) {
    const text = 'can not be set when the class field is also set';
    errors.push(fieldInvalid(`annotations[${CLASS_ANNOTATION}]`, annotated, text));
  }
  return errors;
}

const ingressKind: KindDefinition<Ingress> = stored<Ingress>(GROUP, 'Ingress', 'ingresses', 'namespaced', {
  shortNames: ['ing'],
  hasGeneration: true,
  etcdPrefix: 'ingress',
  subresources: status('Ingress'),
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  validate: validateIngress,
  columns: [
    nameColumn(),
    textColumn(
      'Class',
      ({ spec, metadata }) => spec?.ingressClassName ?? metadata.annotations?.[CLASS_ANNOTATION] ?? '<none>',
    ),
    textColumn('Hosts', ({ spec }) =>
      firstFew(
        (spec?.rules ?? []).flatMap(({ host }) => (host ? [host] : [])),
        3,
        '*',
      ),
    ),
    textColumn('Address', (ingress) =>
      (ingress.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(','),
    ),
    textColumn('Ports', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
    ageColumn(),
  ],
});

function validatePeer(peer: NetworkPolicyPeer, path: string): readonly FieldError[] {
  const { ipBlock, podSelector, namespaceSelector } = peer;
  if (!ipBlock && !podSelector && !namespaceSelector) return [fieldRequired(path, 'must specify a peer')];
  if (ipBlock && (podSelector || namespaceSelector)) {
    return [fieldForbidden(path, 'may not specify both ipBlock and another peer')];
  }
  if (!ipBlock) {
    return [
      ...validateSelector(podSelector, `${path}.podSelector`),
      ...validateSelector(namespaceSelector, `${path}.namespaceSelector`),
    ];
  }
  const text = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
  if (!ipBlock.cidr) return [fieldRequired(`${path}.ipBlock.cidr`)];
  return [
    ...(isCidr(ipBlock.cidr) ? [] : [fieldInvalid(`${path}.ipBlock.cidr`, ipBlock.cidr, text)]),
    ...(ipBlock.except ?? []).flatMap((cidr, index) =>
      isCidr(cidr) ? [] : [fieldInvalid(`${path}.ipBlock.except[${index}]`, cidr, text)],
    ),
  ];
}

function validateNetworkPolicy({ spec }: NetworkPolicy): readonly FieldError[] {
  const errors: FieldError[] = [...validateSelector(spec?.podSelector, 'spec.podSelector')];
  const sides = [
    ...(spec?.ingress ?? []).map(({ ports, from }, index) => [`spec.ingress[${index}]`, 'from', ports, from] as const),
    ...(spec?.egress ?? []).map(({ ports, to }, index) => [`spec.egress[${index}]`, 'to', ports, to] as const),
  ];
  for (const [field, side, ports = [], peers = []] of sides) {
    ports.forEach(({ port, protocol }, index) => {
      errors.push(...oneOf(`${field}.ports[${index}].protocol`, protocol, ['TCP', 'UDP', 'SCTP']));
      if (port !== undefined) errors.push(...portErrors(`${field}.ports[${index}].port`, port));
    });
    peers.forEach((peer, index) => errors.push(...validatePeer(peer, `${field}.${side}[${index}]`)));
  }
  (spec?.policyTypes ?? []).forEach((type, index) => {
    if (type !== 'Ingress' && type !== 'Egress') {
      errors.push(fieldNotSupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']));
    }
  });
  return errors;
}

const networkPolicyKind: KindDefinition<NetworkPolicy> = stored<NetworkPolicy>(
  GROUP,
  'NetworkPolicy',
  'networkpolicies',
  'namespaced',
  {
    shortNames: ['netpol'],
    hasGeneration: true,
    applyDefaults({ spec }) {
      if (!spec) return;
      setDefault(spec, 'podSelector', {});
      if ((spec.policyTypes ?? []).length === 0) {
        spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
      }
      const ports = [...(spec.ingress ?? []), ...(spec.egress ?? [])].flatMap((rule) => rule.ports ?? []);
      for (const port of ports) setDefault(port, 'protocol', 'TCP');
    },
    validate: validateNetworkPolicy,
    columns: [nameColumn(), textColumn('Pod-Selector', ({ spec }) => formatSelector(spec?.podSelector)), ageColumn()],
  },
);

interface IpAddress extends KubeObject {
  readonly spec?: {
    readonly parentRef?: Readonly<Partial<Record<'group' | 'resource' | 'namespace' | 'name', string>>>;
  };
}

interface ServiceCidr extends KubeObject {
  readonly spec?: { readonly cidrs?: readonly string[] };
}

/** `services/default/web`, with its group where it has one. */
function parentText(parent: NonNullable<IpAddress['spec']>['parentRef']): string {
  if (!parent) return '<none>';
  const { group, resource = '', namespace, name = '' } = parent;
  return `${group ? `${resource}.${group}` : resource}/${namespace ? `${namespace}/` : ''}${name}`;
}

export const NETWORKING_KINDS = [
  ingressKind,
  stored<IngressClass>(GROUP, 'IngressClass', 'ingressclasses', 'cluster', {
    hasGeneration: true,
    columns: [
      nameColumn(),
      textColumn('Controller', ({ spec }) => spec?.controller ?? ''),
      textColumn('Parameters', ({ spec }) => {
        const { apiGroup, kind, name } = spec?.parameters ?? {};
        return name ? `${kind ?? ''}${apiGroup ? `.${apiGroup}` : ''}/${name}` : '<none>';
      }),
      ageColumn(),
    ],
  }),
  networkPolicyKind,
  stored<IpAddress>(GROUP, 'IPAddress', 'ipaddresses', 'cluster', {
    shortNames: ['ip'],
    columns: [nameColumn(), textColumn('ParentRef', ({ spec }) => parentText(spec?.parentRef)), ageColumn()],
  }),
  stored<ServiceCidr>(GROUP, 'ServiceCIDR', 'servicecidrs', 'cluster', {
    subresources: status('ServiceCIDR'),
    columns: [nameColumn(), textColumn('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')), ageColumn()],
  }),
] as readonly KindDefinition[];
