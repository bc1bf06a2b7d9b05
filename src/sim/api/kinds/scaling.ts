/**
 * HorizontalPodAutoscaler and PodDisruptionBudget.
 * Upstream: pkg/apis/autoscaling/{v2/defaults,validation/validation}.go, pkg/apis/policy/validation/validation.go.
 */
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from 'kubernetes-types/autoscaling/v2';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import type { KindDefinition } from '../kind.ts';
import { validateSelector } from '../names.ts';
import { intOrPercent, notAboveHundredPercent, oneOf, setDefault } from '../rules.ts';
import { fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { status, stored } from './stored-kind.ts';

const METRIC_SOURCES = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
} as const;

function defaultBehavior(rules: HPAScalingRules, isUp: boolean): void {
  if (isUp) setDefault(rules, 'stabilizationWindowSeconds', 0);
  setDefault(rules, 'selectPolicy', 'Max');
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  setDefault(rules, 'policies', isUp ? [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent] : [percent]);
}

function validateTarget({ spec }: HorizontalPodAutoscaler): readonly FieldError[] {
  const { scaleTargetRef } = spec ?? {};
  const field = 'spec.scaleTargetRef';
  const apiVersion = scaleTargetRef?.apiVersion ?? '';
  const hasGroup = apiVersion.includes('/') || scaleTargetRef?.kind === 'ReplicationController';
  return [
    ...(scaleTargetRef?.kind ? [] : [fieldRequired(`${field}.kind`)]),
    ...(scaleTargetRef?.name ? [] : [fieldRequired(`${field}.name`)]),
    ...(hasGroup ? [] : [fieldInvalid(`${field}.apiVersion`, apiVersion, 'apiVersion must specify API group')]),
  ];
}

function validateMetric(metric: MetricSpec, path: string): readonly FieldError[] {
  const { type } = metric;
  if (!type) return [fieldRequired(`${path}.type`, 'must specify a metric source type')];
  const unknown = oneOf(`${path}.type`, type, Object.keys(METRIC_SOURCES));
  if (unknown.length > 0) return unknown;
  const source = METRIC_SOURCES[type as keyof typeof METRIC_SOURCES];
  const value = metric[source] as { name?: string; target?: MetricTarget } | undefined;
  if (!value) return [fieldRequired(`${path}.${source}`, 'must populate information for the given metric source')];
  const errors: FieldError[] = [];
  const field = `${path}.${source}`;
  if (source === 'resource' && !value.name) {
    errors.push(fieldRequired(`${field}.name`, 'must specify a resource name'));
  }
  const { averageUtilization, averageValue, type: kind } = value.target ?? {};
  if (!kind) errors.push(fieldRequired(`${field}.target.type`, 'must specify a metric target type'));
  else errors.push(...oneOf(`${field}.target.type`, kind, ['AverageValue', 'Utilization', 'Value']));
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(fieldInvalid(`${field}.target.averageUtilization`, averageUtilization, 'must be greater than 0'));
  }
  if (source === 'resource' && averageUtilization === undefined && averageValue === undefined) {
    const text = 'must set either a target raw value or a target utilization';
    errors.push(fieldRequired(`${field}.target.averageUtilization`, text));
  }
  return errors;
}

const WINDOW_MAX_SECONDS = 3600;
const PERIOD_MAX_SECONDS = 1800;

