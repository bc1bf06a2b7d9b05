/** Descriptions of Services, Endpoints, Ingresses and NetworkPolicies. Upstream: kubectl/pkg/describe/describe.go. */
import type { Endpoints, Service, ServicePort } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type {
  Ingress,
  IngressBackend,
  IngressClass,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from 'kubernetes-types/networking/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import type { Live, Session } from '../session.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { labelList, selectorText, writeAnnotations, writeHead, writeLabels, type DescribeWriter } from './writer.ts';

type SliceLike = EndpointSlice & Live;

const slicesOf = (session: Session, namespace: string, service: string): readonly SliceLike[] =>
  session.rest.list<SliceLike>(session.discovery.named('endpointslices.discovery.k8s.io'), namespace, {
    labelSelector: `kubernetes.io/service-name=${service}`,
    limit: 500,
  }).items;

/** Up to three addresses, and how many more. */
function endpointsText(slices: readonly SliceLike[], portName: string): string {
  const all = slices.flatMap(({ ports = [], endpoints = [] }) =>
    ports
      .filter(({ name = '' }) => name === portName)
      .flatMap(({ port }) =>
        endpoints
          .filter(({ conditions }) => conditions?.ready !== false)
          .map(({ addresses }) => `${addresses[0]}:${port}`),
      ),
  );
  const shown = all.slice(0, 3).join(',');
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown;
}

export const describeService: Describer<Service & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  writeHead(writer, metadata);
  const slices = slicesOf(session, metadata?.namespace ?? '', metadata?.name ?? '');
  writer.line(0, `Selector:\t${labelList(spec?.selector)}`);
  writer.line(0, `Type:\t${spec?.type ?? ''}`);
  if (spec?.ipFamilyPolicy) writer.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
  if (spec?.ipFamilies?.length) writer.line(0, `IP Families:\t${spec.ipFamilies.join(',')}`);
  else writer.line(0, 'IP Families:\t<none>');
  writer.line(0, `IP:\t${spec?.clusterIP ?? ''}`);
  writer.line(0, `IPs:\t${spec?.clusterIPs?.length ? spec.clusterIPs.join(',') : '<none>'}`);
  if (spec?.externalIPs?.length) writer.line(0, `External IPs:\t${spec.externalIPs.join(',')}`);
  if (spec?.loadBalancerIP) writer.line(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}`);
  if (spec?.externalName) writer.line(0, `External Name:\t${spec.externalName}`);
  const balancers = (status?.loadBalancer?.ingress ?? []) as readonly {
    ip?: string;
    hostname?: string;
    ipMode?: string;
  }[];
  if (balancers.length > 0)
    writer.line(
      0,
      `LoadBalancer Ingress:\t${balancers.map(({ ip, hostname, ipMode }) => (ip ? `${ip}${ipMode ? ` (${ipMode})` : ''}` : (hostname ?? ''))).join(', ')}`,
    );
  for (const port of spec?.ports ?? []) writePort(writer, port, slices);
  writer.line(0, `Session Affinity:\t${spec?.sessionAffinity ?? ''}`);
  if (spec?.externalTrafficPolicy) writer.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}`);
  if (spec?.internalTrafficPolicy) writer.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}`);
  if (spec?.healthCheckNodePort) writer.line(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}`);
  const { trafficDistribution } = (spec ?? {}) as { trafficDistribution?: string };
  if (trafficDistribution) writer.line(0, `Traffic Distribution:\t${trafficDistribution}`);
  if (spec?.loadBalancerSourceRanges?.length)
    writer.line(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}`);
  writeEvents(writer, eventsAbout(session, object));
};

function writePort(writer: DescribeWriter, port: ServicePort, slices: readonly SliceLike[]): void {
  const name = port.name || '<unset>';
  const protocol = port.protocol ?? 'TCP';
  writer.line(0, `Port:\t${name}\t${port.port}/${protocol}`);
  writer.line(0, `TargetPort:\t${port.targetPort ?? port.port}/${protocol}`);
  if (port.nodePort) writer.line(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`);
  writer.line(0, `Endpoints:\t${endpointsText(slices, port.name ?? '')}`);
}

