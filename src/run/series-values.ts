/** Which numbers of an object make its curves, kind by kind: what its spec asks for and what its status reports. */
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from 'kubernetes-types/apps/v1';
import type { HorizontalPodAutoscaler, MetricTarget, MetricValueStatus } from 'kubernetes-types/autoscaling/v2';
import type { CronJob, Job } from 'kubernetes-types/batch/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { milliValue } from '../sim/api/index.ts';
import type { Stored } from '../sim/api/object.ts';

/** Name and number; null where the object does not say. */
export type SeriesValues = readonly (readonly [string, number | null])[];

type Numbers = Readonly<Record<string, number | null | undefined>>;

const listed = (numbers: Numbers): SeriesValues => Object.entries(numbers).map(([name, value]) => [name, value ?? 0]);

/** Resource to what is read of its objects. A resource that is not here has no curves. */
const READERS: Readonly<Record<string, (object: Stored) => SeriesValues>> = {
  'deployments.apps': (object) => {
    const { spec, status } = object as Stored<Deployment>;
    return listed({
      desired: spec?.replicas ?? 1,
      replicas: status?.replicas,
      updated: status?.updatedReplicas,
      ready: status?.readyReplicas,
      available: status?.availableReplicas,
    });
  },
  'replicasets.apps': (object) => {
    const { spec, status } = object as Stored<ReplicaSet>;
    return listed({
      desired: spec?.replicas ?? 1,
      replicas: status?.replicas,
      ready: status?.readyReplicas,
      available: status?.availableReplicas,
    });
  },
  'statefulsets.apps': (object) => {
    const { spec, status } = object as Stored<StatefulSet>;
    return listed({
      desired: spec?.replicas ?? 1,
      replicas: status?.replicas,
      updated: status?.updatedReplicas,
      ready: status?.readyReplicas,
    });
  },
  'daemonsets.apps': (object) => {
    const { status } = object as Stored<DaemonSet>;
    return listed({
      desired: status?.desiredNumberScheduled,
      replicas: status?.currentNumberScheduled,
      updated: status?.updatedNumberScheduled,
      ready: status?.numberReady,
    });
  },
  'jobs.batch': (object) => {
    const { status } = object as Stored<Job>;
    return listed({
      active: status?.active,
      ready: status?.ready,
      succeeded: status?.succeeded,
      failed: status?.failed,
    });
  },
  'cronjobs.batch': (object) => listed({ active: (object as Stored<CronJob>).status?.active?.length }),
  'horizontalpodautoscalers.autoscaling': autoscalerValues,
  'poddisruptionbudgets.policy': (object) => {
    const { status } = object as Stored<PodDisruptionBudget>;
    return listed({
      allowed: status?.disruptionsAllowed,
      current: status?.currentHealthy,
      wanted: status?.desiredHealthy,
      expected: status?.expectedPods,
    });
  },
};

export const SERIES_RESOURCES: readonly string[] = Object.keys(READERS);

export function seriesValues(resource: string, object: Stored): SeriesValues | undefined {
  return READERS[resource]?.(object);
}

/** A metric's curve beside its target's: `value.0` and `target.0` of the first one in the spec. */
function autoscalerValues(object: Stored): SeriesValues {
  const { spec, status } = object as Stored<HorizontalPodAutoscaler>;
  const replicas = listed({
    current: status?.currentReplicas,
    wanted: status?.desiredReplicas,
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas,
  });
  const metrics = (spec?.metrics ?? []).flatMap((metric, index): SeriesValues => {
    const asked = metric.resource ?? metric.containerResource ?? metric.pods ?? metric.object ?? metric.external;
    // Statuses stand in the order of the specs; one that cannot be read has an empty place.
    const item = status?.currentMetrics?.[index];
    const reported = item?.resource ?? item?.containerResource ?? item?.pods ?? item?.object ?? item?.external;
    return [
      [`value.${index}`, amount(reported?.current, asked?.target)],
      [`target.${index}`, amount(asked?.target, asked?.target)],
    ];
  });
  return [...replicas, ...metrics];
}

/** In what the target is written in: percent of the request, or thousandths of the metric's unit. */
function amount(value: MetricValueStatus | undefined, target: MetricTarget | undefined): number | null {
  if (!value || !target) return null;
  if (target.averageUtilization !== undefined) return value.averageUtilization ?? null;
  const quantity = target.averageValue === undefined ? value.value : value.averageValue;
  return quantity === undefined ? null : milliValue(quantity) / 1000;
}
