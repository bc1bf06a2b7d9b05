/** Short ways to write printed columns. Upstream: pkg/printers/internalversion/printers.go. */
import { ageOf } from '../duration.ts';
import type { Column, KindDefinition } from '../kind.ts';
import type { KubeObject, Stored } from '../object.ts';

type Cell<T extends KubeObject> = Column<T>['cell'];

export function textColumn<T extends KubeObject>(name: string, cell: Cell<T>, priority = 0): Column<T> {
  return { name, type: 'string', description: '', priority, cell };
}

export function nameColumn<T extends KubeObject>(): Column<T> {
  return textColumn('Name', (object) => object.metadata.name);
}

export function ageColumn<T extends KubeObject>(): Column<T> {
  return textColumn('Age', (object, context) => ageOf(object.metadata.creationTimestamp, context.nowEpochMs));
}

/** CONTAINERS and IMAGES of a pod template. */
export function templateColumns<T extends KubeObject>(
  templateOf: (object: T) => { spec?: { containers: readonly { name: string; image?: string }[] } } | undefined,
): readonly Column<T>[] {
  const containers = (object: T): readonly { name: string; image?: string }[] =>
    templateOf(object)?.spec?.containers ?? [];
  return [
    textColumn(
      'Containers',
      (object) =>
        containers(object)
          .map(({ name }) => name)
          .join(','),
      1,
    ),
    textColumn(
      'Images',
      (object) =>
        containers(object)
          .map(({ image }) => image ?? '')
          .join(','),
      1,
    ),
  ];
}

/** The columns of another version are those of the kept one: upstream prints what all versions become inside the server. */
export function columnsOfKept(
  kept: KindDefinition,
  toKept: (object: KubeObject) => KubeObject,
): readonly Column<KubeObject>[] {
  return (kept.columns ?? []).map((column) => ({
    ...column,
    cell: (object, context) => column.cell(toKept(object) as Stored, context),
  }));
}
