/**
 * What prometheus-adapter serves behind the APIServices `v1beta1.custom.metrics.k8s.io` and `v1beta2.…`: values of
 * metrics of objects, read only, by paths that no kind is written down for.
 * Upstream: kubernetes-sigs/custom-metrics-apiserver pkg/{apiserver/installer/cmhandlers,provider/{errors,resource_lister},
 * registry/custom_metrics/reststorage}.go, kubernetes-sigs/prometheus-adapter pkg/custom-provider/provider.go,
 * staging/src/k8s.io/metrics/pkg/apis/custom_metrics/{v1beta1,v1beta2}/types.go.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import {
  failure,
  formatMillis,
  matchesLabels,
  parseLabelSelector,
  type KindDefinition,
  type KubeObject,
  type LabelSelector,
  type Status,
  type Stored,
} from './api/index.ts';
import { API_SERVICES, NO_RESOURCE, type ExtensionServer } from './apiserver/aggregation.ts';
import { attributesOf } from './apiserver/authorization/authorize.ts';
import { refuse, type RequestContext } from './apiserver/context.ts';
import { authorizeUser, type ApiServer } from './apiserver/index.ts';
import { backendsOf, type ApiService } from './apiserver/service-backends.ts';
import { CUSTOM_METRICS, DESCRIBED, type Described, type MetricsAdapter } from './custom-metrics.ts';
import { metricsAdapterId, type Kernel } from './kernel/index.ts';
import type { ProcessTable } from './workloads/index.ts';

const GROUP = 'custom.metrics.k8s.io';
const KINDS: Readonly<Record<Described, string>> = { namespaces: 'Namespace', pods: 'Pod', services: 'Service' };
/** Objects of no namespace. Metrics of a namespace are asked for by a path in it. */
const ROOT_SCOPED = ['namespaces', 'nodes'];
/** `namespaces/shop/metrics/http_requests_per_second`: the resource of that path. */
const OF_NAMESPACE = 'metrics';

const VERSIONS = ['v1beta1', 'v1beta2'] as const;
type Version = (typeof VERSIONS)[number];

/** Objects of a kind, as metrics tell of them. */
const describedKind = (version: Version, plural: string, metrics: readonly string[]): KindDefinition => ({
  group: GROUP,
  version,
  kind: 'MetricValueList',
  plural,
  singular: '',
  isNamespaced: !ROOT_SCOPED.includes(plural),
  verbs: ['get', 'list'],
  subresources: metrics.map((name) => ({ name, kind: 'MetricValueList', verbs: ['get'] })),
  servesOnlySubresources: true,
  support: 'simulated',
});

/** Everything that an adapter may tell, of pods as of what else it describes. */
export const CUSTOM_METRICS_KIND: KindDefinition = {
  ...describedKind('v1beta1', 'pods', CUSTOM_METRICS),
  verbs: ['get'],
};

interface Asked {
  readonly resource: string;
  readonly metric: string;
  /** `*` for all that the labels select. */
  readonly name: string;
  readonly namespace: string;
}

const notFound = (message: string): Status => failure({ code: 404, reason: 'NotFound', message });

class CustomMetricsServer implements ExtensionServer {
  readonly group = GROUP;

  constructor(
    readonly version: Version,
    private readonly kernel: Kernel,
    private readonly api: ApiServer,
    private readonly processes: ProcessTable,
  ) {}

  /** The first that listens behind the Service of its APIService. */
  private get adapter(): MetricsAdapter | undefined {
    const stored = this.api.find(API_SERVICES, undefined, `${this.version}.${GROUP}`) as Stored<ApiService> | undefined;
    const backends = stored?.spec?.service ? backendsOf(stored, this.api) : undefined;
    if (!backends?.ok) return undefined;
    for (const { ip, port } of backends.found) {
      const process = this.processes.listener(ip, port);
      if (process?.behaviour.role !== 'prometheus-adapter') continue;
      const id = metricsAdapterId(process.namespace, process.pod);
      return this.kernel.component(id) as MetricsAdapter | undefined;
    }
    return undefined;
  }

  get isAvailable(): boolean {
    return this.adapter !== undefined;
  }

  get kinds(): readonly KindDefinition[] {
    const metrics = this.adapter?.metrics() ?? [];
    return DESCRIBED.flatMap((resource) => {
      const names = metrics.filter((item) => item.resource === resource).map(({ metric }) => metric);
      return names.length === 0 ? [] : [this.kindOf(resource, names)];
    });
  }

  kindOf(plural: string, metrics: readonly string[] = []): KindDefinition {
    return describedKind(this.version, plural, metrics);
  }

