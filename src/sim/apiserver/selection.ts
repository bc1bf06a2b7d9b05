/** Which objects a list or watch is about: namespace, labels and fields, with upstream's texts for what cannot be selected. */
import type { KindDefinition } from '../api/kind.ts';
import type { Stored } from '../api/object.ts';
import { parseLabelSelector } from '../api/label-selector-text.ts';
import { matchesLabels, parseFieldSelector, type FieldRequirement, type LabelSelector } from '../api/selectors.ts';
import { badRequest, type Status } from '../api/status.ts';

export interface Selection {
  readonly namespace?: string | undefined;
  readonly labels: LabelSelector;
  readonly fields: readonly FieldRequirement[];
}

export interface SelectionRequest {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export function parseSelection(kind: KindDefinition, request: SelectionRequest): Selection | Status {
  const labels = parseLabelSelector(request.labelSelector ?? '');
  if (!labels.ok) return badRequest(labels.message);
  const fields = parseFieldSelector(request.fieldSelector ?? '');
  if (!fields.ok) return badRequest(fields.message);
  const unknown = fields.value.find(({ field }) => !isSelectable(kind, field));
  if (unknown) return badRequest(unknownField(kind, unknown.field));
  const labelsOfKept = kind.conversion?.fieldLabels ?? {};
  return {
    namespace: kind.isNamespaced ? request.namespace : undefined,
    labels: labels.value,
    fields: fields.value.map((item) => ({ ...item, field: labelsOfKept[item.field] ?? item.field })),
  };
}

/** Kinds with fields of their own say it shortly; all others have but two. Upstream: the `conversion.go` of each group. */
function unknownField(kind: KindDefinition, field: string): string {
  if (kind.kind === 'Job') return `field label ${JSON.stringify(field)} not supported for batchv1.Job`;
  if (kind.conversion?.fieldLabels ?? kind.selectableFields) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

export function isStatus(value: object): value is Status {
  return (value as Status).kind === 'Status' && 'code' in value;
}

function isSelectable(kind: KindDefinition, field: string): boolean {
  const own = kind.conversion?.fieldLabels ?? kind.selectableFields;
  if (field === 'metadata.name' || own?.[field] !== undefined) return true;
  // Without fields of its own, even a kind of no namespace may be asked for one.
  return field === 'metadata.namespace' && (kind.isNamespaced || !own);
}

export function fieldValue(kind: KindDefinition, field: string, object: Stored): string {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
  return kind.selectableFields?.[field]?.(object) ?? '';
}

export function isSelected(kind: KindDefinition, selection: Selection, object: Stored): boolean {
  if (selection.namespace && object.metadata.namespace !== selection.namespace) return false;
  if (selection.labels.length > 0 && !matchesLabels(selection.labels, object.metadata.labels)) return false;
  return selection.fields.every(({ field, isEqual, value }) => (fieldValue(kind, field, object) === value) === isEqual);
}
