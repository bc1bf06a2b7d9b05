/**
 * Files that a shell script makes and removes, and when: `touch F`, `> F` and `rm F` between sleeps. Steps inside loops
 * and branches are not followed.
 */
import type { Behaviour } from './behaviour.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function sleepSeconds(amount = '0', unit = ''): number {
  return Number(amount) * (SECONDS[unit] ?? 1);
}

export function filesOf(script: string): NonNullable<Behaviour['files']> {
  const files: { path: string; fromMs: number; untilMs?: number }[] = [];
  let at = 0;
  for (const step of script.split(/;|&&|\n/).map((part) => part.trim())) {
    if (/^(while|until|for|if|case)\b/.test(step)) break;
    const [, amount, unit] = /^sleep\s+(\d+(?:\.\d+)?)([smhd]?)$/.exec(step) ?? [];
    if (amount !== undefined) at += Math.round(sleepSeconds(amount, unit) * 1000);
    const made = /^touch\s+(\/\S+)$/.exec(step)?.[1] ?? />>?\s*(\/\S+)$/.exec(step)?.[1];
    if (made && !made.startsWith('/dev/')) files.push({ path: made, fromMs: at });
    const gone = /^rm\s+(?:-\w+\s+)*(\/\S+)$/.exec(step)?.[1];
    const last = files.findLast((file) => file.path === gone && file.untilMs === undefined);
    if (last) last.untilMs = at;
  }
  return files;
}
