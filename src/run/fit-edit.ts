/** A suggestion as an edit of the text that a person keeps: of the file that holds the object, or of a new one. */
import { editManifest } from '../manifest/index.ts';
import type { KubeObject } from '../sim/api/object.ts';
import type { Fit } from './fit-suggestions.ts';
import type { FitEdit } from './types.ts';

/** Of these the server lets nearly nothing be changed: they are deleted and made anew, as `kubectl replace --force` does. */
const IMMUTABLE = new Set(['Pod', 'Job']);

/** Undefined for a change of the cluster, which is a command and no edit. */
export function fitEdit({ suggestion, edit }: Fit, files: Readonly<Record<string, string>>): FitEdit | undefined {
  if (!edit) return undefined;
  const { kind, namespace, name } = suggestion.target;
  const isReplaced = IMMUTABLE.has(kind);
  const isWanted = ({ kind: own, metadata }: KubeObject): boolean =>
    own === kind && metadata?.name === name && (metadata.namespace ?? 'default') === namespace;
  for (const [file, before] of Object.entries(files)) {
    const edited = editManifest(before, isWanted, edit);
    if (!edited) continue;
    const { text: after, from, to } = edited;
    return { file, isNew: false, before, after, lines: { from, to }, isReplaced };
  }
  const { before, after } = suggestion;
  const lines = { from: 1, to: after.split('\n').length };
  return { file: `${kind.toLowerCase()}-${name}.yaml`, isNew: true, before, after, lines, isReplaced };
}
