/**
 * Whether a pod may be on a node by its selector, affinity and tolerations.
 * Upstream: component-helpers/scheduling/corev1 (nodeaffinity, helpers.go), api/core/v1/toleration.go.
 */
import type {
  Node,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  Taint,
  Toleration,
} from 'kubernetes-types/core/v1';
import { keyFaults, labelValueFaults } from './names.ts';
import { matchesLabels, type LabelOperator, type LabelSelector } from './selectors.ts';

/** Operators that compare numbers (`Lt`, `Gt`) tolerate nothing: their gate is off in the releases that are simulated. */
export function toleratesTaint({ effect, key, operator, value }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key && key !== taint.key) return false;
  if (operator === 'Exists') return true;
  return (!operator || operator === 'Equal') && (value ?? '') === (taint.value ?? '');
}

export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some((toleration) => toleratesTaint(toleration, taint));
}

/** A term made ready for matching. */
interface ReadTerm {
  readonly expressions: LabelSelector;
  readonly fields: LabelSelector;
}

const INTEGER = /^[+-]?\d+$/;

/** What no label can be makes a requirement unreadable. Upstream: apimachinery/pkg/labels/selector.go (NewRequirement). */
function isReadable({ key, operator, values = [] }: NodeSelectorRequirement): boolean {
  if (keyFaults(key).length > 0 || values.some((value) => labelValueFaults(value).length > 0)) return false;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0;
    case 'Gt':
    case 'Lt':
      return values.length === 1 && INTEGER.test(values[0]!);
    default:
      return false;
  }
}

/** Of fields only equality to one value can be asked. */
const isReadableField = ({ operator, values = [] }: NodeSelectorRequirement): boolean =>
  (operator === 'In' || operator === 'NotIn') && values.length === 1;

const selectorOf = (list: readonly NodeSelectorRequirement[]): LabelSelector =>
  list.map(({ key, operator, values }) => ({ key, operator: operator as LabelOperator, values: values ?? [] }));

function readTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): ReadTerm | undefined {
  if (matchExpressions.length === 0 && matchFields.length === 0) return undefined;
  if (!matchExpressions.every(isReadable) || !matchFields.every(isReadableField)) return undefined;
  return { expressions: selectorOf(matchExpressions), fields: selectorOf(matchFields) };
}

const readTerms = new WeakMap<NodeSelectorTerm, ReadTerm | 'none'>();

/** Expressions over labels AND fields over the name; a term that is empty or cannot be read matches nothing. */
export function matchesTerm(term: NodeSelectorTerm, { metadata }: Node): boolean {
  let read = readTerms.get(term);
  if (!read) readTerms.set(term, (read = readTerm(term) ?? 'none'));
  if (read === 'none' || !matchesLabels(read.expressions, metadata?.labels)) return false;
  return read.fields.length === 0 || matchesLabels(read.fields, { 'metadata.name': metadata?.name ?? '' });
}

/** What is wrong with the values of a term, as upstream words it; the API lets such values pass where a term is preferred. */
export function termFaults({ matchExpressions = [] }: NodeSelectorTerm, path: string): readonly string[] {
  return matchExpressions.flatMap(({ key, values = [] }, index) =>
    values.flatMap((value, position) => {
      const faults = labelValueFaults(value);
      const at = `${path}.matchExpressions[${index}].values[${position}][${key}]`;
      return faults.length === 0 ? [] : [`${at}: Invalid value: ${JSON.stringify(value)}: ${faults.join('; ')}`];
    }),
  );
}

/** nodeSelector AND the required node affinity (its terms are alternatives). */
export function matchesNodeSelector(spec: PodSpec, node: Node): boolean {
  const { nodeSelector } = spec;
  if (nodeSelector) {
    const labels = node.metadata?.labels;
    for (const key of Object.keys(nodeSelector)) if (labels?.[key] !== nodeSelector[key]) return false;
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}
