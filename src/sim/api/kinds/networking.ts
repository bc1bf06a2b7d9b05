/** Ingress, IngressClass, NetworkPolicy and address kinds. Upstream: pkg/apis/networking/{v1/defaults,validation/validation}.go. */
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1';
import type { KindDefinition } from '../kind.ts';
import type { IpAddress, ServiceCidr } from '../resource-types.ts';
import { nameFaults, validateName, validateSelector, wildcardFaults } from '../names.ts';
import {
  cidrErrors,
  immutable,
  isAddress,
  isCidr,
  isPort,
  oneOf,
  PORT_TEXT,
  portErrors,
  setDefault,
} from '../rules.ts';
import { formatSelector } from '../selectors.ts';
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  type FieldError,
} from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { firstFew, status, stored } from './stored-kind.ts';

const GROUP = 'networking.k8s.io/v1';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

function validateBackend(backend: IngressBackend | undefined, path: string): readonly FieldError[] {
  const { service, resource } = backend ?? {};
  if (service && resource) return [fieldInvalid(path, '', 'cannot set both resource and service backends')];
  if (resource) return [];
  if (!service) return [fieldInvalid(path, '', 'resource or service backend is required')];
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
    for (const end of ['/..', '/.']) {
      if (path.endsWith(end)) errors.push(fieldInvalid(`${field}.path`, path, `cannot end with '${end}'`));
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) errors.push(fieldInvalid(`${field}.path`, path, 'must be an absolute path'));
  } else errors.push(...oneOf(`${field}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']));
  return [...errors, ...validateBackend(backend, `${field}.backend`)];
}

function hostErrors(host: string, field: string): readonly FieldError[] {
  const faults = host.includes('*') ? wildcardFaults(host) : nameFaults('subdomain', host);
  return [
    ...(isAddress(host) ? [fieldInvalid(field, host, 'must be a DNS name, not an IP address')] : []),
    ...faults.map((text) => fieldInvalid(field, host, text)),
  ];
}

function validateIngress({ spec }: Ingress): readonly FieldError[] {
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
  const { ingressClassName } = spec ?? {};
  if (ingressClassName) errors.push(...validateName('spec.ingressClassName', ingressClassName, 'subdomain'));
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
  validateCreate({ spec, metadata }) {
    const annotated = metadata?.annotations?.[CLASS_ANNOTATION];
    if (!annotated || !spec?.ingressClassName || annotated === spec.ingressClassName) return [];
    const text = 'must match `ingressClassName` when both are specified';
    return [fieldInvalid(`annotations.${CLASS_ANNOTATION}`, annotated, text)];
  },
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
  const errors: FieldError[] = [
    ...validateSelector(podSelector, `${path}.podSelector`),
    ...validateSelector(namespaceSelector, `${path}.namespaceSelector`),
    ...(ipBlock ? validateBlock(ipBlock, `${path}.ipBlock`) : []),
  ];
  if (!ipBlock && !podSelector && !namespaceSelector) errors.push(fieldRequired(path, 'must specify a peer'));
  if (ipBlock && (podSelector || namespaceSelector)) {
    errors.push(fieldForbidden(path, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateBlock({ cidr, except = [] }: IPBlock, path: string): readonly FieldError[] {
  if (!cidr) return [fieldRequired(`${path}.cidr`)];
  if (!isCidr(cidr)) return cidrErrors(`${path}.cidr`, cidr);
  return except.flatMap((inner, index) => {
    const field = `${path}.except[${index}]`;
    if (!isCidr(inner)) return cidrErrors(field, inner);
    return isWithin(inner, cidr) ? [] : [fieldInvalid(field, inner, 'must be a strict subset of `cidr`')];
  });
}

/** Whether a range is a smaller part of another. Only IPv4 ones are compared. */
function isWithin(inner: string, outer: string): boolean {
  if (inner.includes(':') || outer.includes(':')) return inner !== outer;
  const [[start, length], [base, bits]] = [inner, outer].map((range) => {
    const [address = '', size = '32'] = range.split('/');
    return [address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0), Number(size)] as const;
  }) as [readonly [number, number], readonly [number, number]];
  const width = 2 ** (32 - bits);
  return length > bits && Math.floor(start / width) === Math.floor(base / width);
}

function validatePort({ port, endPort, protocol }: NetworkPolicyPort, path: string): readonly FieldError[] {
  const errors: FieldError[] = [...oneOf(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP'])];
  if (port !== undefined) errors.push(...portErrors(`${path}.port`, port));
  if (endPort === undefined) return errors;
  const field = `${path}.endPort`;
  if (port === undefined) {
    return [...errors, fieldInvalid(field, endPort, 'may not be specified when `port` is not specified')];
  }
  if (typeof port === 'string') {
    return [...errors, fieldInvalid(field, endPort, 'may not be specified when `port` is non-numeric')];
  }
  if (endPort < port) errors.push(fieldInvalid(field, endPort, 'must be greater than or equal to `port`'));
  return isPort(endPort) ? errors : [...errors, fieldInvalid(field, endPort, PORT_TEXT)];
}

function validateNetworkPolicy({ spec }: NetworkPolicy): readonly FieldError[] {
  const errors: FieldError[] = [...validateSelector(spec?.podSelector, 'spec.podSelector')];
  const sides = [
    ...(spec?.ingress ?? []).map(({ ports, from }, index) => [`spec.ingress[${index}]`, 'from', ports, from] as const),
    ...(spec?.egress ?? []).map(({ ports, to }, index) => [`spec.egress[${index}]`, 'to', ports, to] as const),
  ];
  for (const [field, side, ports = [], peers = []] of sides) {
    ports.forEach((port, index) => errors.push(...validatePort(port, `${field}.ports[${index}]`)));
    peers.forEach((peer, index) => errors.push(...validatePeer(peer, `${field}.${side}[${index}]`)));
  }
  const types = spec?.policyTypes ?? [];
  if (types.length > 2) {
    return [...errors, fieldInvalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  }
  types.forEach((type, index) => {
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
    validate({ spec }) {
      const controller = spec?.controller ?? '';
      if (!controller) return [fieldRequired('spec.controller')];
      const text = 'must be a domain-prefixed path (such as "acme.io/foo")';
      if (controller.length > 250) return [fieldTooLong('spec.controller', 250)];
      const [domain = '', ...path] = controller.split('/');
      if (!domain || !path.join('/')) return [fieldInvalid('spec.controller', controller, text)];
      return nameFaults('subdomain', domain).map((why) => fieldInvalid('spec.controller', domain, why));
    },
    validateUpdate: (next, old) => immutable('spec.controller', next.spec?.controller, old.spec?.controller),
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
    support: 'simulated',
    shortNames: ['ip'],
    columns: [nameColumn(), textColumn('ParentRef', ({ spec }) => parentText(spec?.parentRef)), ageColumn()],
  }),
  stored<ServiceCidr>(GROUP, 'ServiceCIDR', 'servicecidrs', 'cluster', {
    support: 'simulated',
    subresources: status('ServiceCIDR'),
    columns: [nameColumn(), textColumn('CIDRs', ({ spec }) => (spec?.cidrs ?? []).join(',')), ageColumn()],
  }),
] as readonly KindDefinition[];
