/** `kubectl describe node`. Upstream: kubectl/pkg/describe/describe.go (describeNode, describeNodeResource), component-helpers/resource. */
import { byCode } from '../../../sim/api/go-json.ts';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject } from '../../../sim/api/object.ts';
import { addQuantities, canonicalQuantity, milliValue } from '../../../sim/api/quantity.ts';
import type { Live, Session } from '../session.ts';
import type { Describer } from './describer.ts';
import { eventsAbout, writeEvents } from './events.ts';
import { rfc1123, writeAnnotations, writeLabels, type DescribeWriter } from './writer.ts';

type Amounts = Readonly<Record<string, string>>;

export const describeNode: Describer<Node & KubeObject> = (session, node, writer) => {
  const { metadata, spec, status } = node;
  const name = metadata?.name ?? '';
  writer.line(0, `Name:\t${name}`);
  const roles = rolesOf(metadata?.labels ?? {});
  writer.line(0, `Roles:\t${roles.length > 0 ? roles.join(',') : '<none>'}`);
  writeLabels(writer, 'Labels', metadata?.labels);
  writeAnnotations(writer, metadata?.annotations);
  writer.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp)}`);
  writeTaints(writer, spec?.taints);
  writer.line(0, `Unschedulable:\t${spec?.unschedulable ?? false}`);
  writeLease(session, name, writer);
  if (status?.conditions?.length) {
    writer.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n');
    writer.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
    for (const {
      type,
      status: state,
      lastHeartbeatTime,
      lastTransitionTime,
      reason = '',
      message = '',
    } of status.conditions)
      writer.line(
        1,
        `${type} \t${state} \t${rfc1123(lastHeartbeatTime)} \t${rfc1123(lastTransitionTime)} \t${reason} \t${message}`,
      );
  }
  writer.line(0, 'Addresses:');
  for (const { type, address } of status?.addresses ?? []) writer.line(1, `${type}:\t${address}`);
  writeAmounts(writer, 'Capacity', status?.capacity as Amounts);
  writeAmounts(writer, 'Allocatable', status?.allocatable as Amounts);
  writeSystem(writer, node);
  writePods(session, node, writer);
  // Controllers name a node by its uid, the kubelet by its name.
  writeEvents(writer, [...eventsAbout(session, node), ...eventsAbout(session, node, name)]);
};

function rolesOf(labels: Readonly<Record<string, string>>): readonly string[] {
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith('node-role.kubernetes.io/')) return [key.slice('node-role.kubernetes.io/'.length)];
    return key === 'kubernetes.io/role' && value ? [value] : [];
  });
  return [...new Set(roles.filter(Boolean))].sort(byCode);
}

function writeTaints(writer: DescribeWriter, taints: NonNullable<Node['spec']>['taints']): void {
  writer.write(0, 'Taints:\t');
  if (!taints?.length) return writer.write(0, '<none>\n');
  const sorted = [...taints].sort((left, right) =>
    byCode(`${left.effect},${left.key}`, `${right.effect},${right.key}`),
  );
  sorted.forEach(({ key, value, effect }, index) =>
    writer.write(0, `${index === 0 ? '' : '\t'}${key}${value ? `=${value}` : ''}:${effect}\n`),
  );
}

function writeLease(session: Session, name: string, writer: DescribeWriter): void {
  const lease = session.rest.find<
    Live & { spec?: { holderIdentity?: string; acquireTime?: string; renewTime?: string } }
  >(session.discovery.named('leases.coordination.k8s.io'), 'kube-node-lease', name);
  if (!lease) return;
  const { holderIdentity, acquireTime, renewTime } = lease.spec ?? {};
  writer.line(0, 'Lease:');
  writer.line(1, `HolderIdentity:\t${holderIdentity ?? '<unset>'}`);
  writer.line(1, `AcquireTime:\t${acquireTime ? rfc1123(acquireTime) : '<unset>'}`);
  writer.line(1, `RenewTime:\t${renewTime ? rfc1123(renewTime) : '<unset>'}`);
}

function writeAmounts(writer: DescribeWriter, title: string, amounts: Amounts | undefined): void {
  if (!amounts || Object.keys(amounts).length === 0) return;
  writer.line(0, `${title}:`);
  for (const name of Object.keys(amounts).sort(byCode))
    writer.line(1, `${name}:\t${canonicalQuantity(amounts[name]!)}`);
}

function writeSystem(writer: DescribeWriter, { spec, status }: Node): void {
  const info = status?.nodeInfo;
  writer.line(0, 'System Info:');
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Machine ID', info?.machineID],
    ['System UUID', info?.systemUUID],
    ['Boot ID', info?.bootID],
    ['Kernel Version', info?.kernelVersion],
    ['OS Image', info?.osImage],
    ['Operating System', info?.operatingSystem],
    ['Architecture', info?.architecture],
    ['Container Runtime Version', info?.containerRuntimeVersion],
    ['Kubelet Version', info?.kubeletVersion],
    ['Kube-Proxy Version', info?.kubeProxyVersion],
  ];
  for (const [title, value = ''] of rows) writer.line(1, `${title}:\t${value}`);
  if (spec?.podCIDR) writer.line(0, `PodCIDR:\t${spec.podCIDR}`);
  if (spec?.podCIDRs?.length) writer.line(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`);
  if (spec?.providerID) writer.line(0, `ProviderID:\t${spec.providerID}`);
}

