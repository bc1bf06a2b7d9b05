/** JSON Merge Patch (RFC 7386): null removes, mappings merge, everything else replaces. */
import { PatchFailure } from './json-patch.ts';

export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw new PatchFailure('error decoding patch: the patch is not a mapping');
  }
  return merge(target, patch);
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMapping = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isMapping ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
