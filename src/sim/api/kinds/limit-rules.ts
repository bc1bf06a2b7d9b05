/** Rules of LimitRanges, in upstream's order. Upstream: pkg/apis/core/validation/validation.go (ValidateLimitRange). */
import type { LimitRange, LimitRangeItem } from 'kubernetes-types/core/v1';
import { keyFaults } from '../names.ts';
import { compareQuantities, parseQuantity } from '../quantity.ts';
import { fieldDuplicate, fieldForbidden, fieldInvalid, fieldRequired, type FieldError } from '../status.ts';
import { containerResourceErrors, resourceNameErrors } from './resource-rules.ts';

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

function typeErrors(type: string, field: string): readonly FieldError[] {
  const isKnown = type.includes('/') || TYPES.includes(type);
  return [
    ...keyFaults(type).map((text) => fieldInvalid(field, type, text)),
    ...(isKnown ? [] : [fieldInvalid(field, type, 'must be a standard limit type or fully qualified')]),
  ];
}

const keysOf = (amounts: Readonly<Record<string, string>> | undefined): readonly string[] =>
  Object.keys(amounts ?? {}).sort();

function validateItem(item: LimitRangeItem, field: string): readonly FieldError[] {
  const { type, max = {}, min = {}, maxLimitRequestRatio: ratios = {} } = item;
  const { default: given = {}, defaultRequest: asked = {} } = item;
  const nameRule = type === 'Pod' || type === 'Container' ? containerResourceErrors : resourceNameErrors;
  const nameErrors = (amounts: Readonly<Record<string, string>>, part: string): readonly FieldError[] =>
    keysOf(amounts).flatMap((name) => nameRule(name, `${field}.${part}[${name}]`));
  const errors: FieldError[] = [...nameErrors(max, 'max'), ...nameErrors(min, 'min')];
  if (type === 'Pod') {
    const text = "may not be specified when `type` is 'Pod'";
    if (keysOf(given).length > 0) errors.push(fieldForbidden(`${field}.default`, text));
    if (keysOf(asked).length > 0) errors.push(fieldForbidden(`${field}.defaultRequest`, text));
  } else errors.push(...nameErrors(given, 'default'), ...nameErrors(asked, 'defaultRequest'));
  if (type === 'PersistentVolumeClaim' && min['storage'] === undefined && max['storage'] === undefined) {
    const text = 'either minimum or maximum storage value is required, but neither was provided';
    errors.push(fieldRequired(`${field}.limits`, text));
  }
  errors.push(...nameErrors(ratios, 'maxLimitRequestRatio'));
  const names = new Set([max, min, ...(type === 'Pod' ? [] : [given, asked]), ratios].flatMap(keysOf));
  for (const name of [...names].sort()) {
    const amounts = { min: min[name], max: max[name], given: given[name], asked: asked[name], ratio: ratios[name] };
    errors.push(...boundErrors(name, amounts, field));
  }
  return errors;
}

type Bounds = Readonly<Record<'min' | 'max' | 'given' | 'asked' | 'ratio', string | undefined>>;

/** Bounds and defaults of one resource, which must not contradict one another. */
function boundErrors(name: string, { min, max, given, asked, ratio }: Bounds, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const isMore = (left: string | undefined, right: string | undefined): boolean =>
    left !== undefined && right !== undefined && compareQuantities(left, right) > 0;
  const fault = (part: string, value: string | undefined, text: string): void => {
    errors.push(fieldInvalid(`${field}.${part}[${name}]`, value, text));
  };
  if (isMore(min, max)) fault('min', min, `min value ${min} is greater than max value ${max}`);
  if (isMore(min, asked)) {
    fault('defaultRequest', asked, `min value ${min} is greater than default request value ${asked}`);
  }
  if (isMore(asked, max)) {
    fault('defaultRequest', asked, `default request value ${asked} is greater than max value ${max}`);
  }
  if (isMore(asked, given)) {
    fault('defaultRequest', asked, `default request value ${asked} is greater than default limit value ${given}`);
  }
  if (isMore(min, given)) fault('default', min, `min value ${min} is greater than default value ${given}`);
  if (isMore(given, max)) fault('default', max, `default value ${given} is greater than max value ${max}`);
  if (ratio === undefined) return errors;
  if (isMore('1', ratio)) fault('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
  const [low, high] = [parseQuantity(min ?? '0') ?? 0, parseQuantity(max ?? '0') ?? 0];
  if (min !== undefined && max !== undefined && low > 0 && (parseQuantity(ratio) ?? 0) > high / low) {
    fault('maxLimitRequestRatio', ratio, `ratio ${ratio} is greater than max/min = ${(high / low).toFixed(6)}`);
  }
  return errors;
}

export function validateLimits({ spec }: LimitRange): readonly FieldError[] {
  const seen = new Set<string>();
  return (spec?.limits ?? []).flatMap((item, index) => {
    const field = `spec.limits[${index}]`;
    const { type = '' } = item;
    const isSeen = seen.has(type);
    seen.add(type);
    return [
      ...typeErrors(type, `${field}.type`),
      ...(isSeen ? [fieldDuplicate(`${field}.type`, type)] : []),
      ...validateItem(item, field),
    ];
  });
}
