/**
 * The node affinity that a profile adds to its pods, read as node selectors are.
 * Upstream: component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go, apimachinery/pkg/labels/selector.go (NewRequirement).
 */
import { keyFaults, labelValueFaults } from '../api/names.ts';
import {
  invalid,
  isRecord,
  listOf,
  objectOf,
  unsupported,
  type Fields,
  type FaultSink,
} from './configuration-faults.ts';

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'];
const FIELD_OPERATORS = ['In', 'NotIn'];

export function checkAddedAffinity(value: unknown, path: string, sink: FaultSink): void {
  const affinity = objectOf(value, path, sink);
  if (!affinity) return;
  const required = `${path}.requiredDuringSchedulingIgnoredDuringExecution`;
  const selector = objectOf(affinity['requiredDuringSchedulingIgnoredDuringExecution'], required, sink);
  const terms = `${required}.nodeSelectorTerms`;
  listOf(selector?.['nodeSelectorTerms'], terms, sink).forEach((term, index) => {
    checkTerm(isRecord(term) ? term : {}, `${terms}[${index}]`, sink);
  });
  const preferred = `${path}.preferredDuringSchedulingIgnoredDuringExecution`;
  listOf(affinity['preferredDuringSchedulingIgnoredDuringExecution'], preferred, sink).forEach((item, index) => {
    const { weight, preference } = isRecord(item) ? item : {};
    // A term without weight is never looked at.
    if (weight) checkTerm(isRecord(preference) ? preference : {}, `${preferred}[${index}]`, sink);
  });
}

function checkTerm({ matchExpressions, matchFields }: Fields, path: string, sink: FaultSink): void {
  const each = (value: unknown, at: string, check: typeof checkExpression): void =>
    listOf(value, at, sink).forEach((item, index) => {
      const { key, operator, values } = isRecord(item) ? item : {};
      const texts = listOf(values, `${at}[${index}].values`, sink).map(String);
      check({ key: String(key ?? ''), operator: String(operator ?? ''), values: texts }, `${at}[${index}]`, sink);
    });
  each(matchExpressions, `${path}.matchExpressions`, checkExpression);
  each(matchFields, `${path}.matchFields`, checkField);
}

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

function checkExpression({ key, operator, values }: Requirement, path: string, sink: FaultSink): void {
  if (!OPERATORS.includes(operator)) return sink(`${path}.operator`, unsupported(operator, OPERATORS));
  const faults = keyFaults(key);
  if (faults.length > 0) sink(`${path}.key`, invalid(key, faults.join('; ')));
  const at = `${path}.values`;
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) sink(at, invalid(values, "for 'in', 'notin' operators, values set can't be empty"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) sink(at, invalid(values, 'values set must be empty for exists and does not exist'));
  } else if (values.length !== 1) sink(at, invalid(values, "for 'Gt', 'Lt' operators, exactly one value is required"));
  values.forEach((value, index) => {
    if ((operator === 'Gt' || operator === 'Lt') && !/^[-+]?\d+$/.test(value))
      sink(`${at}[${index}]`, invalid(value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    const wrong = labelValueFaults(value);
    if (wrong.length > 0) sink(`${at}[${index}][${key}]`, invalid(value, wrong.join('; ')));
  });
}

function checkField({ operator, values }: Requirement, path: string, sink: FaultSink): void {
  if (!FIELD_OPERATORS.includes(operator)) sink(`${path}.operator`, unsupported(operator, FIELD_OPERATORS));
  else if (values.length !== 1) sink(`${path}.values`, invalid(values, 'must have one element'));
}
