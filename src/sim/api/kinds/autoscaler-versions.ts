/**
 * HorizontalPodAutoscaler of `autoscaling/v1`: a target for CPU alone has a field; all else travels in annotations, so that
 * a client of this version that reads and writes back loses nothing.
 * Upstream: pkg/apis/autoscaling/v1/conversion.go, pkg/apis/autoscaling/{annotations,helpers}.go.
 */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from 'kubernetes-types/autoscaling/v2';
import type { HorizontalPodAutoscaler as AutoscalerV1 } from 'kubernetes-types/autoscaling/v1';
import type { KindDefinition } from '../kind.ts';
import type { KubeObject, Stored } from '../object.ts';
import { columnsOfKept } from './columns.ts';
import { autoscalerKind } from './scaling.ts';

const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT_METRICS = 'autoscaling.alpha.kubernetes.io/current-metrics';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const ROUND_TRIP: ReadonlySet<string> = new Set([METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR]);

type Fields = Readonly<Record<string, unknown>>;
type Source = 'containerResource' | 'external' | 'object' | 'pods' | 'resource';
type Amounts = Readonly<Partial<Record<'value' | 'averageValue' | 'averageUtilization', string>>>;

const SOURCES: readonly Source[] = ['containerResource', 'external', 'object', 'pods', 'resource'];
const RESOURCE_AMOUNTS = { averageUtilization: 'targetAverageUtilization', averageValue: 'targetAverageValue' };
/** What version 1 calls the amounts of a target. */
const TARGETS: Readonly<Record<Source, Amounts>> = {
  containerResource: RESOURCE_AMOUNTS,
  external: { value: 'targetValue', averageValue: 'targetAverageValue' },
  object: { value: 'targetValue', averageValue: 'averageValue' },
  pods: { averageValue: 'targetAverageValue' },
  resource: RESOURCE_AMOUNTS,
};

/** A state's amounts are called as a target's are. */
const currentName = (name: string): string => name.replace(/^target/, 'current');

const given = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

interface Metric extends Fields {
  readonly name?: string;
  readonly container?: string;
  readonly describedObject?: unknown;
  readonly metric?: { readonly name: string; readonly selector?: unknown };
  readonly target?: MetricTarget;
  readonly current?: MetricValueStatus;
}

/** One metric in the words of version 1. */
function metricFromKept(metric: MetricSpec | MetricStatus): Fields {
  const source = SOURCES.find((name) => metric[name]);
  if (!source) return { type: metric.type };
  const { name, container, describedObject, metric: identifier, target, current } = metric[source] as Metric;
  const values = (target ?? current ?? {}) as Fields;
  const amounts = Object.entries(TARGETS[source]).map(([amount, called]): [string, unknown] => [
    target ? called : currentName(called),
    values[amount],
  ]);
  const selector = source === 'external' ? 'metricSelector' : 'selector';
  const inner = given({
    target: describedObject,
    name,
    metricName: identifier?.name,
    [selector]: identifier?.selector,
    ...Object.fromEntries(amounts),
    container,
  });
  return { type: metric.type, [source]: inner };
}

/** The same, back: `part` says whether it is a wish or a state. */
function metricToKept(metric: Fields, part: 'target' | 'current'): Fields {
  const source = SOURCES.find((name) => metric[name]);
  if (!source) return metric;
  const {
    target: describedObject,
    name,
    container,
    metricName,
    selector,
    metricSelector,
    ...rest
  } = metric[source] as Fields;
  const amounts = Object.fromEntries(
    Object.entries(TARGETS[source]).map(([amount, called]) => [
      amount,
      rest[part === 'target' ? called : currentName(called)],
    ]),
  );
  const kindOfTarget =
    amounts['averageUtilization'] !== undefined
      ? 'Utilization'
      : amounts['averageValue'] !== undefined
        ? 'AverageValue'
        : 'Value';
  const identifier = given({ name: metricName, selector: selector ?? metricSelector });
  return {
    type: metric['type'],
    [source]: given({
      describedObject,
      name,
      container,
      metric: metricName === undefined ? undefined : identifier,
      [part]: { ...(part === 'target' ? { type: kindOfTarget } : {}), ...given(amounts) },
    }),
  };
}

const isCpu = ({ resource }: MetricSpec | MetricStatus): boolean => resource?.name === 'cpu';

/** The annotation holds Go's own form of the behavior, which names fields as Go does. */
function rulesText(rules: HPAScalingRules | undefined): unknown {
  if (!rules) return null;
  const {
    stabilizationWindowSeconds = null,
    selectPolicy = null,
    policies,
    tolerance = null,
  } = rules as HPAScalingRules & { tolerance?: unknown };
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds,
    SelectPolicy: selectPolicy,
    Policies:
      policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ??
      null,
    Tolerance: tolerance,
  };
}

