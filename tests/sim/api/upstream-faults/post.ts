/** Sends manifests to an API server, for tables of what it refuses. */
import { parseManifest } from '../../../../src/manifest/index.ts';
import { kindOf } from '../../../../src/sim/api/index.ts';
import type { World } from '../../../../src/sim/world.ts';
import { request } from '../../../support/world.ts';

/** A manifest, or the spec of a kind, and the faults that it has in upstream's words and order. */
export interface Refused {
  readonly manifest: string;
  readonly faults: readonly string[];
}

interface Failure {
  readonly message: string;
  readonly details?: { readonly causes?: readonly { readonly field: string; readonly message: string }[] };
}

export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly faults: readonly string[];
}

const answerOf = ({ status, body }: { status: number; body: unknown }): Answer => {
  const { message, details } = body as Failure;
  return {
    status,
    message,
    faults: (details?.causes ?? []).map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message)),
  };
};

function placeOf(manifest: string): {
  object: ReturnType<typeof parseManifest>['documents'][number]['object'];
  path: string;
} {
  const { object } = parseManifest('stdin', manifest).documents[0]!;
  const kind = kindOf(object.apiVersion!, object.kind!)!;
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  return { object, path: `${root}${kind.isNamespaced ? '/namespaces/default' : ''}/${kind.plural}` };
}

export function post(world: World, manifest: string): Answer {
  const { object, path } = placeOf(manifest);
  return answerOf(request(world, 'POST', `${path}?fieldValidation=Strict`, object));
}

/** A merge patch, or another one, of what a manifest creates, which is made first. */
export function change(world: World, manifest: string, patch: object, type = 'merge-patch'): Answer {
  const { object, path } = placeOf(manifest);
  const made = request(world, 'POST', path, object);
  if (made.status >= 300 && made.status !== 409) throw new Error(JSON.stringify(made.body));
  const name = object.metadata?.name ?? '';
  return answerOf(request(world, 'PATCH', `${path}/${name}`, patch, { 'content-type': `application/${type}+json` }));
}
