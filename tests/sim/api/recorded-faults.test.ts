/** What a real API server of release 1.35 answered to manifests that are wrong, word for word. */
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/manifest/index.ts';
import { request, bootWorld } from '../../support/world.ts';
import recorded from './recorded-faults.json' with { type: 'json' };
import { kindOf } from '../../../src/sim/api/index.ts';

interface Recorded {
  readonly manifest: string;
  readonly faults?: readonly string[];
  readonly decode?: string;
}

const world = bootWorld({ preset: 'plain' });

function post(manifest: string): { status: number; message: string; causes: readonly string[] } {
  const { object } = parseManifest('stdin', manifest).documents[0]!;
  const kind = kindOf(object.apiVersion!, object.kind!)!;
  const root = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
  const path = `${root}${kind.isNamespaced ? '/namespaces/default' : ''}/${kind.plural}?fieldValidation=Strict`;
  const { status, body } = request(world, 'POST', path, object);
  const { message, details } = body as {
    message: string;
    details?: { causes?: readonly { field: string; message: string }[] };
  };
  return { status, message, causes: (details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`) };
}

describe('a manifest that is wrong', () => {
  it.each(recorded as readonly Recorded[])('is refused as a real server refuses it: $manifest', (example) => {
    const { status, message, causes } = post(example.manifest);
    if (example.decode) expect({ status, message }).toEqual({ status: 400, message: example.decode });
    else expect({ status, causes }).toEqual({ status: 422, causes: example.faults });
  });
});
