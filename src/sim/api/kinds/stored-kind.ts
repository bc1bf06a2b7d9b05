/** How kinds are written down that are validated, stored and shown, while nothing acts on them yet. */
import type { Column, KindDefinition, Subresource } from '../kind.ts';
import type { KubeObject } from '../object.ts';
import { ageColumn, nameColumn } from './columns.ts';

export type Scope = 'namespaced' | 'cluster';

/** A definition with what is the same for most kinds; `more` overrides. */
export function stored<T extends KubeObject = KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  scope: Scope,
  more: Partial<KindDefinition<T>> = {},
): KindDefinition<T> {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: slash < 0 ? apiVersion : apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    isNamespaced: scope === 'namespaced',
    support: 'stored',
    columns: [nameColumn<T>(), ageColumn<T>()],
    ...more,
  };
}

export const status = (kind: string): readonly Subresource[] => [
  { name: 'status', kind, verbs: ['get', 'patch', 'update'] },
];

/** NAME and CREATED AT, as the server prints kinds without columns of their own. */
export function createdColumns<T extends KubeObject>(): readonly Column<T>[] {
  return [
    nameColumn<T>(),
    {
      name: 'Created At',
      type: 'date',
      description: '',
      priority: 0,
      cell: ({ metadata }) => metadata.creationTimestamp,
    },
  ];
}

/** `a,b,c + 2 more...`. */
export function firstFew(items: readonly string[], limit: number, none: string): string {
  if (items.length === 0) return none;
  if (items.length <= limit) return items.join(',');
  return `${items.slice(0, limit).join(',')} + ${items.length - limit} more...`;
}
