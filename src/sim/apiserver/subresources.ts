/**
 * Subresources: status, ephemeralcontainers, resize, scale, binding, eviction, token, finalize.
 * Upstream: pkg/registry/core/pod/storage/{storage,eviction}.go, pkg/registry/apps/deployment/storage/storage.go.
 */
import type { Binding, Namespace, Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from '../api/object.ts';
import { formatSelector } from '../api/selectors.ts';
import { badRequest, conflict, failure, methodNotAllowed } from '../api/status.ts';
import { emptyBody } from './body-faults.ts';
import { note, refuse, type Draft, type RequestContext } from './context.ts';
import { evict } from './eviction.ts';
import { requestToken } from './token-request.ts';
import { patchedBody, patchObject } from './verbs/patch.ts';
import { currentOf } from './verbs/read.ts';
import { storeNext, updateObject, write } from './verbs/update.ts';
import type { ApiResponse } from './request.ts';
import type { ServiceAddresses } from './service-addresses.ts';

const NO_RESOURCE = failure({
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
});

export function serveSubresource(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const { request, kind } = context;
  const found = kind.subresources?.find(({ name }) => name === request.subresource);
  if (!found) return refuse(context, 'decode', NO_RESOURCE);
  if (!found.verbs.includes(request.verb)) return refuse(context, 'decode', methodNotAllowed(context.resource));
  switch (request.subresource) {
    case 'status':
    case 'ephemeralcontainers':
    case 'resize':
      return serveStatus(context, addresses);
    case 'approval':
      // Approving and denying are conditions of the status, by a path that few may take.
      return serveStatus({ ...context, request: { ...request, subresource: 'status' } }, addresses);
    case 'scale':
      return serveScale(context, addresses);
    case 'binding':
      return bind(context, addresses);
    case 'eviction':
      return evict(context, addresses);
    case 'token':
      return requestToken(context, bodyOf(context));
    case 'finalize':
      return finalize(context, addresses);
    default:
      return refuse(context, 'decode', methodNotAllowed(context.resource));
  }
}

function serveStatus(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  switch (context.request.verb) {
    case 'get':
      return { code: 200, body: currentOf(context) };
    case 'update':
      return updateObject(context, addresses);
    default:
      return patchObject(context, addresses);
  }
}

/** The body of a subresource that has a shape of its own. */
function bodyOf(context: RequestContext): KubeObject {
  const { body } = context.request;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as KubeObject;
  const { kind, request } = context;
  const own = kind.subresources?.find(({ name }) => name === request.subresource)?.kind;
  return refuse(context, 'decode', emptyBody(own ?? kind.kind));
}

interface Scalable extends KubeObject {
  spec?: { replicas?: number; selector?: Parameters<typeof formatSelector>[0] };
  status?: { replicas?: number };
}

function scaleOf(object: Stored<Scalable>): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = formatSelector(object.spec?.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: object.spec?.replicas ?? 0 },
    status: { replicas: object.status?.replicas ?? 0, ...(selector === '<none>' ? {} : { selector }) },
  } as KubeObject;
}

function serveScale(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const { request } = context;
  const current = currentOf(context) as Stored<Scalable>;
  if (request.verb === 'get') return { code: 200, body: scaleOf(current) };
  const before = scaleOf(current);
  const wanted = (request.verb === 'patch' ? patchedBody(context, before, 'Scale') : bodyOf(context)) as Scalable;
  const replicas = wanted.spec?.replicas ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) {
    refuse(
      context,
      'validate',
      failure({
        code: 422,
        reason: 'Invalid',
        message: `Scale.autoscaling "${current.metadata.name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`,
      }),
    );
  }
  const stale = wanted.metadata?.resourceVersion;
  if (request.verb === 'update' && stale && stale !== current.metadata.resourceVersion) {
    refuse(context, 'store', conflict(context.resource, current.metadata.name));
  }
  const draft = {
    ...current,
    metadata: { ...current.metadata },
    spec: { ...current.spec, replicas },
  } as unknown as Draft;
  const outside = request.isTyped ? {} : { writesThrough: 'scale' };
  const next = storeNext({ ...withoutSubresource(context), ...outside }, addresses, current, draft);
  return { code: 200, body: scaleOf(next as Stored<Scalable>) };
}

/** The parent object is written by its own rules. */
function withoutSubresource(context: RequestContext): RequestContext {
  const { subresource: _subresource, ...request } = context.request;
  return { ...context, request: { ...request, isTyped: true } };
}

const SUCCESS: KubeObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } as KubeObject;

/** Writes the node into the pod, past its strategy: neither defaults nor the rules of an update are looked at. */
function bind(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const pod = currentOf(context) as Stored<Pod>;
  const { name } = pod.metadata;
  const node = (bodyOf(context) as Binding).target?.name;
  if (!node || typeof node !== 'string') refuse(context, 'decode', badRequest('binding needs a target node'));
  if (pod.metadata.deletionTimestamp) {
    refuse(
      context,
      'store',
      conflict('pods/binding', name, `pod ${name} is being deleted, cannot be assigned to a host`),
    );
  }
  if (pod.spec?.nodeName) {
    refuse(
      context,
      'store',
      conflict('pods/binding', name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`),
    );
  }
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) {
    refuse(context, 'store', conflict('pods/binding', name, `pod ${name} has non-empty .spec.schedulingGates`));
  }
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
  const labels = topologyLabels(context, node);
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: context.formatTime(),
  };
  const draft = {
    ...pod,
    metadata: labels ? { ...pod.metadata, labels: { ...pod.metadata.labels, ...labels } } : { ...pod.metadata },
    spec: { ...pod.spec, nodeName: node },
    status: { ...withoutNomination(pod.status), conditions: [...conditions, scheduled] },
  } as unknown as Draft;
  note(context, 'validate', 'ok');
  note(context, 'admit', 'ok');
  if (!context.isDryRun) write(context, addresses, pod, draft);
  return { code: 201, body: SUCCESS };
}

/** A nomination has done its duty (ClearingNominatedNodeNameAfterBinding). */
function withoutNomination(status: Pod['status']): Pod['status'] {
  if (status?.nominatedNodeName === undefined) return status;
  const { nominatedNodeName: _nomination, ...rest } = status;
  return rest;
}

const TOPOLOGY = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];

/** A bound pod is told where its node stands. Upstream: plugin/pkg/admission/podtopologylabels/admission.go. */
function topologyLabels(context: RequestContext, node: string): Record<string, string> | undefined {
  const labels = context.find('nodes', undefined, node)?.metadata.labels ?? {};
  let found: Record<string, string> | undefined;
  for (const key of TOPOLOGY) if (labels[key] !== undefined) (found ??= {})[key] = labels[key];
  return found;
}

function finalize(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const current = currentOf(context) as Stored<Namespace>;
  const { finalizers = [] } = (bodyOf(context) as Namespace).spec ?? {};
  if (!Array.isArray(finalizers) || finalizers.some((item) => typeof item !== 'string')) {
    refuse(context, 'decode', badRequest('spec.finalizers must be a list of strings'));
  }
  const draft = {
    ...current,
    metadata: { ...current.metadata },
    spec: { ...current.spec, finalizers },
  } as unknown as Draft;
  return { code: 200, body: storeNext(withoutSubresource(context), addresses, current, draft) };
}
