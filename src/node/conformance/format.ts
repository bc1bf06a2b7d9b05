/** What a format of conformance files is, and what a case of it comes to. */

export interface Difference {
  /** What was compared: `score`, `filter of node-1`, `message`. */
  readonly what: string;
  readonly expected: unknown;
  readonly got: unknown;
}

export interface CaseResult {
  readonly id: string;
  /** What it is counted under: a plugin's name, or the kind of case. */
  readonly group: string;
  readonly differences: readonly Difference[];
}

export interface Format {
  readonly name: string;
  recognises(content: unknown): boolean;
  /** Cases of other releases than the one asked for are left out. */
  run(content: unknown, release: string): readonly CaseResult[];
}

/** Equal as JSON, where the order of members does not count. */
export function isSame(expected: unknown, got: unknown): boolean {
  return canonical(expected) === canonical(got);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}

export const asSet = (values: Iterable<string>): readonly string[] => [...values].sort();

/** Collects what differs. */
export class Comparison {
  readonly differences: Difference[] = [];

  same(what: string, expected: unknown, got: unknown): void {
    if (!isSame(expected, got)) this.differences.push({ what, expected, got });
  }
}

export function isRelease(release: string, since: string | undefined, until: string | undefined): boolean {
  const minor = (text: string): number => Number(text.split('.')[1]);
  return (!since || minor(release) >= minor(since)) && (!until || minor(release) <= minor(until));
}
