/** The arithmetic of a plugin as people read numbers: digits in groups, and bytes also in the unit that suits them. */

const MIB = 1024 * 1024;

/** Digits in groups of three; what stands behind the point stays as it is. */
export function groupDigits(text: string): string {
  return text.replace(/\d+(\.\d+)?/g, (number) => {
    const [whole = '', fraction] = number.split('.');
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
    return fraction === undefined ? grouped : `${grouped}.${fraction}`;
  });
}

/** The same expression with bytes in Mi or Gi; undefined when it holds no number of that size. */
export function withUnits(expression: string): string | undefined {
  let hasBytes = false;
  const text = expression.replace(/\d+(\.\d+)?/g, (number) => {
    const value = Number(number);
    if (value < MIB) return number;
    hasBytes = true;
    return value >= 1024 * MIB ? `${trim(value / (1024 * MIB))} Gi` : `${trim(value / MIB)} Mi`;
  });
  return hasBytes ? text : undefined;
}

const trim = (value: number): string => String(Number(value.toFixed(2)));

/** The key of a label in the texts: `memory (bytes)` is `memory-bytes`. */
export const labelKey = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