export const describeEndpoints: Describer<Endpoints & KubeObject> = (session, object, writer) => {
  writeHead(writer, object.metadata);
  writer.line(0, 'Subsets:');
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of object.subsets ?? []) {
    writer.line(1, `Addresses:\t${addresses.map(({ ip }) => ip).join(',') || '<none>'}`);
    writer.line(1, `NotReadyAddresses:\t${notReadyAddresses.map(({ ip }) => ip).join(',') || '<none>'}`);
    if (ports.length > 0) {
      writer.line(1, 'Ports:');
      writer.line(2, 'Name\tPort\tProtocol');
      writer.line(2, '----\t----\t--------');
      for (const { name, port, protocol } of ports) writer.line(2, `${name || '<unset>'}\t${port}\t${protocol}`);
    }
    writer.write(0, '\n');
  }
  writeEvents(writer, eventsAbout(session, object));
};

export const describeEndpointSlice: Describer<EndpointSlice & KubeObject> = (session, object, writer) => {
  const { ports = [], endpoints = [] } = object;
  writeHead(writer, object.metadata);
  writer.line(0, `AddressType:\t${object.addressType}`);
  if (ports.length === 0) writer.line(0, 'Ports: <unset>');
  else {
    writer.line(0, 'Ports:');
    writer.line(1, 'Name\tPort\tProtocol');
    writer.line(1, '----\t----\t--------');
    for (const { name, port, protocol } of ports)
      writer.line(1, `${name || '<unset>'}\t${port ?? '<unset>'}\t${protocol ?? '<unset>'}`);
  }
  if (endpoints.length === 0) writer.line(0, 'Endpoints: <none>');
  else writer.line(0, 'Endpoints:');
  for (const { addresses, conditions, hostname, targetRef, nodeName, zone } of endpoints) {
    writer.line(1, `- Addresses:\t${addresses.join(', ') || '<none>'}`);
    writer.line(2, 'Conditions:');
    writer.line(3, `Ready:\t${conditions?.ready ?? '<unset>'}`);
    writer.line(2, `Hostname:\t${hostname || '<unset>'}`);
    if (targetRef) writer.line(2, `TargetRef:\t${targetRef.kind}/${targetRef.name}`);
    writer.line(2, `NodeName:\t${nodeName ?? '<unset>'}`);
    writer.line(2, `Zone:\t${zone || '<unset>'}`);
  }
  writeEvents(writer, eventsAbout(session, object));
};

function backendText(session: Session, namespace: string, backend: IngressBackend | undefined): string {
  if (!backend) return '<default>';
  const { service, resource } = backend;
  if (!service)
    return `APIGroup: ${resource?.apiGroup ?? ''}, Kind: ${resource?.kind ?? ''}, Name: ${resource?.name ?? ''}`;
  const port = service.port?.name ?? String(service.port?.number ?? '');
  const known = session.rest.find<Service & Live>(session.discovery.named('services'), namespace, service.name);
  if (!known) return `${service.name}:${port} (<error: services ${JSON.stringify(service.name)} not found>)`;
  const found = known.spec?.ports?.find((item) =>
    service.port?.name ? item.name === service.port.name : item.port === service.port?.number,
  );
  return `${service.name}:${port} (${found ? endpointsText(slicesOf(session, namespace, service.name), found.name ?? '') : ''})`;
}

export const describeIngress: Describer<Ingress & KubeObject> = (session, object, writer) => {
  const { metadata, spec, status } = object;
  const namespace = metadata?.namespace ?? '';
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writer.line(0, `Namespace:\t${namespace}`);
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  writer.line(0, `Address:\t${addresses.join(',')}`);
  writer.line(0, `Ingress Class:\t${spec?.ingressClassName ?? '<none>'}`);
  writer.line(0, `Default backend:\t${backendText(session, namespace, spec?.defaultBackend)}`);
  if (spec?.tls?.length) {
    writer.line(0, 'TLS:');
    for (const { hosts = [], secretName } of spec.tls)
      writer.line(1, secretName ? `${secretName} terminates ${hosts.join(',')}` : `SNI routes ${hosts.join(',')}`);
  }
  writer.write(0, 'Rules:\n  Host\tPath\tBackends\n  ----\t----\t--------\n');
  let count = 0;
  for (const { host, http } of spec?.rules ?? []) {
    count += 1;
    writer.line(1, `${host || '*'}\t`);
    for (const { path = '', backend } of http?.paths ?? [])
      writer.line(2, `\t${path} \t${backendText(session, namespace, backend)}`);
  }
  if (count === 0) writer.line(1, `*\t*\t${backendText(session, namespace, spec?.defaultBackend)}`);
  writeAnnotations(writer, metadata?.annotations);
  writeEvents(writer, eventsAbout(session, object));
};