interface Sum {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

function writePods(session: Session, node: Node & KubeObject, writer: DescribeWriter): void {
  const name = node.metadata?.name ?? '';
  const { items } = session.rest.list<Pod & Live>(session.discovery.named('pods'), '', {
    fieldSelector: `spec.nodeName=${name},status.phase!=Failed,status.phase!=Succeeded`,
    limit: 500,
  });
  const allocatable = (
    Object.keys(node.status?.allocatable ?? {}).length > 0 ? node.status?.allocatable : node.status?.capacity
  ) as Amounts;
  const share = (amount: string, resource: string): string => {
    const whole = Number(milliValue(allocatable[resource] ?? '0'));
    return `${whole === 0 ? 0 : Math.trunc((Number(milliValue(amount)) / whole) * 100)}%`;
  };
  writer.line(0, `Non-terminated Pods:\t(${items.length} in total)`);
  writer.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  writer.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  const sums = items.map(sumOf);
  items.forEach(({ metadata }, index) => {
    const { requests, limits } = sums[index]!;
    const cell = (amounts: Amounts, resource: string): string => {
      const amount = amounts[resource] ?? '0';
      return `${amount} (${share(amount, resource)})`;
    };
    writer.line(
      1,
      `${metadata.namespace}\t${metadata.name}\t\t${cell(requests, 'cpu')}\t${cell(limits, 'cpu')}\t${cell(requests, 'memory')}\t${cell(limits, 'memory')}\t${writer.since(metadata.creationTimestamp)}`,
    );
  });
  writer.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  writer.line(1, 'Resource\tRequests\tLimits');
  writer.line(1, '--------\t--------\t------');
  const total = {
    requests: added(sums.map(({ requests }) => requests)),
    limits: added(sums.map(({ limits }) => limits)),
  };
  const standard = ['cpu', 'memory', 'ephemeral-storage'];
  const extended = Object.keys(allocatable).filter((resource) => !standard.includes(resource) && resource !== 'pods');
  for (const resource of standard) {
    const [request, limit] = [total.requests[resource] ?? '0', total.limits[resource] ?? '0'];
    writer.line(1, `${resource}\t${request} (${share(request, resource)})\t${limit} (${share(limit, resource)})`);
  }
  for (const resource of extended.sort(byCode)) {
    const isHuge = resource.startsWith('hugepages-');
    const [request, limit] = [total.requests[resource] ?? '0', total.limits[resource] ?? '0'];
    if (isHuge)
      writer.line(1, `${resource}\t${request} (${share(request, resource)})\t${limit} (${share(limit, resource)})`);
    else writer.line(1, `${resource}\t${request}\t${limit}`);
  }
}

const isSidecar = ({ restartPolicy }: { restartPolicy?: string }): boolean => restartPolicy === 'Always';

/** What a pod asks for: its containers together, or an init container alone where that is more; and its overhead. */
function sumOf({ spec }: Pod): Sum {
  const inits = (spec?.initContainers ?? []) as readonly (NonNullable<Pod['spec']>['containers'][number] & {
    restartPolicy?: string;
  })[];
  const of = (what: 'requests' | 'limits'): Amounts => {
    const running = [...(spec?.containers ?? []), ...inits.filter(isSidecar)].map(
      ({ resources }) => (resources?.[what] ?? {}) as Amounts,
    );
    const together = added(running);
    const before: Amounts[] = [];
    let sidecars: Amounts = {};
    for (const container of inits) {
      const own = (container.resources?.[what] ?? {}) as Amounts;
      if (isSidecar(container)) sidecars = added([sidecars, own]);
      before.push(isSidecar(container) ? sidecars : added([sidecars, own]));
    }
    return largest([together, ...before]);
  };
  return { requests: of('requests'), limits: of('limits') };
}

function added(all: readonly Amounts[]): Amounts {
  const sum: Record<string, string> = {};
  for (const amounts of all)
    for (const [name, amount] of Object.entries(amounts))
      sum[name] = name in sum ? addQuantities(sum[name]!, amount) : amount;
  return sum;
}

function largest(all: readonly Amounts[]): Amounts {
  const most: Record<string, string> = {};
  for (const amounts of all)
    for (const [name, amount] of Object.entries(amounts))
      if (!(name in most) || Number(milliValue(amount)) > Number(milliValue(most[name]!))) most[name] = amount;
  return most;
}
