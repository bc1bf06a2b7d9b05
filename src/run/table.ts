/** Objects of a kind as the API server's Table shows them to kubectl: read off the world, so that looking changes nothing. */
import { KIND_REGISTRY, resourceName, type Column } from '../sim/api/index.ts';
import type { KubeObject } from '../sim/api/object.ts';
import { recordKey } from './record-key.ts';
import { RunFault } from './fault.ts';
import type { Run } from './run.ts';
import type { ObjectTable } from './types.ts';

/** Rows of one answer: more than a person reads, and little enough to draw at once. */
const ROW_LIMIT = 500;

export function tableOf(run: Run, resource: string, namespace?: string): ObjectTable {
  const kind = KIND_REGISTRY.all().find((item) => resourceName(item) === resource);
  if (!kind) throw new RunFault('table.unknownKind', `There is no kind ${resource}.`, { resource });
  const columns = (kind.columns ?? []) as readonly Column<KubeObject>[];
  const nowEpochMs = run.scenario.options.epochMs + run.now;
  const found = [...run.world.api.list(resource)].filter(
    ({ metadata }) => !namespace || metadata.namespace === namespace,
  );
  return {
    kind: kind.kind,
    isNamespaced: kind.isNamespaced,
    columns: columns.map(({ name, priority }) => ({ name, isWide: priority > 0 })),
    rows: found.slice(0, ROW_LIMIT).map((object) => ({
      key: recordKey(resource, object),
      namespace: object.metadata.namespace ?? '',
      cells: columns.map((column) => String(column.cell(object, { nowEpochMs }) ?? '')),
    })),
    total: found.length,
  };
}
