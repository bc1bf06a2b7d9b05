/**
 * Rules of pod specs, in Pods and in templates. Upstream: pkg/apis/core/validation/validation.go (ValidatePodSpec).
 * Left out: security contexts, resource claims, ephemeral containers, sources of volumes that nothing here mounts.
 */
import type {
  Affinity,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  PodTemplateSpec,
  Toleration,
  TopologySpreadConstraint,
  Volume,
} from 'kubernetes-types/core/v1';
import { keyFaults, validateAnnotations, validateLabels, validateName, validateSelector } from '../names.ts';
import { oneOf } from '../rules.ts';
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type FieldError,
} from '../status.ts';
import { validateContainer, validateResources } from './container-rules.ts';
import { validateLabelKeys } from './pod-label-keys.ts';

const ACTIVE_DEADLINE_MAX = 2_147_483_647;

export function validatePodSpec(spec: PodSpec | undefined, path: string): readonly FieldError[] {
  if (!spec) return [fieldRequired(`${path}.containers`)];
  const errors: FieldError[] = [];
  const volumes = new Set<string>();
  (spec.volumes ?? []).forEach((volume, index) => {
    const field = `${path}.volumes[${index}]`;
    errors.push(...validateName(`${field}.name`, volume.name, 'label'));
    if (volumes.has(volume.name)) errors.push(fieldDuplicate(`${field}.name`, volume.name));
    volumes.add(volume.name);
    errors.push(...validateVolume(volume, field));
  });
  if ((spec.containers ?? []).length === 0) errors.push(fieldRequired(`${path}.containers`));
  const scope = { volumes, names: new Set<string>(), isHostNetwork: spec.hostNetwork ?? false };
  for (const list of ['containers', 'initContainers'] as const) {
    (spec[list] ?? []).forEach((container, index) =>
      errors.push(...validateContainer(container, `${path}.${list}[${index}]`, scope)),
    );
  }
  const { resources } = spec as { resources?: Parameters<typeof validateResources>[0] };
  if (resources) errors.push(...validateResources(resources, `${path}.resources`));
  errors.push(...validateScalars(spec, path), ...validatePlacement(spec, path));
  return errors;
}

function validateScalars(spec: PodSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...oneOf(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['Never', 'PreemptLowerPriority']),
  ];
  if (spec.dnsPolicy === 'None' && (spec.dnsConfig?.nameservers ?? []).length === 0) {
    const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    errors.push(fieldRequired(`${path}.dnsConfig.nameservers`, text));
  }
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > ACTIVE_DEADLINE_MAX)) {
    const text = `must be between 1 and ${ACTIVE_DEADLINE_MAX}, inclusive`;
    errors.push(fieldInvalid(`${path}.activeDeadlineSeconds`, deadline, text));
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    if (spec[field]) errors.push(...validateName(`${path}.${field}`, spec[field], 'label'));
  }
  for (const field of ['serviceAccountName', 'nodeName', 'priorityClassName', 'runtimeClassName'] as const) {
    if (spec[field]) errors.push(...validateName(`${path}.${field}`, spec[field], 'subdomain'));
  }
  (spec.imagePullSecrets ?? []).forEach(({ name }, index) => {
    if (!name) errors.push(fieldRequired(`${path}.imagePullSecrets[${index}].name`));
  });
  const gates = new Set<string>();
  (spec.schedulingGates ?? []).forEach(({ name }, index) => {
    if (gates.has(name)) errors.push(fieldDuplicate(`${path}.schedulingGates[${index}]`, name));
    gates.add(name);
  });
  return errors;
}

function validatePlacement(spec: PodSpec, path: string): readonly FieldError[] {
  return [
    ...(spec.nodeSelector ? validateLabels(spec.nodeSelector, `${path}.nodeSelector`) : []),
    ...(spec.affinity ? validateAffinity(spec.affinity, `${path}.affinity`) : []),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...(spec.tolerations ?? []).flatMap((item, index) => validateToleration(item, `${path}.tolerations[${index}]`)),
  ];
}

function validateVolume(volume: Volume, path: string): readonly FieldError[] {
  const [first, ...others] = Object.keys(volume).filter((key) => key !== 'name');
  if (!first) return [fieldRequired(path, 'must specify a volume type')];
  const errors = others.map((key) => fieldForbidden(`${path}.${key}`, 'may not specify more than 1 volume type'));
  const required = (field: string, value: string | undefined): void => {
    if (!value) errors.push(fieldRequired(`${path}.${field}`));
  };
  if (volume.configMap) required('configMap.name', volume.configMap.name);
  if (volume.secret) required('secret.secretName', volume.secret.secretName);
  if (volume.persistentVolumeClaim) required('persistentVolumeClaim.claimName', volume.persistentVolumeClaim.claimName);
  if (volume.hostPath) required('hostPath.path', volume.hostPath.path);
  for (const source of ['configMap', 'secret'] as const) {
    const { defaultMode, items = [] } = volume[source] ?? {};
    if (defaultMode !== undefined && (defaultMode < 0 || defaultMode > 0o777)) {
      const text = 'must be a number between 0 and 0777 (octal), both inclusive';
      errors.push(fieldInvalid(`${path}.${source}.defaultMode`, defaultMode, text));
    }
    items.forEach(({ key, path: target }, index) => {
      required(`${source}.items[${index}].key`, key);
      required(`${source}.items[${index}].path`, target);
    });
  }
  return errors;
}

