/** Rules of HorizontalPodAutoscalers, in upstream's order. Upstream: pkg/apis/autoscaling/validation/validation.go. */
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from 'kubernetes-types/autoscaling/v2';
import { nameFaults } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { oneOf } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldNotSupported, fieldRequired, type FieldError } from '../status.ts';

/** Fields of a metric by its type, types in the order in which upstream names them. */
export const METRIC_SOURCES = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;

type SourceField = (typeof METRIC_SOURCES)[keyof typeof METRIC_SOURCES];

/** Of several sources only the first is looked into. */
const LOOKED_AT: readonly SourceField[] = ['object', 'external', 'pods', 'resource', 'containerResource'];

interface Source {
  readonly name?: string;
  readonly container?: string;
  readonly describedObject?: Partial<CrossVersionObjectReference>;
  readonly metric?: Partial<MetricIdentifier>;
  readonly target?: Partial<MetricTarget>;
}

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler): readonly FieldError[] {
  const { minReplicas, maxReplicas = 0, metrics = [], behavior } = spec ?? {};
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    errors.push(fieldInvalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) errors.push(fieldInvalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    errors.push(fieldInvalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  const { apiVersion = '', kind } = spec?.scaleTargetRef ?? {};
  const hasGroup = apiVersion.includes('/') || kind === 'ReplicationController';
  return [
    ...errors,
    ...validateReference(spec?.scaleTargetRef, 'spec.scaleTargetRef'),
    ...(hasGroup
      ? []
      : [fieldInvalid('spec.scaleTargetRef.apiVersion', apiVersion, 'apiVersion must specify API group')]),
    ...metrics.flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)),
    ...validateScaling(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateScaling(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

function validateReference(reference: Partial<CrossVersionObjectReference> = {}, path: string): readonly FieldError[] {
  return (['kind', 'name'] as const).flatMap((part) => pathName(reference[part], `${path}.${part}`, ''));
}

function pathName(value: string | undefined, field: string, text: string): readonly FieldError[] {
  if (!value) return [fieldRequired(field, text)];
  return nameFaults('path', value).map((why) => fieldInvalid(field, value, why));
}

function validateMetric(metric: MetricSpec, path: string): readonly FieldError[] {
  const field = `${path}.type`;
  const type = (metric.type as string | undefined) ?? '';
  const expected = METRIC_SOURCES[type as keyof typeof METRIC_SOURCES] as SourceField | undefined;
  const unknown = expected ? [] : [fieldNotSupported(field, type, Object.keys(METRIC_SOURCES))];
  const present = LOOKED_AT.filter((source) => metric[source]);
  const [first] = present;
  const others = present.length > 1 ? present.filter((source) => source !== expected) : [];
  return [
    ...(type ? [] : [fieldRequired(field, 'must specify a metric source type')]),
    ...unknown,
    ...(first ? validateSource(first, metric[first] as Source, `${path}.${first}`) : []),
    ...(expected && !metric[expected]
      ? [fieldRequired(`${path}.${expected}`, 'must populate information for the given metric source')]
      : []),
    ...unknown,
    ...others.map((source) => fieldForbidden(`${path}.${source}`, 'must populate the given metric source only')),
  ];
}

function validateSource(kind: SourceField, source: Source, path: string): readonly FieldError[] {
  const target = source.target ?? {};
  const isResource = kind === 'resource' || kind === 'containerResource';
  const named = isResource
    ? [
        ...(source.name ? [] : [fieldRequired(`${path}.name`, 'must specify a resource name')]),
        ...(kind === 'resource' || source.container
          ? []
          : [fieldRequired(`${path}.container`, 'must specify a container')]),
      ]
    : pathName(source.metric?.name, `${path}.metric.name`, 'must specify a metric name');
  return [
    ...(kind === 'object' ? validateReference(source.describedObject, `${path}.describedObject`) : []),
    ...named,
    ...validateTarget(target, `${path}.target`),
    ...choiceErrors(kind, target, `${path}.target`),
  ];
}

function validateTarget(target: Partial<MetricTarget>, path: string): readonly FieldError[] {
  const { type = '', averageUtilization } = target;
  const errors: FieldError[] = [];
  if (!type) errors.push(fieldRequired(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    errors.push(fieldInvalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  for (const part of ['value', 'averageValue'] as const) {
    const amount = target[part];
    if (amount !== undefined && (parseQuantity(amount) ?? 0) <= 0) {
      errors.push(fieldInvalid(`${path}.${part}`, amount, 'must be positive'));
    }
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(fieldInvalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  return errors;
}

/** Which of the amounts a source wants, and which it cannot have together. */
function choiceErrors(
  kind: SourceField,
  { value, averageValue, averageUtilization }: Partial<MetricTarget>,
  path: string,
): readonly FieldError[] {
  const isSet = (amount: unknown): boolean => amount !== undefined;
  switch (kind) {
    case 'pods':
      return isSet(averageValue)
        ? []
        : [fieldRequired(`${path}.averageValue`, 'must specify a positive target averageValue')];
    case 'object':
      return isSet(value) || isSet(averageValue)
        ? []
        : [fieldRequired(`${path}.averageValue`, 'must set either a target value or averageValue')];
    case 'external':
      if (isSet(value) && isSet(averageValue)) {
        const text = 'may not set both a target value for metric and a per-pod target';
        return [fieldForbidden(`${path}.value`, text)];
      }
      return isSet(value) || isSet(averageValue)
        ? []
        : [fieldRequired(`${path}.averageValue`, 'must set either a target value for metric or a per-pod target')];
    default:
      if (isSet(averageUtilization) && isSet(averageValue)) {
        const text = 'may not set both a target raw value and a target utilization';
        return [fieldForbidden(`${path}.averageValue`, text)];
      }
      return isSet(averageUtilization) || isSet(averageValue)
        ? []
        : [fieldRequired(`${path}.averageUtilization`, 'must set either a target raw value or a target utilization')];
  }
}

const WINDOW_MAX_SECONDS = 3600;
const PERIOD_MAX_SECONDS = 1800;

/** Upstream: validateScalingRules. */
function validateScaling(rules: HPAScalingRules | undefined, path: string): readonly FieldError[] {
  if (!rules) return [];
  const { stabilizationWindowSeconds: seconds, selectPolicy, policies = [] } = rules;
  const window = `${path}.stabilizationWindowSeconds`;
  const errors: FieldError[] = [];
  if ((seconds ?? 0) < 0) errors.push(fieldInvalid(window, seconds, 'must be greater than or equal to zero'));
  if ((seconds ?? 0) > WINDOW_MAX_SECONDS) {
    errors.push(fieldInvalid(window, seconds, `must be less than or equal to ${WINDOW_MAX_SECONDS}`));
  }
  errors.push(...oneOf(`${path}.selectPolicy`, selectPolicy, ['Disabled', 'Max', 'Min']));
  if (policies.length === 0) errors.push(fieldRequired(`${path}.policies`, 'must specify at least one Policy'));
  policies.forEach(({ type, value, periodSeconds }, index) => {
    const field = `${path}.policies[${index}]`;
    const positive = 'must be greater than zero';
    errors.push(...oneOf(`${field}.type`, type, ['Percent', 'Pods']));
    if (!(value > 0)) errors.push(fieldInvalid(`${field}.value`, value ?? 0, positive));
    if (!(periodSeconds > 0)) errors.push(fieldInvalid(`${field}.periodSeconds`, periodSeconds ?? 0, positive));
    else if (periodSeconds > PERIOD_MAX_SECONDS) {
      const text = `must be less than or equal to ${PERIOD_MAX_SECONDS}`;
      errors.push(fieldInvalid(`${field}.periodSeconds`, periodSeconds, text));
    }
  });
  return errors;
}
