/**
 * LimitRanger: fills in what a namespace gives by default, and holds pods, containers and claims to its bounds.
 * Upstream: plugin/pkg/admission/limitranger/admission.go.
 */
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  ResourceRequirements,
} from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { addQuantities, compareQuantities, parseQuantity } from '../../api/quantity.ts';
import { forbidden } from '../../api/status.ts';
import { refuse, type Draft, type RequestContext } from '../context.ts';

type Amounts = Readonly<Record<string, string>>;
type Asked = Pick<ResourceRequirements, 'requests' | 'limits'>;

function rangesOf(context: RequestContext, draft: Draft): readonly Stored<LimitRange>[] {
  return [...(context.list('limitranges', draft.metadata.namespace) as Iterable<Stored<LimitRange>>)];
}

/** Fills in the defaults of a pod; true where it has changed it. */
export function defaultLimits(context: RequestContext, pod: Pod & Draft): boolean {
  const notes = fillDefaults(pod, rangesOf(context, pod));
  if (notes.length === 0) return false;
  const metadata = pod.metadata as { annotations?: Record<string, string> };
  metadata.annotations = {
    ...metadata.annotations,
    'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${notes.join('; ')}`,
  };
  return true;
}

/** Refuses a pod that is beyond the limits. By then a generated name is there, and stands in the message. */
export function limitPod(context: RequestContext, pod: Pod & Draft): void {
  hold(context, pod, rangesOf(context, pod), (item) => {
    if (item.type === 'Pod') return faultsOf(item, podAsks(pod));
    if (item.type !== 'Container') return [];
    const { containers, initContainers = [] } = pod.spec!;
    return [...containers, ...initContainers].flatMap(({ resources }) => faultsOf(item, resources ?? {}));
  });
}

export function limitClaim(context: RequestContext, claim: PersistentVolumeClaim & Draft): void {
  const asked = claim.spec?.resources ?? {};
  hold(context, claim, rangesOf(context, claim), (item) =>
    item.type === 'PersistentVolumeClaim' ? [...belowMinimum(item, asked), ...aboveForRequests(item, asked)] : [],
  );
}

/** The first range with faults refuses, with all of its own. */
function hold(
  context: RequestContext,
  draft: Draft,
  ranges: readonly Stored<LimitRange>[],
  faults: (item: LimitRangeItem) => readonly string[],
): void {
  for (const { spec } of ranges) {
    const found = [...new Set((spec?.limits ?? []).flatMap(faults))];
    if (found.length === 0) continue;
    const text = found.length === 1 ? found[0]! : `[${found.join(', ')}]`;
    refuse(context, 'admit', forbidden(context.resource, draft.metadata.name ?? '', text));
  }
}

function fillDefaults(pod: Pod & Draft, ranges: readonly Stored<LimitRange>[]): readonly string[] {
  const items = ranges.flatMap(({ spec }) => spec?.limits ?? []).filter(({ type }) => type === 'Container');
  const notes: string[] = [];
  const fill =
    (title: string) =>
    (container: Container): Container => {
      const requests: Record<string, string> = { ...container.resources?.requests };
      const limits: Record<string, string> = { ...container.resources?.limits };
      const filled = { request: [] as string[], limit: [] as string[] };
      for (const item of items) {
        for (const [name, value] of Object.entries(item.defaultRequest ?? {})) {
          if (requests[name] === undefined) [requests[name], filled.request] = [value, [...filled.request, name]];
        }
        for (const [name, value] of Object.entries(item.default ?? {})) {
          if (limits[name] === undefined) [limits[name], filled.limit] = [value, [...filled.limit, name]];
        }
      }
      for (const side of ['request', 'limit'] as const) {
        if (filled[side].length > 0)
          notes.push(`${filled[side].sort().join(', ')} ${side} for ${title} ${container.name}`);
      }
      if (filled.request.length + filled.limit.length === 0) return container;
      const resources = {
        ...container.resources,
        ...(Object.keys(requests).length > 0 ? { requests } : {}),
        ...(Object.keys(limits).length > 0 ? { limits } : {}),
      };
      return { ...container, resources };
    };
  const { containers, initContainers } = pod.spec!;
  pod.spec = {
    ...pod.spec!,
    containers: containers.map(fill('container')),
    ...(initContainers ? { initContainers: initContainers.map(fill('init container')) } : {}),
  };
  return notes;
}