function validateToleration(toleration: Toleration, path: string): readonly FieldError[] {
  const { key, operator, value, effect, tolerationSeconds } = toleration;
  const errors: FieldError[] = key ? keyFaults(key).map((text) => fieldInvalid(`${path}.key`, key, text)) : [];
  if (!key && operator !== 'Exists') {
    errors.push(
      fieldInvalid(
        `${path}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      fieldInvalid(`${path}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  if (operator === 'Exists' && value) {
    errors.push(fieldInvalid(`${path}.operator`, toleration, "value must be empty when `operator` is 'Exists'"));
  }
  if (operator && operator !== 'Exists' && operator !== 'Equal') {
    errors.push(fieldNotSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  }
  if (effect && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect)) {
    errors.push(fieldNotSupported(`${path}.effect`, effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']));
  }
  return errors;
}

function validateSpread(constraints: readonly TopologySpreadConstraint[], path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return constraints.flatMap((constraint, index) => {
    const errors: FieldError[] = [];
    const field = `${path}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if (!(maxSkew > 0)) errors.push(fieldInvalid(`${field}.maxSkew`, maxSkew ?? 0, 'must be greater than zero'));
    if (!topologyKey) errors.push(fieldRequired(`${field}.topologyKey`, 'can not be empty'));
    else errors.push(...keyFaults(topologyKey).map((text) => fieldInvalid(`${field}.topologyKey`, topologyKey, text)));
    errors.push(...oneOf(`${field}.whenUnsatisfiable`, whenUnsatisfiable ?? '', ['DoNotSchedule', 'ScheduleAnyway']));
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (seen.has(pair)) errors.push(fieldDuplicate(`${field}.{topologyKey, whenUnsatisfiable}`, pair));
    seen.add(pair);
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(fieldInvalid(`${field}.minDomains`, minDomains, 'must be greater than zero'));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        errors.push(fieldInvalid(`${field}.minDomains`, minDomains, text));
      }
    }
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      errors.push(...oneOf(`${field}.${policy}`, constraint[policy], ['Honor', 'Ignore']));
    }
    errors.push(...validateSelector(constraint.labelSelector, `${field}.labelSelector`));
    return [...errors, ...validateLabelKeys(constraint, field)];
  });
}

function validateAffinity({ nodeAffinity, podAffinity, podAntiAffinity }: Affinity, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
  const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
  const weightErrors = (field: string, weight: number): FieldError[] =>
    weight >= 1 && weight <= 100 ? [] : [fieldInvalid(`${field}.weight`, weight ?? 0, 'must be in the range 1-100')];
  if (required) {
    const field = `${path}.nodeAffinity.${REQUIRED}.nodeSelectorTerms`;
    const terms = required.nodeSelectorTerms ?? [];
    if (terms.length === 0) errors.push(fieldRequired(field, 'must have at least one node selector term'));
    terms.forEach((term, index) => errors.push(...validateTerm(term, `${field}[${index}]`)));
  }
  (nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach(({ weight, preference }, index) => {
    const field = `${path}.nodeAffinity.${PREFERRED}[${index}]`;
    errors.push(...weightErrors(field, weight), ...validateTerm(preference, `${field}.preference`));
  });
  for (const [name, side] of [
    ['podAffinity', podAffinity],
    ['podAntiAffinity', podAntiAffinity],
  ] as const) {
    (side?.requiredDuringSchedulingIgnoredDuringExecution ?? []).forEach((term, index) =>
      errors.push(...validatePodTerm(term, `${path}.${name}.${REQUIRED}[${index}]`)),
    );
    (side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).forEach(({ weight, podAffinityTerm }, index) => {
      const field = `${path}.${name}.${PREFERRED}[${index}]`;
      errors.push(...weightErrors(field, weight), ...validatePodTerm(podAffinityTerm, `${field}.podAffinityTerm`));
    });
  }
  return errors;
}

function validateTerm(term: NodeSelectorTerm | undefined, path: string): readonly FieldError[] {
  return (term?.matchExpressions ?? []).flatMap(({ key, operator, values = [] }, index) => {
    const field = `${path}.matchExpressions[${index}]`;
    const errors = keyFaults(key ?? '').map((text) => fieldInvalid(`${field}.key`, key ?? '', text));
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0)
          errors.push(fieldRequired(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
          errors.push(fieldForbidden(`${field}.values`, text));
        }
        break;
      case 'Gt':
      case 'Lt':
        if (values.length !== 1) {
          const text = "must be specified single value when `operator` is 'Lt' or 'Gt'";
          errors.push(fieldRequired(`${field}.values`, text));
        }
        break;
      default:
        errors.push(fieldInvalid(`${field}.operator`, operator ?? '', 'not a valid selector operator'));
    }
    return errors;
  });
}

function validatePodTerm(term: PodAffinityTerm | undefined, path: string): readonly FieldError[] {
  return [
    ...validateSelector(term?.labelSelector, `${path}.labelSelector`),
    ...(term ? validateLabelKeys(term, path) : []),
    ...(term?.topologyKey ? [] : [fieldRequired(`${path}.topologyKey`, 'can not be empty')]),
  ];
}

/** Labels, annotations and pod of a template. Upstream: ValidatePodTemplateSpec. */
export function validateTemplateMetadata(template: PodTemplateSpec | undefined, path: string): readonly FieldError[] {
  const { labels, annotations } = template?.metadata ?? {};
  return [
    ...(labels ? validateLabels(labels, `${path}.labels`) : []),
    ...(annotations ? validateAnnotations(annotations, `${path}.annotations`) : []),
  ];
}

export function validatePodTemplate(template: PodTemplateSpec | undefined, path: string): readonly FieldError[] {
  return [...validateTemplateMetadata(template, path), ...validatePodSpec(template?.spec, `${path}.spec`)];
}
