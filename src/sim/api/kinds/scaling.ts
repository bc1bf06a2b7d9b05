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
import { fieldInvalid, type FieldError } from '../status.ts';
import { METRIC_SOURCES, validateAutoscaler } from './autoscaler-rules.ts';
import { ageColumn, nameColumn, textColumn } from './columns.ts';
import { status, stored } from './stored-kind.ts';

function defaultBehavior(rules: HPAScalingRules, isUp: boolean): void {
  if (isUp) setDefault(rules, 'stabilizationWindowSeconds', 0);
  setDefault(rules, 'selectPolicy', 'Max');
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 };
  setDefault(rules, 'policies', isUp ? [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent] : [percent]);
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

export const autoscalerKind: KindDefinition<HorizontalPodAutoscaler> = stored<HorizontalPodAutoscaler>(
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
    validate: validateAutoscaler,
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
