/** What no second run repeats (uids, times, ages) is masked in an answer before it is compared. */

export interface Mask {
  readonly name: string;
  readonly pattern: string;
  readonly replacement: string;
  readonly when: 'always' | 'nodes-masked';
}

export type Masker = (text: string) => string;

/** Applies the masks to each line, in order, then counts runs of spaces within a line as two. */
export function maskerOf(masks: readonly Mask[], areNodesMasked: boolean): Masker {
  const rules = masks
    .filter(({ when }) => when === 'always' || areNodesMasked)
    .map(({ pattern, replacement }) => ({ pattern: new RegExp(pattern, 'g'), parts: splitReplacement(replacement) }));
  return (text) =>
    text
      .split('\n')
      .map((line) => {
        const masked = rules.reduce(
          (current, { pattern, parts }) =>
            current.replace(pattern, (...found: (string | undefined)[]) =>
              parts.map((part) => (typeof part === 'number' ? (found[part] ?? '') : part)).join(''),
            ),
          line,
        );
        return masked.replace(/(\S) {2,}/g, '$1  ').trimEnd();
      })
      .join('\n');
}

/** `$1` is the first group; everything else, `${UID}` among it, is meant as it stands. */
function splitReplacement(replacement: string): readonly (string | number)[] {
  return replacement
    .split(/(\$\d)/)
    .filter(Boolean)
    .map((part) => (/^\$\d$/.test(part) ? Number(part[1]) : part));
}