/** Go finds fields by their name in any case. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return value;
  return given(
    Object.fromEntries(
      Object.entries(value).map(([name, item]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, lowered(item)]),
    ),
  );
}

function fromKept(stored: Stored): Stored {
  const { spec, status, metadata } = stored as Stored & HorizontalPodAutoscaler;
  const { metrics = [], behavior, scaleTargetRef, minReplicas, maxReplicas } = spec ?? ({} as NonNullable<typeof spec>);
  const { currentMetrics, conditions, ...counts } = status ?? ({} as NonNullable<typeof status>);
  const states = currentMetrics ?? [];
  const others = metrics.filter((metric) => !isCpu(metric) || metric.resource?.target.averageUtilization === undefined);
  const annotations: Record<string, string> = { ...withoutRoundTrip(metadata.annotations) };
  if (others.length > 0) annotations[METRICS] = JSON.stringify(others.map(metricFromKept));
  if (states.length > 0) annotations[CURRENT_METRICS] = JSON.stringify(states.map(metricFromKept));
  if (behavior) {
    annotations[BEHAVIOR] = JSON.stringify({
      ScaleUp: rulesText(behavior.scaleUp),
      ScaleDown: rulesText(behavior.scaleDown),
    });
  }
  if (conditions && conditions.length > 0) annotations[CONDITIONS] = JSON.stringify(conditions);
  const wanted = metrics.find(isCpu)?.resource?.target.averageUtilization;
  const current = states.filter(isCpu).at(-1)?.resource?.current.averageUtilization;
  const { annotations: _annotations, ...meta } = metadata;
  return {
    ...stored,
    apiVersion: 'autoscaling/v1',
    metadata: { ...meta, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: given({ scaleTargetRef, minReplicas, maxReplicas, targetCPUUtilizationPercentage: wanted }),
    ...(status
      ? {
          status: given({
            ...counts,
            currentReplicas: counts.currentReplicas ?? 0,
            desiredReplicas: counts.desiredReplicas ?? 0,
            currentCPUUtilizationPercentage: current,
          }),
        }
      : {}),
  } as unknown as Stored;
}

function withoutRoundTrip(annotations: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !ROUND_TRIP.has(name)));
}

/** What an annotation holds; one that a person has spoilt is as none. */
function heldBy(annotations: Readonly<Record<string, string>> | undefined, name: string): unknown {
  try {
    return JSON.parse(annotations?.[name] ?? 'null') as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const metricsHeld = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.filter((item): item is Fields => typeof item === 'object' && item !== null) : [];

function toKept(object: KubeObject): KubeObject {
  const { spec, status, metadata = {} } = object as KubeObject & Partial<AutoscalerV1>;
  const { annotations } = metadata;
  const { targetCPUUtilizationPercentage: wanted, ...same } = spec ?? ({} as NonNullable<typeof spec>);
  const { currentCPUUtilizationPercentage: current, ...counts } = status ?? ({} as NonNullable<typeof status>);
  const metrics = [
    ...(wanted === undefined || wanted === null
      ? []
      : [cpu({ target: { type: 'Utilization', averageUtilization: wanted } })]),
    ...metricsHeld(heldBy(annotations, METRICS)).map((metric) => metricToKept(metric, 'target')),
  ];
  const held = metricsHeld(heldBy(annotations, CURRENT_METRICS)).map((metric) => metricToKept(metric, 'current'));
  const ofField = current === undefined ? [] : [cpu({ current: { averageUtilization: current } })];
  const behavior = lowered(heldBy(annotations, BEHAVIOR)) as HorizontalPodAutoscalerBehavior | undefined;
  const conditions = heldBy(annotations, CONDITIONS);
  const currentMetrics = held.length > 0 ? held : ofField;
  const rest = withoutRoundTrip(annotations);
  const { annotations: _annotations, ...meta } = metadata;
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...meta, ...(Object.keys(rest).length > 0 ? { annotations: rest } : {}) },
    ...(spec
      ? {
          spec: {
            ...same,
            ...(metrics.length > 0 ? { metrics } : {}),
            ...(behavior?.scaleUp || behavior?.scaleDown ? { behavior } : {}),
          },
        }
      : {}),
    ...(status
      ? {
          status: {
            ...counts,
            currentMetrics: currentMetrics.length > 0 ? currentMetrics : null,
            ...(Array.isArray(conditions) ? { conditions } : {}),
          },
        }
      : {}),
  } as unknown as KubeObject;
}

const cpu = (part: Fields): Fields => ({ type: 'Resource', resource: { name: 'cpu', ...part } });

const kept = autoscalerKind as KindDefinition;

export const autoscalerV1Kind: KindDefinition = {
  group: kept.group,
  version: 'v1',
  kind: kept.kind,
  plural: kept.plural,
  singular: kept.singular,
  shortNames: kept.shortNames ?? [],
  categories: kept.categories ?? [],
  isNamespaced: true,
  support: 'simulated',
  subresources: kept.subresources ?? [],
  columns: columnsOfKept(kept, toKept),
  conversion: { kept, toKept, fromKept },
};
