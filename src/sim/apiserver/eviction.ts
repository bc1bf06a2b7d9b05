/**
 * POST to a Pod's eviction subresource: a deletion that a PodDisruptionBudget may refuse, and that takes one of the
 * disruptions it allows. Upstream: pkg/registry/core/pod/storage/eviction.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import type { DeleteOptions } from 'kubernetes-types/meta/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { Stored } from '../api/object.ts';
import { matchesLabels, selectorOf } from '../api/selectors.ts';
import { badRequest, failure, unnamed } from '../api/status.ts';
import { refuse, type Draft, type RequestContext } from './context.ts';
import type { ApiResponse, RequestOptions } from './request.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import { deleteObject } from './verbs/delete.ts';
import { currentOf } from './verbs/read.ts';
import { preconditionFailed, write } from './verbs/update.ts';

const BUDGETS = 'poddisruptionbudgets.policy';

export function evict(context: RequestContext, addresses: ServiceAddresses): ApiResponse {
  const pod = currentOf(context) as Stored<Pod>;
  const options = deleteOptionsOf(context, pod);
  const evicting = { ...context, isDryRun: options.dryRun === true };
  const phase = pod.status?.phase;
  const isDone = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp;
  if (!isDone) {
    takeDisruption(evicting, addresses, pod);
    if (!evicting.isDryRun) markDisrupted(evicting, addresses, pod);
  }
  const { subresource: _subresource, body: _body, ...request } = context.request;
  deleteObject({ ...evicting, request: { ...request, verb: 'delete', options } }, addresses);
  return { code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } };
}

/** `deleteOptions` of the body. The revision is looked at here, since evicting writes the Pod before it deletes it. */
function deleteOptionsOf(context: RequestContext, pod: Stored<Pod>): RequestOptions {
  const { options, body } = context.request;
  const given = (body as { deleteOptions?: DeleteOptions } | undefined)?.deleteOptions ?? {};
  const { gracePeriodSeconds, preconditions, dryRun } = given;
  if (gracePeriodSeconds !== undefined && !Number.isInteger(gracePeriodSeconds)) {
    refuse(context, 'decode', badRequest('deleteOptions.gracePeriodSeconds must be a whole number'));
  }
  const { name, resourceVersion } = pod.metadata;
  const wanted = preconditions?.resourceVersion;
  if (wanted && wanted !== resourceVersion) {
    preconditionFailed(
      context,
      name,
      `the ResourceVersion in the precondition (${wanted}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
  return {
    ...options,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions?.uid ? { preconditions: { uid: preconditions.uid } } : {}),
    ...(Array.isArray(dryRun) && dryRun.includes('All') ? { dryRun: true } : {}),
  };
}

/** Takes one of the disruptions that the Pod's budget allows; refuses with 429 when there is none. */
function takeDisruption(context: RequestContext, addresses: ServiceAddresses, pod: Stored<Pod>): void {
  const { namespace, labels, name } = pod.metadata;
  const budgets = [...(context.list(BUDGETS, namespace) as Iterable<Stored<PodDisruptionBudget>>)].filter((item) => {
    const selector = selectorOf(item.spec?.selector);
    return selector && matchesLabels(selector, labels);
  });
  if (budgets.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    refuse(context, 'admit', unnamed(message));
  }
  const [budget] = budgets;
  if (!budget || mayGoUnready(budget, pod)) return;
  const { status } = budget;
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    refuseEviction(
      context,
      `The disruption budget ${budget.metadata.name} is still being processed by the server.`,
      10,
    );
  }
  const allowed = status?.disruptionsAllowed ?? 0;
  if (allowed <= 0) {
    const { desiredHealthy = 0, currentHealthy = 0, conditions = [] } = status ?? {};
    const unsynced = conditions.find(({ type, reason }) => type === 'DisruptionAllowed' && reason === 'SyncFailed');
    const text = unsynced
      ? `does not allow evicting pods currently because it failed sync: ${unsynced.message}`
      : `needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
    refuseEviction(context, `The disruption budget ${budget.metadata.name} ${text}`);
  }
  if (context.isDryRun) return;
  const kind = context.kernel.assertFound(context.registry.byResource(BUDGETS), `no resource ${BUDGETS}`);
  const next = {
    ...budget,
    metadata: { ...budget.metadata },
    status: {
      ...status,
      disruptionsAllowed: allowed - 1,
      disruptedPods: { ...status?.disruptedPods, [name]: context.formatTime() },
    },
  } as unknown as Draft;
  write({ ...context, kind, resource: BUDGETS }, addresses, budget, next);
}

/** A Pod that is not ready takes nothing from a budget that is met, or from one that always lets it go. */
function mayGoUnready({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (pod.status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')) return false;
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  return spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (desiredHealthy > 0 && currentHealthy >= desiredHealthy);
}

function refuseEviction(context: RequestContext, cause: string, retryAfterSeconds?: number): never {
  return refuse(
    context,
    'admit',
    failure({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      causes: [{ reason: 'DisruptionBudget', message: cause }],
      ...(retryAfterSeconds ? { retryAfterSeconds } : {}),
    }),
  );
}

function markDisrupted(context: RequestContext, addresses: ServiceAddresses, pod: Stored<Pod>): void {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: context.formatTime(),
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  };
  const next = {
    ...pod,
    metadata: { ...pod.metadata },
    status: { ...pod.status, conditions: [...others, condition] },
  } as unknown as Draft;
  write(context, addresses, pod, next);
}
