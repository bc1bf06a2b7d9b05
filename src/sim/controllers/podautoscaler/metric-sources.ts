/**
 * Metrics that are no resource: of pods and of objects from the custom metrics API, and external ones, which have no
 * source here and fail as on a cluster without an external metrics API.
 * Upstream: pkg/controller/podautoscaler/horizontal.go (computeStatusForObjectMetric, computeStatusForPodsMetric),
 * replica_calculator.go, metrics/client.go; staging/src/k8s.io/metrics/pkg/client/custom_metrics.
 */
import type { MetricIdentifier, MetricSpec, MetricStatus, MetricValueStatus } from 'kubernetes-types/autoscaling/v2';
import type { Pod } from 'kubernetes-types/core/v1';
import { resourceName, type KindRegistry } from '../../api/kind.ts';
import type { KubeObject, Status, Stored } from '../../api/object.ts';
import { formatMillis, milliValue } from '../../api/quantity.ts';
import { formatSelector, goLabelSelector } from '../../api/selectors.ts';
import type { Client } from '../../client/index.ts';
import { replicasForShare, replicasForTotal, replicasForValues, type Size } from './replica-calculator.ts';

const GROUP = 'custom.metrics.k8s.io';

export interface Proposal {
  readonly replicas: number;
  readonly name: string;
  readonly status: MetricStatus;
}

export interface Fault {
  readonly reason: string;
  /** As the event of the metric and the condition say it. */
  readonly message: string;
  /** As the event about all metrics says it of the first. */
  readonly summary: string;
}

export interface MetricsApis {
  readonly client: Client;
  readonly registry: KindRegistry;
  /** The version of a group that discovery tells first of; undefined where nobody serves it. */
  preferredVersion(group: string): string | undefined;
}

/** What is scaled. */
export interface Scaled extends Size {
  readonly namespace: string;
  /** As its scale tells it: `app=web`. */
  readonly selector: string;
  readonly pods: readonly Stored<Pod>[];
  /** Pods that there are. */
  readonly statusReplicas: number;
}

type ObjectSource = NonNullable<MetricSpec['object']>;

/** Values by object, in thousandths; a text when there is none. */
type Values = ReadonlyMap<string, number> | string;

export function proposeFromMetrics(apis: MetricsApis, scaled: Scaled, spec: MetricSpec): Proposal | Fault {
  if (spec.type === 'Pods') return proposeFromPods(apis, scaled, spec.pods!);
  if (spec.type === 'Object') return proposeFromObject(apis, scaled, spec.object!);
  return withoutSource(spec, scaled.namespace);
}

function proposeFromPods(
  apis: MetricsApis,
  scaled: Scaled,
  { metric, target }: NonNullable<MetricSpec['pods']>,
): Proposal | Fault {
  const fault = (message: string): Fault => ({
    reason: 'FailedGetPodsMetric',
    message,
    summary: `failed to get pods metric value: ${message}`,
  });
  const { namespace, pods, selector } = scaled;
  const values = valuesOf(apis, namespace, 'pods', '*', metric, selector);
  if (typeof values === 'string') return fault(`unable to get metric ${metric.name}: ${values}`);
  const answer = replicasForValues(pods, values, milliValue(target.averageValue), scaled);
  if (!answer.ok) return fault(answer.message);
  return {
    replicas: answer.replicas,
    name: `pods metric ${metric.name}`,
    status: { type: 'Pods', pods: { metric, current: { averageValue: formatMillis(answer.average) } } },
  };
}

function proposeFromObject(apis: MetricsApis, scaled: Scaled, source: ObjectSource): Proposal | Fault {
  const { metric, describedObject, target } = source;
  const isShare = target.type === 'AverageValue';
  const fault = (message: string): Fault => {
    const inner = isShare ? `failed to get ${metric.name} object metric: ${message}` : message;
    return { reason: 'FailedGetObjectMetric', message, summary: `failed to get object metric value: ${inner}` };
  };
  const usage = objectValue(apis, scaled.namespace, source);
  if (typeof usage === 'string') {
    const about = `${describedObject.kind} on ${scaled.namespace} ${describedObject.name}`;
    return fault(`unable to get metric ${metric.name}: ${about}/${usage}`);
  }
  const proposal = (replicas: number, name: string, current: MetricValueStatus): Proposal => ({
    replicas,
    name,
    status: { type: 'Object', object: { metric, current, describedObject } },
  });
  if (isShare) {
    const size = { ...scaled, current: scaled.statusReplicas };
    const { replicas, average } = replicasForShare(usage, milliValue(target.averageValue), size);
    // Upstream calls a share of an object's metric an external one.
    const name = `external metric ${metric.name}(${goLabelSelector(metric.selector)})`;
    return proposal(replicas, name, { averageValue: formatMillis(average) });
  }
  const replicas = replicasForTotal(scaled.pods, usage, milliValue(target.value), scaled);
  if (typeof replicas === 'string') return fault(replicas);
  return proposal(replicas, `${describedObject.kind} metric ${metric.name}`, { value: formatMillis(usage) });
}

