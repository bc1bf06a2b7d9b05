/** A HorizontalPodAutoscaler: what it measures against what it aims at, and by which rules it decides. Pure. */
import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget } from 'kubernetes-types/autoscaling/v2';
import type { Stored } from '../../sim/api/object.ts';

export type MetricUnit = 'percent' | 'cores' | 'bytes' | 'number';

export interface MetricPicture {
  readonly name: string;
  readonly unit: MetricUnit;
  /** Names of its curves in the series. */
  readonly value: string;
  readonly target: string;
}

export interface ScalingRules {
  readonly windowSeconds: number;
  readonly select: string;
  readonly policies: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[];
  /** How far a metric may be off its target before anything is done: 0.1 is a tenth. */
  readonly tolerance: number;
}

export interface AutoscalerPicture {
  readonly metrics: readonly MetricPicture[];
  readonly targetKey: string | undefined;
  readonly targetName: string;
  readonly min: number;
  readonly max: number;
  readonly up: ScalingRules;
  readonly down: ScalingRules;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
}

const RESOURCES: Readonly<Record<string, string>> = {
  Deployment: 'deployments.apps',
  ReplicaSet: 'replicasets.apps',
  StatefulSet: 'statefulsets.apps',
};

interface RulesLike {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: string;
  readonly policies?: ScalingRules['policies'];
  readonly tolerance?: string;
}

export function autoscalerPicture({ metadata, spec, status }: Stored<HorizontalPodAutoscaler>): AutoscalerPicture {
  const { kind = '', name = '' } = spec?.scaleTargetRef ?? {};
  const resource = RESOURCES[kind];
  return {
    metrics: (spec?.metrics ?? []).map((metric, index) => {
      const source = metric.resource ?? metric.containerResource;
      const other = metric.pods ?? metric.object ?? metric.external;
      return {
        name: source?.name ?? nameOf(metric),
        unit: unitOf(source?.name, source?.target ?? other?.target),
        value: `value.${index}`,
        target: `target.${index}`,
      };
    }),
    targetKey: resource && `${resource}|${metadata.namespace}/${name}`,
    targetName: `${kind} ${name}`,
    min: spec?.minReplicas ?? 1,
    max: spec?.maxReplicas ?? 0,
    up: rulesOf(spec?.behavior?.scaleUp, 0, UP),
    down: rulesOf(spec?.behavior?.scaleDown, 300, DOWN),
    conditions: (status?.conditions ?? []).map(({ type, status: value, reason = '', message = '' }) => ({
      type,
      status: value,
      reason,
      message,
    })),
  };
}

/** Whose it is and what it is a mean of: `queue_messages_ready / Pod (Service queue)`. */
function nameOf({ pods, object, external }: MetricSpec): string {
  const source = pods ?? object ?? external;
  const share = source?.target.averageValue === undefined ? '' : ' / Pod';
  const about = object ? ` (${object.describedObject.kind} ${object.describedObject.name})` : '';
  return `${source?.metric.name ?? ''}${share}${about}`;
}

function unitOf(resource: string | undefined, target: MetricTarget | undefined): MetricUnit {
  if (target?.averageUtilization !== undefined) return 'percent';
  return resource === 'cpu' ? 'cores' : resource === 'memory' ? 'bytes' : 'number';
}

/** Upstream's defaults, where the spec has no behaviour. Upstream: pkg/apis/autoscaling/v2/defaults.go. */
const UP = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const DOWN = [{ type: 'Percent', value: 100, periodSeconds: 15 }];
const DEFAULT_TOLERANCE = 0.1;

function rulesOf(
  rules: RulesLike | undefined,
  windowSeconds: number,
  policies: ScalingRules['policies'],
): ScalingRules {
  return {
    windowSeconds: rules?.stabilizationWindowSeconds ?? windowSeconds,
    select: rules?.selectPolicy ?? 'Max',
    policies: rules?.policies ?? policies,
    tolerance: rules?.tolerance === undefined ? DEFAULT_TOLERANCE : Number(rules.tolerance.replace(/m$/, 'e-3')),
  };
}
