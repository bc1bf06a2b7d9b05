/**
 * What of a Pod may change, and how. Upstream: pkg/apis/core/validation/validation.go (ValidatePodUpdate).
 */
import type { Pod, PodSpec, Toleration } from 'kubernetes-types/core/v1';
import { isSameStruct, structDiff } from '../go-diff.ts';
import { CONFIG_MIRROR, mirroredHashOf } from '../mirror-pods.ts';
import type { Stored } from '../object.ts';
import { isSame } from '../rules.ts';
import { fieldForbidden, fieldInvalid, fieldRequired, NIL, type FieldError } from '../status.ts';
import { validateToleration } from './placement-rules.ts';

const MUTABLE_TEXT =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
const INT32_MAX = 2_147_483_647;

type Containers = PodSpec['containers'] | undefined;

export function validatePodUpdate(next: Pod, old: Stored<Pod>): readonly FieldError[] {
  const [now, before] = [next.spec, old.spec];
  const errors: FieldError[] = [...mirrorErrors(next, old)];
  if (!now || !before || now === before) return errors;
  for (const list of ['containers', 'initContainers'] as const) {
    const containers = now[list] ?? [];
    if (containers.length !== (before[list] ?? []).length) {
      return [...errors, fieldForbidden(`spec.${list}`, 'pod updates may not add or remove containers')];
    }
    containers.forEach(({ image = '' }, index) => {
      const field = `spec.${list}[${index}].image`;
      if (!image) errors.push(fieldRequired(field));
      if (image.trim() !== image)
        errors.push(fieldInvalid(field, image, 'must not have leading or trailing whitespace'));
    });
  }
  const deadline = deadlineErrors(now.activeDeadlineSeconds, before.activeDeadlineSeconds);
  errors.push(...deadline.errors);
  if (deadline.isFinal) return errors;
  errors.push(...tolerationErrors(now.tolerations ?? [], before.tolerations ?? []), ...gateErrors(now, before));
  const isGated = (before.schedulingGates ?? []).length > 0;
  if (isGated) errors.push(...selectorErrors(now, before));
  const kept = withFreeFieldsOf(now, before, isGated);
  if (!isSame(kept, before) && !isSameStruct('PodSpec', kept, before)) {
    errors.push(fieldForbidden('spec', `${MUTABLE_TEXT}\n${structDiff('PodSpec', before, kept)}`));
  }
  return errors;
}

/** Whether a pod is a mirror, and of what, is said once. Upstream: ValidatePodSpecificAnnotationUpdates. */
function mirrorErrors(next: Pod, old: Stored<Pod>): readonly FieldError[] {
  const [now, before] = [mirroredHashOf(next), mirroredHashOf(old)];
  if (now === before) return [];
  const verb = before === undefined ? 'add' : 'remove or update';
  return [fieldForbidden(`metadata.annotations[${CONFIG_MIRROR}]`, `may not ${verb} mirror pod annotation`)];
}

/** Final is a fault after which upstream looks no further. */
function deadlineErrors(
  now: number | undefined,
  before: number | undefined,
): { readonly errors: readonly FieldError[]; readonly isFinal: boolean } {
  const field = 'spec.activeDeadlineSeconds';
  if (now === undefined) {
    if (before === undefined) return { errors: [], isFinal: false };
    const text = 'must not update from a positive integer to nil value';
    return { errors: [fieldInvalid(field, NIL, text)], isFinal: false };
  }
  const fault =
    now < 0 || now > INT32_MAX
      ? `must be between 0 and ${INT32_MAX}, inclusive`
      : before !== undefined && before < now
        ? 'must be less than or equal to previous value'
        : undefined;
  return { errors: fault ? [fieldInvalid(field, now, fault)] : [], isFinal: fault !== undefined };
}

function tolerationErrors(now: readonly Toleration[], before: readonly Toleration[]): readonly FieldError[] {
  if (now === before) return [];
  const bare = ({ tolerationSeconds: _seconds, ...rest }: Toleration): unknown => rest;
  const kept = now.map(bare);
  if (!before.every((item) => kept.some((other) => isSame(bare(item), other)))) {
    const text = 'existing toleration can not be modified except its tolerationSeconds';
    return [fieldForbidden('spec.tolerations', text)];
  }
  return now.flatMap((item, index) => validateToleration(item, `spec.tolerations[${index}]`));
}

function gateErrors(now: PodSpec, before: PodSpec): readonly FieldError[] {
  const known = (before.schedulingGates ?? []).map(({ name }) => name);
  return (now.schedulingGates ?? []).flatMap(({ name }, index) => {
    const text = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return known.includes(name) ? [] : [fieldForbidden(`spec.schedulingGates[${index}].name`, text)];
  });
}

/** A gated pod may still be narrowed down. Upstream: validateNodeSelectorMutation. */
function selectorErrors(now: PodSpec, before: PodSpec): readonly FieldError[] {
  const next = now.nodeSelector ?? {};
  const isNarrowed = Object.entries(before.nodeSelector ?? {}).every(([key, value]) => next[key] === value);
  if (isNarrowed) return [];
  const text = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
  return [fieldInvalid('spec.nodeSelector', next, text)];
}

function withNodeAffinityOf(now: PodSpec['affinity'], before: PodSpec['affinity']): PodSpec['affinity'] {
  const { nodeAffinity: _now, ...rest } = now ?? {};
  const nodeAffinity = before?.nodeAffinity;
  const next = { ...rest, ...(nodeAffinity ? { nodeAffinity } : {}) };
  return Object.keys(next).length === 0 ? before : next;
}

/** The next spec with what may change as it was: a difference that is left is a fault. */
function withFreeFieldsOf(now: PodSpec, before: PodSpec, isGated: boolean): PodSpec {
  const { terminationGracePeriodSeconds: grace = 30 } = before;
  const withImages = (list: Containers = [], old: Containers = []): PodSpec['containers'] =>
    list.map((container, index) => withFieldsOf(container, old[index]!, ['image']));
  const free: readonly (keyof PodSpec)[] = [
    'activeDeadlineSeconds',
    'schedulingGates',
    'tolerations',
    // One that was negative may be put right.
    ...(grace < 0 && now.terminationGracePeriodSeconds === 1 ? (['terminationGracePeriodSeconds'] as const) : []),
    ...(isGated ? (['nodeSelector'] as const) : []),
  ];
  const kept = withFieldsOf(now, before, free);
  kept.containers = withImages(now.containers, before.containers);
  if (now.initContainers) kept.initContainers = withImages(now.initContainers, before.initContainers);
  if (!isGated) return kept;
  const affinity = withNodeAffinityOf(now.affinity, before.affinity);
  if (affinity) kept.affinity = affinity;
  else delete kept.affinity;
  return kept;
}

function withFieldsOf<T extends object>(next: T, old: T, fields: readonly (keyof T)[]): T {
  const kept = { ...next };
  for (const field of fields) {
    if (old[field] === undefined) delete kept[field];
    else kept[field] = old[field];
  }
  return kept;
}
