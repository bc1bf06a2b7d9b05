/**
 * Node, Namespace, Event, Lease, EndpointSlice, ServiceAccount: the kinds a cluster runs on.
 * Upstream: pkg/apis/core/v1/defaults.go, pkg/printers/internalversion/printers.go.
 */
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Event, Namespace, Node, NodeSystemInfo, NodeSpec, ServiceAccount } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { ageOf } from '../duration.ts';
import type { KindDefinition } from '../kind.ts';
import { keyFaults, labelValueFaults } from '../names.ts';
import { immutable, notNegative, oneOf, setDefault } from '../rules.ts';
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { validateSlice } from './endpoint-rules.ts';
import { TAINT_EFFECTS } from './placement-rules.ts';

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  const text = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function nodeRoles(node: Node): string {
  const labels = Object.entries(node.metadata?.labels ?? {});
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return roles.filter(Boolean).sort().join(',') || '<none>';
}

const addressOf = (node: Node, type: string): string =>
  node.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>';

/** Upstream: validateNodeTaints. They are said to be of the metadata. */
function validateTaints(spec: NodeSpec | undefined): readonly FieldError[] {
  const seen = new Set<string>();
  return (spec?.taints ?? []).flatMap((taint, index) => {
    const field = `metadata.taints[${index}]`;
    const { key = '', value = '', effect, timeAdded } = taint;
    const errors: FieldError[] = keyFaults(key).map((text) => fieldInvalid(`${field}.key`, key, text));
    const faults = labelValueFaults(value);
    if (faults.length > 0) errors.push(fieldInvalid(`${field}.value`, value, faults.join('; ')));
    if (!effect) errors.push(fieldRequired(`${field}.effect`));
    else errors.push(...oneOf(`${field}.effect`, effect, TAINT_EFFECTS));
    const pair = `${key}:${effect}`;
    if (seen.has(pair)) {
      const double = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null };
      errors.push(fieldDuplicate(field, double, 'taints must be unique by key and effect pair'));
    }
    seen.add(pair);
    return errors;
  });
}

/** What a Node tells of its machine. */
const NODE_FACTS = [
  'architecture',
  'bootID',
  'containerRuntimeVersion',
  'kernelVersion',
  'kubeProxyVersion',
  'kubeletVersion',
  'machineID',
  'operatingSystem',
  'osImage',
  'systemUUID',
] as const;

export const nodeKind: KindDefinition<Node> = {
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  isNamespaced: false,
  support: 'simulated',
  etcdPrefix: 'minions',
  subresources: [{ name: 'status', kind: 'Node', verbs: ['get', 'patch', 'update'] }],
  applyDefaults(node) {
    // Neither part can be absent: both are structs, not pointers to such.
    if (node.status?.nodeInfo && node.status.daemonEndpoints) return;
    const unknown = Object.fromEntries(NODE_FACTS.map((fact) => [fact, ''])) as unknown as NodeSystemInfo;
    const status = {
      ...node.status,
      daemonEndpoints: node.status?.daemonEndpoints ?? { kubeletEndpoint: { Port: 0 } },
      nodeInfo: node.status?.nodeInfo ?? unknown,
    };
    Object.assign(node, { status });
  },
  validate: ({ spec }) => validateTaints(spec),
  validateUpdate: (next, old) => {
    const [now, before] = [next.spec?.podCIDR, old.spec?.podCIDR];
    const text = 'node updates may not change podCIDR except from "" to valid';
    return before && now !== before ? [fieldForbidden('spec.podCIDRs', text)] : [];
  },
  selectableFields: { 'spec.unschedulable': ({ spec }) => String(spec?.unschedulable ?? false) },
  columns: [
    nameColumn(),
    textColumn('Status', nodeStatus),
    textColumn('Roles', nodeRoles),
    ageColumn(),
    textColumn('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
    textColumn('Internal-IP', (node) => addressOf(node, 'InternalIP'), 1),
    textColumn('External-IP', (node) => addressOf(node, 'ExternalIP'), 1),
    textColumn('OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', 1),
    textColumn('Kernel-Version', ({ status }) => status?.nodeInfo?.kernelVersion || '<unknown>', 1),
    textColumn('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>', 1),
  ],
};

export const namespaceKind: KindDefinition<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  isNamespaced: false,
  nameRule: 'label',
  support: 'simulated',
  subresources: [
    { name: 'status', kind: 'Namespace', verbs: ['get', 'patch', 'update'] },
    { name: 'finalize', kind: 'Namespace', verbs: ['update'] },
  ],
  applyDefaults(namespace) {
    const metadata = namespace.metadata as { name?: string; labels?: Record<string, string> };
    if (metadata.name && metadata.labels?.['kubernetes.io/metadata.name'] !== metadata.name) {
      metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    }
  },
  prepareForCreate(namespace) {
    namespace.spec = { finalizers: ['kubernetes'] };
    namespace.status = { phase: 'Active' };
  },
  prepareForUpdate(next, old) {
    if (next.spec === undefined && old.spec !== undefined) next.spec = old.spec;
  },
  selectableFields: { 'status.phase': ({ status }) => status?.phase ?? '' },
  columns: [nameColumn(), textColumn('Status', ({ status }) => status?.phase ?? ''), ageColumn()],
};

