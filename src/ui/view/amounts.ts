/** Quantities of the objects the page has, as plain numbers for bars. The simulation has validated them. */

const SUFFIX: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

export function amountOf(quantity: string | number | undefined): number {
  if (quantity === undefined) return 0;
  const [, number = '0', suffix = ''] = /^([0-9.eE+-]+?)([a-zA-Z]*)$/.exec(String(quantity)) ?? [];
  return Number(number) * (SUFFIX[suffix] ?? 1);
}

export const millisOf = (quantity: string | number | undefined): number => Math.round(amountOf(quantity) * 1000);

/** `1.5 Gi` for people; three digits are enough for a bar. */
export function sayBytes(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(1)}Gi`;
  return `${Math.round(bytes / 2 ** 20)}Mi`;
}

export function sayMillis(millis: number): string {
  return `${Math.round(millis)}m`;
}
