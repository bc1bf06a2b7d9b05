/** What a command line says on both outputs and how it ends, as a person at a terminal sees it. */
import type { Served } from './served.ts';

/** `[1]` is put before what a failed command says. */
export async function tell(served: Served, line: string, stdin = ''): Promise<string> {
  const { stdout, stderr, code } = await served.start(`exec 2>&1\n${line}`, stdin).ended;
  return `${code === 0 ? '' : `[${code}] `}${stdout}${stderr}`.trimEnd();
}