/** Containers and sidecars together, or what an init container takes, if that is more. */
function podAsks({ spec }: Pod): Asked {
  const total = (side: 'requests' | 'limits'): Amounts => {
    const sum: Record<string, string> = {};
    const inits = spec?.initContainers ?? [];
    const lasting = [...spec!.containers, ...inits.filter(({ restartPolicy }) => restartPolicy === 'Always')];
    for (const { resources } of lasting)
      for (const [name, value] of Object.entries(resources?.[side] ?? {}))
        sum[name] = sum[name] === undefined ? value : addQuantities(sum[name], value);
    for (const { resources, restartPolicy } of inits) {
      if (restartPolicy === 'Always') continue;
      for (const [name, value] of Object.entries(resources?.[side] ?? {}))
        if (sum[name] === undefined || compareQuantities(value, sum[name]) > 0) sum[name] = value;
    }
    return sum;
  };
  return { requests: total('requests'), limits: total('limits') };
}

const faultsOf = (item: LimitRangeItem, asked: Asked): readonly string[] => [
  ...belowMinimum(item, asked),
  ...aboveMaximum(item, asked),
  ...aboveRatio(item, asked),
];

function belowMinimum({ type, min = {} }: LimitRangeItem, { requests = {}, limits = {} }: Asked): readonly string[] {
  return Object.entries(min).flatMap(([name, minimum]) => {
    const rule = `minimum ${name} usage per ${type} is ${minimum}`;
    const [request, limit] = [requests[name], limits[name]];
    if (request === undefined) return [`${rule}.  No request is specified`];
    if (compareQuantities(request, minimum) < 0) return [`${rule}, but request is ${request}`];
    return limit !== undefined && compareQuantities(limit, minimum) < 0 ? [`${rule}, but limit is ${limit}`] : [];
  });
}

function aboveMaximum({ type, max = {} }: LimitRangeItem, { requests = {}, limits = {} }: Asked): readonly string[] {
  return Object.entries(max).flatMap(([name, maximum]) => {
    const rule = `maximum ${name} usage per ${type} is ${maximum}`;
    const [request, limit] = [requests[name], limits[name]];
    if (limit === undefined) return [`${rule}.  No limit is specified`];
    if (compareQuantities(limit, maximum) > 0) return [`${rule}, but limit is ${limit}`];
    return request !== undefined && compareQuantities(request, maximum) > 0
      ? [`${rule}, but request is ${request}`]
      : [];
  });
}

/** Claims have no limits: their requests are held to the maximum. */
function aboveForRequests({ type, max = {} }: LimitRangeItem, { requests = {} }: Asked): readonly string[] {
  return Object.entries(max).flatMap(([name, maximum]) => {
    const rule = `maximum ${name} usage per ${type} is ${maximum}`;
    const request = requests[name];
    if (request === undefined) return [`${rule}.  No request is specified`];
    return compareQuantities(request, maximum) > 0 ? [`${rule}, but request is ${request}`] : [];
  });
}

function aboveRatio(
  { type, maxLimitRequestRatio = {} }: LimitRangeItem,
  { requests = {}, limits = {} }: Asked,
): readonly string[] {
  return Object.entries(maxLimitRequestRatio).flatMap(([name, ratio]) => {
    const rule = `${name} max limit to request ratio per ${type} is ${ratio}`;
    const [request, limit] = [parseQuantity(requests[name] ?? 0) ?? 0, parseQuantity(limits[name] ?? 0) ?? 0];
    if (request === 0) return [`${rule}, but no request is specified or request is 0`];
    if (limit === 0) return [`${rule}, but no limit is specified or limit is 0`];
    const provided = limit / request;
    return provided > (parseQuantity(ratio) ?? 0) ? [`${rule}, but provided ratio is ${provided.toFixed(6)}`] : [];
  });
}