  answer(context: RequestContext): KubeObject {
    const { adapter } = this;
    const asked = askedBy(context);
    if (!adapter || !asked) return refuse(context, 'decode', NO_RESOURCE);
    const { labelSelector = '', metricLabelSelector = '' } = context.request.options ?? {};
    const labels = parseLabelSelector(labelSelector);
    const metricLabels = parseLabelSelector(metricLabelSelector);
    for (const selector of [labels, metricLabels])
      if (!selector.ok)
        return refuse(context, 'decode', failure({ code: 400, reason: 'BadRequest', message: selector.message }));
    const names =
      asked.name === '*' ? this.namesOf(context, adapter, asked, labels.ok ? labels.value : []) : [asked.name];
    const selector = metricLabels.ok ? metricLabels.value : [];
    const values = this.valuesOf(context, adapter, asked, selector, names);
    const items = names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [this.shown(asked, name, value, selector)];
    });
    const { resource, metric, name } = asked;
    if (asked.name !== '*' && items.length === 0)
      return refuse(
        context,
        'store',
        notFound(`the server could not find the metric ${metric} for ${resource} ${name}`),
      );
    const list = { kind: 'MetricValueList', apiVersion: `${GROUP}/${this.version}`, metadata: {}, items };
    return list as unknown as KubeObject;
  }

  /** The adapter lists the objects itself. */
  private namesOf(
    context: RequestContext,
    adapter: MetricsAdapter,
    { resource, namespace }: Asked,
    labels: LabelSelector,
  ): readonly string[] {
    const scope = namespace === '' ? undefined : namespace;
    if (!this.mayList(adapter, resource, scope)) {
      const message = 'Internal error occurred: unable to list matching resources';
      refuse(context, 'store', failure({ code: 500, reason: 'InternalError', message }));
    }
    return [...this.api.list(resource, scope)]
      .filter(({ metadata }) => matchesLabels(labels, metadata.labels))
      .map(({ metadata }) => metadata.name);
  }

  private mayList({ home }: MetricsAdapter, resource: string, namespace: string | undefined): boolean {
    const kind = this.api.registry.byResource(resource);
    if (!kind) return false;
    const pod = this.api.find('pods', home.namespace, home.pod) as Stored<Pod> | undefined;
    const user = {
      name: `system:serviceaccount:${home.namespace}:${pod?.spec?.serviceAccountName ?? 'default'}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${home.namespace}`, 'system:authenticated'],
    };
    return authorizeUser(this.api, user, attributesOf('list', kind, { namespace })).isAllowed;
  }

  private valuesOf(
    context: RequestContext,
    adapter: MetricsAdapter,
    { resource, metric, namespace, name }: Asked,
    selector: LabelSelector,
    names: readonly string[],
  ): ReadonlyMap<string, number> {
    const known = adapter.metrics().find((item) => item.resource === resource && item.metric === metric);
    // A metric that nothing tells of, and one that is asked of nobody, are not told apart.
    if (!known || names.length === 0)
      return refuse(context, 'store', notFound(`the server could not find the metric ${metric} for ${resource}`));
    return adapter.values(known.resource, known.resource === 'namespaces' ? name : namespace, metric, selector);
  }

  private shown(
    { resource, metric, namespace }: Asked,
    name: string,
    value: number,
    labels: LabelSelector,
  ): Readonly<Record<string, unknown>> {
    const selector = labels.length === 0 ? null : selectorObject(labels);
    const describedObject = {
      kind: KINDS[resource as Described],
      ...(namespace === '' ? {} : { namespace }),
      name,
      apiVersion: '/v1',
    };
    // The adapter tells the time of its answer, not that of the scrape.
    const timestamp = this.kernel.formatTime();
    const quantity = formatMillis(value);
    return this.version === 'v1beta1'
      ? { describedObject, metricName: metric, timestamp, value: quantity, selector }
      : { describedObject, metric: { name: metric, selector }, timestamp, value: quantity };
  }
}

/** One a version: each has an APIService of its own. */
export const customMetricsServers = (
  kernel: Kernel,
  api: ApiServer,
  processes: ProcessTable,
): readonly ExtensionServer[] => VERSIONS.map((version) => new CustomMetricsServer(version, kernel, api, processes));

function askedBy({ request, kind }: RequestContext): Asked | undefined {
  const { name = '', namespace = '', subresource } = request;
  if (kind.plural === OF_NAMESPACE && !subresource && namespace !== '' && name !== '')
    return { resource: 'namespaces', metric: name, name: namespace, namespace: '' };
  return subresource && name !== '' ? { resource: kind.plural, metric: subresource, name, namespace } : undefined;
}

/** Upstream: apimachinery/pkg/apis/meta/v1/helpers.go (ParseToLabelSelector). */
function selectorObject(labels: LabelSelector): object {
  const equal = labels.filter(({ operator, values }) => operator === 'In' && values.length === 1);
  const others = labels.filter((item) => !equal.includes(item));
  return {
    ...(equal.length > 0 ? { matchLabels: Object.fromEntries(equal.map(({ key, values }) => [key, values[0]])) } : {}),
    ...(others.length > 0 ? { matchExpressions: others } : {}),
  };
}
