/**
 * Sets of completion indexes, as `0-2,5` writes them. Upstream: pkg/controller/job/indexed_job_utils.go.
 */
export const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index';

/** Indexes below the limit, in order. */
export function parseIndexes(text: string | undefined, completions: number): ReadonlySet<number> {
  const found = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    if (part === '') continue;
    const [first = '', last = first] = part.split('-');
    for (let index = Number(first); index <= Number(last) && index < completions; index += 1) found.add(index);
  }
  return found;
}

/** Three or more in a row become a range; two stand side by side. */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...indexes].sort((left, right) => left - right);
  const parts: string[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = start;
    while (sorted[end + 1] === sorted[end]! + 1) end += 1;
    const [first, last] = [sorted[start]!, sorted[end]!];
    parts.push(first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`);
    start = end + 1;
  }
  return parts.join(',');
}
