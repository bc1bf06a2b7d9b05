/**
 * Policies of a Job on failures and success. Upstream: pkg/controller/job/{pod_failure_policy,success_policy}.go.
 */
import type { Job, PodFailurePolicyOnExitCodesRequirement } from 'kubernetes-types/batch/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../api/object.ts';
import { parseIndexes } from './indexes.ts';

export interface Verdict {
  readonly action: string;
  /** For a rule with FailJob: what the condition says. */
  readonly message: string;
}

/** The first rule that a failed pod matches; undefined when none does, which counts as a failure. */
export function matchFailurePolicy({ spec }: Job, pod: Stored<Pod>): Verdict | undefined {
  for (const [index, rule] of (spec?.podFailurePolicy?.rules ?? []).entries()) {
    // Ignoring an index makes no sense without limits of its own.
    if (rule.action === 'FailIndex' && spec?.backoffLimitPerIndex === undefined) continue;
    const place = `matching ${rule.action} rule at index ${index}`;
    const where = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (rule.onExitCodes) {
      const found = exitOf(rule.onExitCodes, pod);
      if (!found) continue;
      const message = `Container ${found.name} for pod ${where} failed with exit code ${found.code} ${place}`;
      return { action: rule.action, message };
    }
    const condition = pod.status?.conditions?.find(({ type, status }) =>
      rule.onPodConditions?.some((item) => item.type === type && (item.status ?? 'True') === status),
    );
    if (condition) return { action: rule.action, message: `Pod ${where} has condition ${condition.type} ${place}` };
  }
  return undefined;
}

function exitOf(
  wanted: PodFailurePolicyOnExitCodesRequirement,
  pod: Pod,
): { readonly name: string; readonly code: number } | undefined {
  const all = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  for (const { name, state } of all) {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0) continue;
    if (wanted.containerName !== undefined && wanted.containerName !== name) continue;
    if (wanted.values.includes(code) === (wanted.operator === 'In')) return { name, code };
  }
  return undefined;
}

/** What the condition says when a rule of the success policy is met. */
export function matchSuccessPolicy({ spec }: Job, succeeded: ReadonlySet<number>): string | undefined {
  if (succeeded.size === 0) return undefined;
  for (const [index, rule] of (spec?.successPolicy?.rules ?? []).entries()) {
    const named =
      rule.succeededIndexes === undefined ? undefined : parseIndexes(rule.succeededIndexes, spec?.completions ?? 0);
    const done = named ? [...named].filter((item) => succeeded.has(item)).length : succeeded.size;
    const wanted = Math.min(rule.succeededCount ?? Infinity, named?.size ?? Infinity);
    if (named?.size === 0) continue;
    if (done >= wanted) return `Matched rules at index ${index}`;
  }
  return undefined;
}
