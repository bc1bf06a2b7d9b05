/** Metadata as the server keeps it, and what it checks of it. Upstream: apimachinery/pkg/api/validation/objectmeta.go. */
import { validateAnnotations, validateFinalizers, validateLabels, validateOwners } from '../api/names.ts';
import type { ObjectMeta } from '../api/object.ts';
import { fieldForbidden, fieldInvalid, type FieldError } from '../api/status.ts';

export { validateMetadata } from '../api/names.ts';

/** What may not change. Upstream: ValidateObjectMetaAccessorUpdate. */
export function validateMetadataUpdate(next: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { finalizers = [], labels, annotations, ownerReferences } = next;
  if (old.deletionTimestamp) {
    const added = finalizers.filter((item) => !(old.finalizers ?? []).includes(item)).sort();
    if (added.length > 0) {
      errors.push(
        fieldForbidden(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((item) => JSON.stringify(item)).join(', ')}}`,
        ),
      );
    }
  }
  if (next.name !== old.name) errors.push(fieldInvalid('metadata.name', next.name, 'field is immutable'));
  if (next.namespace !== old.namespace) {
    errors.push(fieldInvalid('metadata.namespace', next.namespace, 'field is immutable'));
  }
  if (labels && labels !== old.labels) errors.push(...validateLabels(labels, 'metadata.labels'));
  if (annotations && annotations !== old.annotations)
    errors.push(...validateAnnotations(annotations, 'metadata.annotations'));
  if (ownerReferences && ownerReferences !== old.ownerReferences) errors.push(...validateOwners(ownerReferences));
  if (finalizers !== old.finalizers) errors.push(...validateFinalizers(finalizers));
  return errors;
}
