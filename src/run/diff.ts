/** What applying a text would change: each object as it lives and as it would become, by a dry run on a fork. */
import { parseManifest, stringify } from '../manifest/index.ts';
import { clientApply } from '../sim/client/index.ts';
import { kindOf, resourceName } from '../sim/api/index.ts';
import type { KubeObject, Stored } from '../sim/api/object.ts';
import { CLIENT } from '../sim/kernel/index.ts';
import { recordKey } from './record-key.ts';
import type { Run } from './run.ts';
import type { DiffEntry } from './types.ts';

export function diffText(run: Run, file: string, text: string): readonly DiffEntry[] {
  const parsed = parseManifest(file, text);
  // Applied for real, but on a copy of the world: defaults and admission are then those of the server.
  const copy = run.world.fork();
  return copy.kernel.runTurn(CLIENT, 0, () =>
    parsed.documents.flatMap((document): DiffEntry[] => {
      const { apiVersion = '', kind = '', metadata } = document.object;
      const definition = kindOf(apiVersion, kind);
      if (!definition) return [];
      const resource = resourceName(definition);
      const namespace = definition.isNamespaced ? (metadata?.namespace ?? 'default') : undefined;
      const name = metadata?.name ?? '';
      const live = run.world.find(resource, namespace, name);
      const applied = clientApply(copy.personPort, document.object);
      const merged = applied.ok ? applied.object : undefined;
      return [
        {
          source: document.source,
          key: recordKey(resource, { metadata: { name, ...(namespace ? { namespace } : {}) } }),
          title: `${kind} ${namespace ? `${namespace}/` : ''}${name}`,
          live: live ? stringify(withoutNoise(live)) : '',
          merged: merged ? stringify(withoutNoise(merged)) : '',
          outcome: applied.ok ? applied.outcome : 'error',
          ...(applied.ok ? {} : { status: applied.status }),
        },
      ];
    }),
  );
}

/** Leaves out what the server keeps for itself, so that a diff shows what a person changes. */
export function withoutNoise(object: Stored): KubeObject {
  const {
    managedFields: _fields,
    resourceVersion: _version,
    uid: _uid,
    generation: _generation,
    ...metadata
  } = object.metadata;
  const { creationTimestamp: _created, annotations, ...rest } = metadata;
  const kept = Object.fromEntries(
    Object.entries(annotations ?? {}).filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration'),
  );
  const { status: _status, ...spec } = object as Stored & { status?: unknown };
  return { ...spec, metadata: { ...rest, ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}) } };
}
