/** The annotation in which client-side apply keeps what it has applied. Upstream: kubectl/pkg/util/apply.go. */
import type { KubeObject } from '../api/object.ts';
import { goJson } from '../api/go-json.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with itself, as canonical JSON and a line end, in the annotation that the next apply compares with. */
export function withLastApplied(object: KubeObject): KubeObject {
  const { annotations, ...metadata } = object.metadata ?? {};
  const { [LAST_APPLIED]: _before, ...others } = annotations ?? {};
  const text = `${goJson({ ...object, metadata: { ...metadata, annotations: others } })}\n`;
  return { ...object, metadata: { ...metadata, annotations: { ...others, [LAST_APPLIED]: text } } };
}

export const lastAppliedOf = (object: KubeObject): string | undefined => object.metadata?.annotations?.[LAST_APPLIED];
