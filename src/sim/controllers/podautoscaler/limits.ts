/**
 * How fast and how far replicas may change. Upstream: pkg/controller/podautoscaler/horizontal.go
 * (normalizeDesiredReplicas, stabilizeRecommendationWithBehaviors, convertDesiredReplicasWithBehaviorRate).
 */
import type { HPAScalingRules, HorizontalPodAutoscalerSpec } from 'kubernetes-types/autoscaling/v2';

export const DOWNSCALE_WINDOW_MS = 300_000;

/** A recommendation or a change of size, and when it was. */
export interface Past {
  readonly at: number;
  readonly replicas: number;
}

export interface History {
  readonly recommendations: readonly Past[];
  readonly ups: readonly Past[];
  readonly downs: readonly Past[];
}

export interface Note {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

const ready: Note = { status: 'True', reason: 'ReadyForNewScale', message: 'recommended size matches current size' };

const within = (past: readonly Past[], now: number, windowMs: number): readonly Past[] =>
  past.filter(({ at }) => at > now - windowMs);

/** The recommendation that the last minutes agree on. */
export function stabilize(
  spec: HorizontalPodAutoscalerSpec,
  history: History,
  current: number,
  desired: number,
  now: number,
): { replicas: number; note: Note } {
  const { behavior } = spec;
  const upMs = (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downMs = (behavior?.scaleDown?.stabilizationWindowSeconds ?? DOWNSCALE_WINDOW_MS / 1000) * 1000;
  const lows = within(history.recommendations, now, behavior ? upMs : 0).map(({ replicas }) => replicas);
  const highs = within(history.recommendations, now, downMs).map(({ replicas }) => replicas);
  const [low, high] = [Math.min(desired, ...lows), Math.max(desired, ...highs)];
  if (!behavior) {
    if (high === desired) return { replicas: desired, note: ready };
    return { replicas: high, note: stabilized('ScaleDownStabilized', 'higher', 'highest') };
  }
  const replicas = current < low ? low : current > high ? high : current;
  if (replicas === desired) return { replicas, note: ready };
  const isDown = desired < current;
  const note = isDown
    ? stabilized('ScaleDownStabilized', 'higher', 'highest')
    : stabilized('ScaleUpStabilized', 'lower', 'lowest');
  return { replicas, note };
}

const stabilized = (reason: string, than: string, which: string): Note => ({
  status: 'True',
  reason,
  message: `recent recommendations were ${than} than current one, applying the ${which} recent recommendation`,
});

const limited = (reason: string, text: string): Note => ({
  status: 'True',
  reason,
  message: `the desired replica count is ${text}`,
});
const TOO_FAST_UP = limited('ScaleUpLimit', 'increasing faster than the maximum scale rate');
const TOO_FAST_DOWN = limited('ScaleDownLimit', 'decreasing faster than the maximum scale rate');
const TOO_MANY = limited('TooManyReplicas', 'more than the maximum replica count');
const TOO_FEW = limited('TooFewReplicas', 'less than the minimum replica count');
const IN_RANGE: Note = {
  status: 'False',
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};

/** The size that is allowed now, and what limited it. */
export function limit(
  spec: HorizontalPodAutoscalerSpec,
  history: History,
  current: number,
  desired: number,
  now: number,
): { replicas: number; note: Note } {
  const { minReplicas = 1, maxReplicas, behavior } = spec;
  const upLimit = behavior?.scaleUp
    ? Math.max(current, upTo(behavior.scaleUp, history, current, now))
    : Math.max(2 * current, 4);
  const downLimit = behavior?.scaleDown ? Math.min(current, downTo(behavior.scaleDown, history, current, now)) : 0;
  if (desired > Math.min(maxReplicas, upLimit) && (desired > current || !behavior)) {
    return upLimit < maxReplicas ? { replicas: upLimit, note: TOO_FAST_UP } : { replicas: maxReplicas, note: TOO_MANY };
  }
  if (desired < Math.max(minReplicas, downLimit)) {
    return downLimit > minReplicas
      ? { replicas: downLimit, note: TOO_FAST_DOWN }
      : { replicas: minReplicas, note: TOO_FEW };
  }
  return { replicas: desired, note: IN_RANGE };
}

function changed(history: History, now: number, seconds: number): { added: number; removed: number } {
  const sum = (past: readonly Past[]): number =>
    within(past, now, seconds * 1000).reduce((total, { replicas }) => total + replicas, 0);
  return { added: sum(history.ups), removed: sum(history.downs) };
}

function upTo(rules: HPAScalingRules, history: History, current: number, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const { added, removed } = changed(history, now, periodSeconds);
    const start = current - added + removed;
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits);
}

function downTo(rules: HPAScalingRules, history: History, current: number, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) => {
    const { added, removed } = changed(history, now, periodSeconds);
    const start = current + removed - added;
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits);
}
