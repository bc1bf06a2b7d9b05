/** `--sort-by`. Upstream: kubectl/pkg/cmd/get/sorter.go. */
import { parseQuantity } from '../../../sim/api/quantity.ts';
import { failure } from '../failure.ts';
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
  return keyed.sort((left, right) => compare(left.key, right.key)).map(({ item }) => item);
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
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
  if (typeof left === 'string' && typeof right === 'string') {
    const [a, b] = [parseQuantity(left), parseQuantity(right)];
    if (a !== undefined && b !== undefined) return Number(a) < Number(b) ? -1 : Number(a) > Number(b) ? 1 : 0;
    return natural(left, right);
  }
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return (left as number) < (right as number) ? -1 : (left as number) > (right as number) ? 1 : 0;
}

/** Text with numbers in it, by the numbers. Upstream: github.com/fvbommel/sortorder. */
export function natural(left: string, right: string): number {
  const [a, b] = [chunks(left), chunks(right)];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [one, other] = [a[index]!, b[index]!];
    if (one === other) continue;
    const isNumber = /^\d/.test(one) && /^\d/.test(other);
    if (isNumber && Number(one) !== Number(other)) return Number(one) - Number(other);
    return one < other ? -1 : 1;
  }
  return a.length - b.length;
}

const chunks = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? [];
