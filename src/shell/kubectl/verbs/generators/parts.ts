/** What the generators share: labels, environment, names from literals and files. Upstream: kubectl/pkg/util, kubectl/pkg/generate. */
import { failure } from '../../failure.ts';

/** `a=b,c=d`. */
export function labelsOf(text: string): Readonly<Record<string, string>> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw failure(`unexpected label spec: ${pair}`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

export function envOf(pairs: readonly string[]): readonly { readonly name: string; readonly value?: string }[] {
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at <= 0) throw failure(`invalid env: ${pair}`);
    const value = pair.slice(at + 1);
    return { name: pair.slice(0, at), ...(value === '' ? {} : { value }) };
  });
}

/** A number, or the name of a port. */
export const portOf = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);
