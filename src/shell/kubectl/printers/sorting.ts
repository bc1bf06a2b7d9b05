/** `--sort-by`. Upstream: kubectl/pkg/cmd/get/sorter.go. */
import { parseQuantity } from '../../../sim/api/quantity.ts';
import { failure } from '../failure.ts';
import { goSorted } from '../text/go-sort.ts';
import { evaluateJsonPath, JsonPathFault, parseJsonPath, relaxedPath } from '../text/json-path.ts';

/** Items in the order of a field; those that lack it first. */
export function sortedBy<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): readonly T[] {
  const relaxed = relaxedPath(path);
  if (relaxed === undefined)
    throw failure(
      `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
    );
  const nodes = parsed(relaxed);
  const keyed = items.map((item) => {
    const [first] = evaluateJsonPath(nodes, objectOf(item), true);
    return { item, key: Array.isArray(first) ? (first as readonly unknown[])[0] : undefined };
  });
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) throw new MissingSortField(relaxed);
  const isLess = (left: { readonly key: unknown }, right: { readonly key: unknown }): boolean =>
    left.key === undefined || (right.key !== undefined && compare(left.key, right.key) < 0);
  return goSorted(keyed, isLess).map(({ item }) => item);
}

/** No item has the field. */
export class MissingSortField extends Error {
  constructor(readonly path: string) {
    super(`couldn't find any field with path ${JSON.stringify(path)} in the list of objects`);
  }
}

function parsed(path: string): ReturnType<typeof parseJsonPath> {
  try {
    return parseJsonPath(path);
  } catch (error) {
    if (error instanceof JsonPathFault) throw failure(`sort by: ${error.message}`);
    throw error;
  }
}

function compare(left: unknown, right: unknown): number {
  if (left === null || right === null) return Number(right === null) - Number(left === null);
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [parseQuantity(left), parseQuantity(right)];
    if (a !== undefined && b !== undefined) return Number(a) < Number(b) ? -1 : Number(a) > Number(b) ? 1 : 0;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return (left as number) < (right as number) ? -1 : (left as number) > (right as number) ? 1 : 0;
}
