/** Regular expressions of POSIX as those of the host. */
import { ShellFault } from '../state.ts';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
};

export function regex(pattern: string, isExtended: boolean, flags = ''): RegExp {
  let source = pattern.replace(/\[:(\w+):\]/g, (whole, name: string) => CLASSES[name] ?? whole);
  if (!isExtended)
    source = source.replace(/\\([(){}|+?])|([(){}|+?])/g, (_, meta: string | undefined, plain: string | undefined) =>
      meta === undefined ? `\\${plain}` : meta,
    );
  try {
    return new RegExp(source, flags);
  } catch {
    throw new ShellFault(`bad regex '${pattern}'`);
  }
}
