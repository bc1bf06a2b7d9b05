/** Deep equality and copying of plain objects, quick where two objects share parts. */

export function isDeepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => isDeepEqual(item, right[index]));
  }
  if (Array.isArray(right)) return false;
  const [a, b] = [left as Record<string, unknown>, right as Record<string, unknown>];
  let count = 0;
  for (const key in a) {
    if (a[key] === undefined) continue;
    count += 1;
    if (!isDeepEqual(a[key], b[key])) return false;
  }
  let other = 0;
  for (const key in b) if (b[key] !== undefined) other += 1;
  return count === other;
}

/** A copy of its own, in which a field that is null is absent, as Go's decoder leaves it. */
export function copyWithoutNulls<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyWithoutNulls) as T;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== null) result[key] = copyWithoutNulls(item);
  return result as T;
}