export const describeIngressClass: Describer<IngressClass & KubeObject> = (session, object, writer) => {
  const { metadata, spec } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `Controller:\t${spec?.controller ?? ''}`);
  const { parameters } = spec ?? {};
  if (parameters) {
    writer.line(0, 'Parameters:');
    if (parameters.apiGroup) writer.line(1, `APIGroup:\t${parameters.apiGroup}`);
    writer.line(1, `Kind:\t${parameters.kind}`);
    writer.line(1, `Name:\t${parameters.name}`);
  }
  writeEvents(writer, eventsAbout(session, object));
};

export const describeNetworkPolicy: Describer<NetworkPolicy & KubeObject> = (_session, object, writer) => {
  const { metadata, spec } = object;
  writer.line(0, `Name:\t${metadata?.name ?? ''}`);
  writer.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  const created = String(metadata?.creationTimestamp ?? '')
    .replace('T', ' ')
    .replace('Z', ' +0000 UTC');
  writer.line(0, `Created on:\t${created}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, 'Spec:');
  writer.write(1, 'PodSelector: ');
  const isAll =
    Object.keys(spec?.podSelector.matchLabels ?? {}).length === 0 && !spec?.podSelector.matchExpressions?.length;
  writer.write(
    2,
    isAll
      ? '<none> (Allowing the specific traffic to all pods in this namespace)\n'
      : `${selectorText(spec?.podSelector)}\n`,
  );
  const types = (spec as { policyTypes?: readonly string[] } | undefined)?.policyTypes ?? [];
  writeDirection(
    writer,
    types.includes('Ingress'),
    'ingress',
    spec?.ingress?.map(({ ports, from }) => ({ ports, peers: from })),
    'From',
  );
  writeDirection(
    writer,
    types.includes('Egress'),
    'egress',
    spec?.egress?.map(({ ports, to }) => ({ ports, peers: to })),
    'To',
  );
  writer.line(1, `Policy Types: ${types.join(', ')}`);
};

interface Rule {
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
  readonly peers?: readonly NetworkPolicyPeer[] | undefined;
}

function writeDirection(
  writer: DescribeWriter,
  isAffected: boolean,
  word: string,
  rules: readonly Rule[] | undefined,
  preposition: string,
): void {
  if (!isAffected) return writer.line(1, `Not affecting ${word} traffic`);
  writer.line(1, `Allowing ${word} traffic:`);
  const pad = '    ';
  if (!rules?.length) return writer.write(0, `${pad}<none> (Selected pods are isolated for ${word} connectivity)\n`);
  rules.forEach(({ ports = [], peers = [] }, index) => {
    if (ports.length === 0) writer.write(0, `${pad}To Port: <any> (traffic allowed to all ports)\n`);
    for (const { port, protocol = 'TCP', endPort } of ports as readonly (NetworkPolicyPort & { endPort?: number })[])
      writer.write(0, `${pad}To Port: ${port ?? ''}${endPort === undefined ? '' : `-${endPort}`}/${protocol}\n`);
    if (peers.length === 0)
      writer.write(
        0,
        `${pad}${preposition}: <any> (traffic not restricted by ${preposition === 'From' ? 'source' : 'destination'})\n`,
      );
    for (const { podSelector, namespaceSelector, ipBlock } of peers) {
      writer.write(0, `${pad}${preposition}:\n`);
      if (namespaceSelector) writer.write(0, `${pad}  NamespaceSelector: ${selectorText(namespaceSelector)}\n`);
      if (podSelector) writer.write(0, `${pad}  PodSelector: ${selectorText(podSelector)}\n`);
      if (ipBlock) {
        writer.write(
          0,
          `${pad}  IPBlock:\n${pad}    CIDR: ${ipBlock.cidr}\n${pad}    Except: ${(ipBlock.except ?? []).join(', ')}\n`,
        );
      }
    }
    if (index < rules.length - 1) writer.write(0, `${pad}----------\n`);
  });
}
