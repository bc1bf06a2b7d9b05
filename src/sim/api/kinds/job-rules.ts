/** Rules of Jobs, in upstream's order. Upstream: pkg/apis/batch/validation/validation.go. */
import type { Job, JobSpec, PodFailurePolicyRule } from 'kubernetes-types/batch/v1';
import { keyFaults, nameFaults, validateSelector } from '../names.ts';
import { immutable, isSame, notNegative, oneOf } from '../rules.ts';
import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooMany,
  type FieldError,
} from '../status.ts';
import { validatePodTemplate } from './pod-rules.ts';
import { mismatchErrors } from './workload-rules.ts';

const PARALLELISM_MAX_INDEXED = 100_000;
const RULES_MAX = 20;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

interface SuccessPolicy {
  readonly rules?: readonly { readonly succeededIndexes?: string; readonly succeededCount?: number }[];
}

type JobSpec135 = JobSpec & {
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly managedBy?: string;
  readonly successPolicy?: SuccessPolicy;
};

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

/** Upstream: validateJobSpec. */
export function validateJobSpec(given: JobSpec | undefined, path: string): readonly FieldError[] {
  const spec: Partial<JobSpec135> = given ?? {};
  const errors: FieldError[] = COUNTS.flatMap((field) => notNegative(`${path}.${field}`, spec[field]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(fieldRequired(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  return [
    ...errors,
    ...validateMode(spec, path),
    ...validatePodTemplate(spec.template, `${path}.template`),
    ...validateRestart(spec, path),
    ...(spec.managedBy === undefined ? [] : validateManager(spec.managedBy, `${path}.managedBy`)),
    ...validateFailurePolicy(spec, path),
    ...validateSuccessPolicy(spec, path),
    ...validateReplacement(spec, path),
  ];
}

function validateMode(spec: Partial<JobSpec135>, path: string): readonly FieldError[] {
  const { completionMode, completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const errors: FieldError[] = [...oneOf(`${path}.completionMode`, completionMode, ['NonIndexed', 'Indexed'])];
  if (completionMode !== 'Indexed') {
    const text = 'requires indexed completion mode';
    if (completionMode !== undefined && completionMode !== 'NonIndexed') return errors;
    if (backoffLimitPerIndex !== undefined) {
      errors.push(fieldInvalid(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex, text));
    }
    if (maxFailedIndexes !== undefined) {
      errors.push(fieldInvalid(`${path}.maxFailedIndexes`, maxFailedIndexes, text));
    }
    return errors;
  }
  if (completions === undefined) {
    errors.push(fieldRequired(`${path}.completions`, 'when completion mode is Indexed'));
  }
  if ((parallelism ?? 0) > PARALLELISM_MAX_INDEXED) {
    const text = `must be less than or equal to ${PARALLELISM_MAX_INDEXED} when completion mode is Indexed`;
    errors.push(fieldInvalid(`${path}.parallelism`, parallelism, text));
  }
  if (maxFailedIndexes !== undefined && completions !== undefined && maxFailedIndexes > completions) {
    const text = 'must be less than or equal to completions';
    errors.push(fieldInvalid(`${path}.maxFailedIndexes`, maxFailedIndexes, text));
  }
  return errors;
}

function validateRestart(spec: Partial<JobSpec135>, path: string): readonly FieldError[] {
  const policy = spec.template?.spec?.restartPolicy;
  const field = `${path}.template.spec.restartPolicy`;
  if (policy === 'Always' || !policy) return [fieldRequired(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [fieldNotSupported(field, policy, ['OnFailure', 'Never'])];
  return policy === 'OnFailure' && spec.podFailurePolicy
    ? [fieldInvalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : [];
}

function validateManager(manager: string, field: string): readonly FieldError[] {
  const text = 'must be a domain-prefixed path (such as "acme.io/foo")';
  const [domain = '', ...path] = manager.split('/');
  if (path.length === 0 || !domain || !path.join('/')) return [fieldInvalid(field, manager, text)];
  return nameFaults('subdomain', domain).map((why) => fieldInvalid(field, domain, why));
}

function validateFailurePolicy(spec: Partial<JobSpec135>, path: string): readonly FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const field = `${path}.podFailurePolicy.rules`;
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = new Set([...containers, ...initContainers].map(({ name }) => name));
  if (rules.length > RULES_MAX) {
    return [fieldTooMany(field, rules.length, RULES_MAX)];
  }
  return rules.flatMap((rule, index) => validateFailureRule(spec, rule, names, `${field}[${index}]`));
}

function validateFailureRule(
  spec: Partial<JobSpec135>,
  { action, onExitCodes, onPodConditions }: PodFailurePolicyRule,
  names: ReadonlySet<string>,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!action)
    errors.push(fieldRequired(`${field}.action`, `valid values: ${ACTIONS.map((one) => `"${one}"`).join(', ')}`));
  else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    errors.push(fieldInvalid(`${field}.action`, action, 'requires the backoffLimitPerIndex to be set'));
  } else errors.push(...oneOf(`${field}.action`, action, ACTIONS));
  if (onExitCodes) {
    const at = `${field}.onExitCodes`;
    const { operator, values = [], containerName } = onExitCodes;
    if (!operator) errors.push(fieldRequired(`${at}.operator`, 'valid values: "In", "NotIn"'));
    else errors.push(...oneOf(`${at}.operator`, operator, ['In', 'NotIn']));
    if (containerName !== undefined && !names.has(containerName)) {
      const text = 'must be one of the container or initContainer names in the pod template';
      errors.push(fieldInvalid(`${at}.containerName`, containerName, text));
    }
    if (values.length === 0) errors.push(fieldInvalid(`${at}.values`, values, 'at least one value is required'));
    values.forEach((value, index) => {
      if (operator === 'In' && value === 0) {
        errors.push(fieldInvalid(`${at}.values[${index}]`, value, 'must not be 0 for the In operator'));
      }
      if (values.indexOf(value) < index) errors.push(fieldDuplicate(`${at}.values[${index}]`, value));
    });
    const isOrdered = values.every((value, index) => index === 0 || values[index - 1]! <= value);
    if (!isOrdered) errors.push(fieldInvalid(`${at}.values`, values, 'must be ordered'));
  }
  (onPodConditions ?? []).forEach(({ type, status }, index) => {
    const at = `${field}.onPodConditions[${index}]`;
    errors.push(
      ...keyFaults(type).map((text) => fieldInvalid(`${at}.type`, type, text)),
      ...oneOf(`${at}.status`, status, ['False', 'True', 'Unknown']),
    );
  });
  const hasConditions = (onPodConditions ?? []).length > 0;
  if (onExitCodes && hasConditions) {
    errors.push(fieldInvalid(field, '', 'specifying both OnExitCodes and OnPodConditions is not supported'));
  } else if (!onExitCodes && !hasConditions) {
    errors.push(fieldInvalid(field, '', 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validateSuccessPolicy(
  { successPolicy, completionMode, completions = 0 }: Partial<JobSpec135>,
  path: string,
): readonly FieldError[] {
  if (!successPolicy) return [];
  const field = `${path}.successPolicy`;
  const { rules = [] } = successPolicy;
  if (completionMode !== 'Indexed') {
    return [fieldInvalid(field, { Rules: rules.map(goRule) }, 'requires indexed completion mode')];
  }
  if (rules.length === 0) {
    const text = 'at least one rules must be specified when the successPolicy is specified';
    return [fieldRequired(`${field}.rules`, text)];
  }
  return rules.flatMap(({ succeededIndexes, succeededCount }, index) => {
    const at = `${field}.rules[${index}]`;
    if (succeededIndexes === undefined && succeededCount === undefined) {
      const text = 'at least one of succeededCount or succeededIndexes must be specified';
      return [fieldRequired(at, text)];
    }
    const errors: FieldError[] = [...notNegative(`${at}.succeededCount`, succeededCount)];
    if (succeededCount !== undefined && succeededCount > completions) {
      const text = `must be less than or equal to ${completions} (the number of specified completions)`;
      errors.push(fieldInvalid(`${at}.succeededCount`, succeededCount, text));
    }
    return errors;
  });
}

const goRule = ({ succeededIndexes, succeededCount }: NonNullable<SuccessPolicy['rules']>[number]): unknown => ({
  SucceededIndexes: succeededIndexes ?? null,
  SucceededCount: succeededCount ?? null,
});

function validateReplacement(
  { podReplacementPolicy, podFailurePolicy }: Partial<JobSpec135>,
  path: string,
): readonly FieldError[] {
  const allowed = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return oneOf(`${path}.podReplacementPolicy`, podReplacementPolicy, allowed);
}

const DNS_LABEL_MAX = 63;

/** Upstream: ValidateJob, ValidateJobSpec. */
export function validateJob({ metadata, spec }: Job): readonly FieldError[] {
  const errors: FieldError[] = [...validateJobSpec(spec, 'spec')];
  const { name = '' } = metadata ?? {};
  if (!spec?.selector) errors.push(fieldRequired('spec.selector'));
  else {
    errors.push(...validateSelector(spec.selector, 'spec.selector'), ...mismatchErrors(spec.selector, spec.template));
  }
  const { completionMode, completions = 0 } = spec ?? {};
  if (completionMode !== 'Indexed' || completions === 0) return errors;
  const host = `${name}-${completions - 1}`;
  const faults = host.length > DNS_LABEL_MAX || name.includes('.') ? nameFaults('label', host) : [];
  const text = (why: string): string => `will not able to create pod with invalid DNS label: ${host}: ${why}`;
  return [...errors, ...faults.slice(0, 1).map((why) => fieldInvalid('metadata.name', name, text(why)))];
}

/** Upstream: ValidateJobSpecUpdate. */
export function validateJobUpdate({ spec: next }: Job, old: Job): readonly FieldError[] {
  const [now, before]: Partial<JobSpec135>[] = [next ?? {}, old.spec ?? {}] as [
    Partial<JobSpec135>,
    Partial<JobSpec135>,
  ];
  return [
    ...completionErrors(now!, before!),
    ...immutable('spec.selector', now!.selector, before!.selector),
    ...templateErrors(now!, before!, old),
    ...(['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy'] as const).flatMap(
      (field) => immutable(`spec.${field}`, now![field], before![field]),
    ),
  ];
}

/** An indexed Job grows and shrinks with its parallelism. */
function completionErrors(next: Partial<JobSpec135>, old: Partial<JobSpec135>): readonly FieldError[] {
  const faults = immutable('spec.completions', next.completions, old.completions);
  if (next.completionMode !== 'Indexed' || next.completions === undefined || faults.length === 0) return faults;
  if (next.completions === next.parallelism) return [];
  const text = 'can only be modified in tandem with spec.parallelism';
  return [fieldInvalid('spec.completions', next.completions, text)];
}

/** Where the pods of a suspended Job that has never begun go may still change (AllowMutableSchedulingDirectives). */
function templateErrors(next: Partial<JobSpec135>, old: Partial<JobSpec135>, job: Job): readonly FieldError[] {
  const isUnbegun = old.suspend === true && !job.status?.startTime;
  const template =
    isUnbegun && next.template && old.template ? withDirectivesOf(next.template, old.template) : next.template;
  return isSame(template, old.template) ? [] : [fieldInvalid('spec.template', next.template, 'field is immutable')];
}

type Template = NonNullable<JobSpec['template']>;

/** The template with what may change as it was before: of the affinity, only that to nodes. */
function withDirectivesOf(next: Template, old: Template): Template {
  const { annotations, labels } = old.metadata ?? {};
  const spec = { ...next.spec } as Record<string, unknown>;
  const before = (old.spec ?? {}) as unknown as Record<string, unknown>;
  for (const field of ['nodeSelector', 'tolerations', 'schedulingGates']) spec[field] = before[field];
  const { nodeAffinity: _changed, ...others } = next.spec?.affinity ?? {};
  const nodeAffinity = old.spec?.affinity?.nodeAffinity;
  const affinity = { ...others, ...(nodeAffinity ? { nodeAffinity } : {}) };
  spec['affinity'] = Object.keys(affinity).length > 0 ? affinity : undefined;
  return { ...next, metadata: { ...next.metadata, annotations, labels }, spec } as unknown as Template;
}