/** Upstream: validateScalingRules. */
function validateBehavior(rules: HPAScalingRules | undefined, path: string): readonly FieldError[] {
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

/** `cpu: 12%/80%`. */
function metricText(spec: MetricSpec, current: MetricStatus | undefined): string {
  const source = METRIC_SOURCES[spec.type as keyof typeof METRIC_SOURCES];
  const wanted = spec[source] as { name?: string; metric?: { name: string }; target: MetricTarget } | undefined;
  const found = current?.[source] as { current?: Partial<MetricTarget> } | undefined;
  if (!wanted) return '<unknown>';
  const { averageUtilization, averageValue, value } = wanted.target;
  const now = found?.current;
  const isResource = source === 'resource' || source === 'containerResource';
  const prefix = isResource ? `${wanted.name ?? ''}: ` : '';
  if (averageUtilization !== undefined) {
    const share = now?.averageUtilization === undefined ? '<unknown>' : `${now.averageUtilization}%`;
    return `${prefix}${share}/${averageUtilization}%`;
  }
  const amount = now?.averageValue ?? now?.value ?? '<unknown>';
  const isMean = averageValue !== undefined && (source === 'object' || source === 'external');
  return `${prefix}${amount}/${averageValue ?? value ?? '<auto>'}${isMean ? ' (avg)' : ''}`;
}

function targetsText({ spec, status: found }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const shown = metrics.slice(0, 2).map((metric, index) => metricText(metric, found?.currentMetrics?.[index]));
  return `${shown.join(', ')}${metrics.length > 2 ? ` + ${metrics.length - 2} more...` : ''}`;
}

const autoscalerKind: KindDefinition<HorizontalPodAutoscaler> = stored<HorizontalPodAutoscaler>(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
  'horizontalpodautoscalers',
  'namespaced',
  {
    shortNames: ['hpa'],
    support: 'simulated',
    categories: ['all'],
    subresources: status('HorizontalPodAutoscaler'),
    applyDefaults({ spec }) {
      if (!spec) return;
      setDefault(spec, 'minReplicas', 1);
      if ((spec.metrics ?? []).length === 0) {
        const target = { type: 'Utilization', averageUtilization: 80 };
        spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }];
      }
      if (!spec.behavior) return;
      setDefault(spec.behavior, 'scaleUp', {});
      setDefault(spec.behavior, 'scaleDown', {});
      defaultBehavior(spec.behavior.scaleUp!, true);
      defaultBehavior(spec.behavior.scaleDown!, false);
    },
    prepareForCreate(autoscaler) {
      Object.assign(autoscaler, { status: { desiredReplicas: 0, currentMetrics: null } });
    },
    validate(autoscaler) {
      const { minReplicas, maxReplicas = 0, metrics = [] } = autoscaler.spec ?? {};
      const errors: FieldError[] = [];
      if (minReplicas !== undefined && minReplicas < 1) {
        errors.push(fieldInvalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
      }
      if (maxReplicas < 1) errors.push(fieldInvalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
      if (minReplicas !== undefined && maxReplicas < minReplicas) {
        errors.push(fieldInvalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
      }
      errors.push(...validateTarget(autoscaler));
      metrics.forEach((metric, index) => errors.push(...validateMetric(metric, `spec.metrics[${index}]`)));
      const { scaleUp, scaleDown } = autoscaler.spec?.behavior ?? {};
      errors.push(...validateBehavior(scaleUp, 'spec.behavior.scaleUp'));
      errors.push(...validateBehavior(scaleDown, 'spec.behavior.scaleDown'));
      return errors;
    },
    columns: [
      nameColumn(),
      textColumn('Reference', ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`),
      textColumn('Targets', targetsText),
      textColumn('MinPods', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
      textColumn('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
      textColumn('Replicas', (autoscaler) => autoscaler.status?.currentReplicas ?? 0),
      ageColumn(),
    ],
  },
);

const budgetKind: KindDefinition<PodDisruptionBudget> = stored<PodDisruptionBudget>(
  'policy/v1',
  'PodDisruptionBudget',
  'poddisruptionbudgets',
  'namespaced',
  {
    shortNames: ['pdb'],
    support: 'simulated',
    hasGeneration: true,
    needsResourceVersion: true,
    subresources: status('PodDisruptionBudget'),
    prepareForCreate(budget) {
      const none = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
      Object.assign(budget, { status: none });
    },
    validate({ spec }) {
      const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec ?? {};
      const errors: FieldError[] = [];
      if (minAvailable !== undefined && maxUnavailable !== undefined) {
        const value = {
          MinAvailable: minAvailable,
          Selector: selector ?? null,
          MaxUnavailable: maxUnavailable,
          UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
        };
        errors.push(fieldInvalid('spec', value, 'minAvailable and maxUnavailable cannot be both set'));
      }
      for (const field of ['minAvailable', 'maxUnavailable'] as const) {
        errors.push(...intOrPercent(`spec.${field}`, spec?.[field]));
        errors.push(...notAboveHundredPercent(`spec.${field}`, spec?.[field]));
      }
      return [
        ...errors,
        ...oneOf('spec.unhealthyPodEvictionPolicy', unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget']),
        ...validateSelector(selector, 'spec.selector'),
      ];
    },
    columns: [
      nameColumn(),
      textColumn('Min Available', ({ spec }) => spec?.minAvailable ?? 'N/A'),
      textColumn('Max Unavailable', ({ spec }) => spec?.maxUnavailable ?? 'N/A'),
      textColumn('Allowed Disruptions', (budget) => budget.status?.disruptionsAllowed ?? 0),
      ageColumn(),
    ],
  },
);

export const SCALING_KINDS = [autoscalerKind, budgetKind] as readonly KindDefinition[];