/** Events of the newer API have only their own time, and a series once they repeat. */
const firstSeen = ({ firstTimestamp, eventTime }: Event): string | undefined =>
  firstTimestamp ?? eventTime ?? undefined;
const lastSeen = (event: Event): string | undefined =>
  event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event);

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent;
  return [component, source?.host || reportingInstance].filter(Boolean).join(', ');
}

export const eventKind: KindDefinition<Event> = {
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  isNamespaced: true,
  support: 'simulated',
  canCreateOnUpdate: true,
  selectableFields: {
    'involvedObject.kind': ({ involvedObject }) => involvedObject.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    source: ({ source }) => source?.component ?? '',
    type: ({ type }) => type ?? '',
  },
  columns: [
    textColumn('Last Seen', (event, { nowEpochMs }) => ageOf(lastSeen(event), nowEpochMs)),
    textColumn('Type', ({ type }) => type ?? ''),
    textColumn('Reason', ({ reason }) => reason ?? ''),
    textColumn(
      'Object',
      ({ involvedObject }) => `${(involvedObject?.kind ?? '').toLowerCase()}/${involvedObject?.name ?? ''}`,
    ),
    textColumn('Subobject', ({ involvedObject }) => involvedObject?.fieldPath ?? '', 1),
    textColumn('Source', sourceOf, 1),
    textColumn('Message', ({ message }) => (message ?? '').trim()),
    textColumn('First Seen', (event, { nowEpochMs }) => ageOf(firstSeen(event), nowEpochMs), 1),
    textColumn('Count', ({ count, series }) => series?.count ?? (count || 1), 1),
    textColumn('Name', ({ metadata }) => metadata.name, 1),
  ],
};

export const leaseKind: KindDefinition<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  isNamespaced: true,
  support: 'simulated',
  canCreateOnUpdate: true,
  needsResourceVersion: true,
  validate: ({ spec }) => [
    ...((spec?.leaseDurationSeconds ?? 1) <= 0
      ? [fieldInvalid('spec.leaseDurationSeconds', spec?.leaseDurationSeconds, 'must be greater than 0')]
      : []),
    ...notNegative('spec.leaseTransitions', spec?.leaseTransitions),
  ],
  columns: [nameColumn(), textColumn('Holder', ({ spec }) => spec?.holderIdentity ?? ''), ageColumn()],
};

const firstThree = (items: readonly string[]): string =>
  items.length === 0
    ? '<unset>'
    : items.length <= 3
      ? items.join(',')
      : `${items.slice(0, 3).join(',')} + ${items.length - 3} more...`;

export const endpointSliceKind: KindDefinition<EndpointSlice> = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  isNamespaced: true,
  support: 'simulated',
  hasGeneration: true,
  applyDefaults({ ports }) {
    for (const port of ports ?? []) {
      setDefault(port, 'name', '');
      setDefault(port, 'protocol', 'TCP');
    }
  },
  validate: validateSlice,
  validateUpdate: (next, old) => immutable('addressType', next.addressType, old.addressType),
  columns: [
    nameColumn(),
    textColumn('AddressType', ({ addressType }) => addressType),
    textColumn('Ports', ({ ports }) =>
      firstThree((ports ?? []).map(({ port, name }) => String(port ?? (name || '*')))),
    ),
    textColumn('Endpoints', ({ endpoints }) => firstThree((endpoints ?? []).flatMap(({ addresses }) => addresses))),
    ageColumn(),
  ],
};

export const serviceAccountKind: KindDefinition<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  isNamespaced: true,
  subresources: [
    { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
  ],
  support: 'simulated',
  columns: [nameColumn(), ageColumn()],
};
