/**
 * Specs of Pods that were read and found right, by their text. Who makes many Pods by hand sends the same spec again and
 * again: read once, it is shared by all of them, as that of a template is. It follows from the text alone, so it is no
 * state of the world.
 */
import type { PodSpec } from 'kubernetes-types/core/v1';
import type { KindDefinition } from '../api/kind.ts';
import type { KubeObject } from '../api/object.ts';

/** Texts that are remembered at once; the oldest goes first. */
const TEXT_LIMIT = 256;
/** A longer text is read anew each time. */
const LENGTH_LIMIT = 16_384;

const specs = new Map<string, PodSpec>();

/** What a spec is remembered by; undefined for what is no Pod, and for what is too long. */
export function podSpecText(kind: KindDefinition, object: KubeObject): string | undefined {
  const { spec } = object as { spec?: unknown };
  if (kind.kind !== 'Pod' || typeof spec !== 'object' || spec === null) return undefined;
  const text = JSON.stringify(spec);
  return text.length > LENGTH_LIMIT ? undefined : text;
}

export const knownPodSpec = (text: string): PodSpec | undefined => specs.get(text);

export function rememberPodSpec(text: string, spec: PodSpec | undefined): void {
  if (!spec) return;
  specs.set(text, spec);
  if (specs.size > TEXT_LIMIT) for (const oldest of specs.keys()) if (specs.delete(oldest)) break;
}
