/**
 * Objects as a client wants to see them: as a Table of printed columns, or with their metadata alone.
 * Upstream: apiserver/pkg/endpoints/handlers/response.go, apimachinery/pkg/apis/meta/v1/types.go.
 */
import type { Column, KindDefinition } from '../api/kind.ts';
import { ageColumn, nameColumn, textColumn } from '../api/kinds/columns.ts';
import type { KubeObject, Stored } from '../api/object.ts';

export type Shape = 'Object' | 'Table' | 'PartialObjectMetadata';
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** YAML is written from the same answer by whoever owns the socket. */
const SERVED_TYPES = new Set(['application/json', 'application/yaml', 'application/*', '*/*', '']);

/** What the `Accept` header asks for, the first kind of answer that is served; undefined when none is. */
export function wantedShape(accept: string, isList: boolean): Shape | undefined {
  for (const clause of accept.split(',')) {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    if (!SERVED_TYPES.has(type)) continue;
    const as = parameters.find((part) => part.startsWith('as='))?.slice(3);
    if (!as) return 'Object';
    if (!parameters.includes('g=meta.k8s.io') || !parameters.includes('v=v1')) continue;
    if (as === 'Table') return 'Table';
    if (as === (isList ? 'PartialObjectMetadataList' : 'PartialObjectMetadata')) return 'PartialObjectMetadata';
  }
  return undefined;
}

/** A Scale is shown by columns of its own, whatever it scales. Upstream: pkg/printers/internalversion (printScale). */
export const SCALE_COLUMNS = [
  nameColumn(),
  textColumn('Desired', (scale: Scale) => scale.spec?.replicas ?? 0),
  textColumn('Available', (scale: Scale) => scale.status?.replicas ?? 0),
  ageColumn(),
];

interface Scale extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

export interface Showing {
  readonly kind: KindDefinition;
  readonly shape: Shape;
  readonly include: IncludeObject;
  readonly nowEpochMs: number;
}

/** An answer in the wanted shape. */
export function shown(showing: Showing, body: KubeObject): unknown {
  if (showing.shape === 'Table') return tableOf(showing, body, true);
  if (showing.shape === 'Object') return body;
  const { items } = body as { items?: readonly Stored[] };
  if (!items) return partOf(body as Stored);
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: body.metadata ?? {},
    items: items.map(partOf),
  };
}

/** One event of a watch; only the first says what the columns are. */
export function shownEvent(showing: Showing, object: Stored, isFirst: boolean): unknown {
  if (showing.shape === 'Table') return tableOf(showing, object, isFirst);
  return showing.shape === 'Object' ? object : partOf(object);
}

function tableOf({ kind, include, nowEpochMs }: Showing, body: KubeObject, hasDefinitions: boolean): unknown {
  const { items } = body as { items?: readonly Stored[] };
  const rows = items ?? [body as Stored];
  const own = body.kind === 'Scale' ? SCALE_COLUMNS : (kind.columns ?? []);
  const columns = own as readonly Column<KubeObject>[];
  const { resourceVersion, continue: next, remainingItemCount } = (body.metadata ?? {}) as Record<string, unknown>;
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(next === undefined ? {} : { continue: next }),
      ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
    },
    columnDefinitions: hasDefinitions
      ? columns.map(({ name, type, description, priority }) => ({
          name,
          type,
          format: name === 'Name' ? 'name' : '',
          description,
          priority,
        }))
      : null,
    rows: rows.map((object) => ({
      cells: columns.map((column) => column.cell(object, { nowEpochMs })),
      ...conditionsOf(object),
      object: include === 'None' ? null : include === 'Object' ? object : partOf(object),
    })),
  };
}

/** A finished pod is said to be so, which lets clients leave it out. Upstream: printPod. */
function conditionsOf(object: Stored): object {
  if (object.kind !== 'Pod') return {};
  const { phase = '' } = (object as Stored & { status?: { phase?: string } }).status ?? {};
  const finished: Readonly<Record<string, { reason: string; message: string }>> = {
    Succeeded: { reason: 'Succeeded', message: 'The pod has completed successfully.' },
    Failed: { reason: 'Failed', message: 'The pod failed.' },
  };
  const found = finished[phase];
  return found ? { conditions: [{ type: 'Completed', status: 'True', ...found }] } : {};
}

const partOf = ({ metadata }: Stored): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