/** A namespace is asked about by a path of its own, and it is always the autoscaler's. */
function objectValue(apis: MetricsApis, namespace: string, source: ObjectSource): number | string {
  const { metric, describedObject } = source;
  const { apiVersion = '', kind, name } = describedObject;
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
  const isNamespace = kind === 'Namespace' && group === '';
  const found = apis.registry.all().find((item) => item.kind === kind && item.group === group);
  if (!found && apis.preferredVersion(GROUP) !== undefined) {
    const what = group === '' ? kind : `${kind}.${group}`;
    const why = `no matches for kind ${JSON.stringify(kind)} in group ${JSON.stringify(group)}`;
    return failed(`unable to map kind ${what} to resource: ${why}`);
  }
  const values = isNamespace
    ? valuesOf(apis, namespace, 'metrics', metric.name, metric)
    : valuesOf(apis, namespace, found ? resourceName(found) : '', name, metric);
  if (typeof values === 'string') return values;
  const [only] = values.values();
  if (only !== undefined && values.size === 1) return only;
  return failed(`the custom metrics API server returned ${values.size} results when we asked for exactly one`);
}

const failed = (why: string): string => `unable to fetch metrics from custom metrics API: ${why}`;

interface MetricValueList extends KubeObject {
  readonly items?: readonly { readonly describedObject: { readonly name: string }; readonly value: string }[];
}

function valuesOf(
  { client, preferredVersion }: MetricsApis,
  namespace: string,
  resource: string,
  name: string,
  metric: MetricIdentifier,
  labelSelector?: string,
): Values {
  const version = preferredVersion(GROUP);
  if (version === undefined) return failed(`no custom metrics API (${GROUP}) registered`);
  const served = `${resource}.${GROUP}`;
  const metricLabelSelector = metric.selector ? formatSelector(metric.selector) : undefined;
  const options = {
    ...(labelSelector ? { labelSelector } : {}),
    ...(metricLabelSelector ? { metricLabelSelector } : {}),
  };
  // The metrics of a namespace are what is named, those of an object are under it.
  const subresource = resource === 'metrics' ? undefined : metric.name;
  const got = client.getServed({ resource: served, version, namespace, name, subresource, options });
  if (!got.ok) return failed(textOf(got.status, served, name));
  const { items = [] } = got.object as MetricValueList;
  if (items.length === 0 && name === '*') return 'no metrics returned from custom metrics API';
  return new Map(items.map(({ describedObject, value }) => [describedObject.name, milliValue(value)]));
}

/** An answer that is no word of the metrics server comes with what was asked. Upstream: apimachinery/pkg/api/errors. */
function textOf({ message = '' }: Status, resource: string, name: string): string {
  const isGeneric = message === 'the server is currently unable to handle the request' || message === NOT_SERVED;
  return isGeneric ? `${message} (get ${resource} ${name})` : message;
}

const NOT_SERVED = 'the server could not find the requested resource';

/** What has no source on a cluster without an adapter for external metrics fails as it does there. */
function withoutSource({ external }: MetricSpec, namespace: string): Fault {
  const { metric, target } = external!;
  const api = 'no external metrics API (external.metrics.k8s.io) registered';
  const path = `${namespace}/${metric.name}/${goLabelSelector(metric.selector)}`;
  const message = `unable to get external metric ${path}: unable to fetch metrics from external metrics API: ${api}`;
  const what = target.averageValue === undefined ? `external metric ${metric.name}` : `${metric.name} external metric`;
  const summary = `failed to get ${metric.name} external metric value: failed to get ${what}: ${message}`;
  return { reason: 'FailedGetExternalMetric', message, summary };
}
