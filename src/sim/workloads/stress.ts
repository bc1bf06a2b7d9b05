/** Images made to use resources: polinux/stress and vish/stress of the documentation's tasks, by their arguments. */
import type { Container } from 'kubernetes-types/core/v1';
import type { Behaviour } from './behaviour.ts';
import { wholeValue } from '../api/quantity.ts';

export const STRESS = /^stress$/;

const UNITS: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };
/** Memory is taken within this time. */
const FILL_MS = 1_000;

/** `--vm 1 --vm-bytes 250M --cpu 2`, or `-mem-total 950Mi -cpus 2`. */
export function stress(base: Behaviour, args: readonly string[], container: Container): Behaviour {
  const value = (...names: string[]): string | undefined => {
    const at = args.findIndex((word) => names.includes(word));
    return at < 0 ? undefined : args[at + 1];
  };
  const cpus = Number(value('--cpu', '-c', '-cpus') ?? 0);
  const workers = Number(value('--vm', '-m') ?? 1);
  const [, amount = '0', unit = 'B'] = /^(\d+)([BKMG]?)$/.exec(value('--vm-bytes') ?? '') ?? [];
  const total = value('-mem-total');
  const memoryBytes = total ? wholeValue(total) : workers * Number(amount) * (UNITS[unit] ?? 1);
  const limit = container.resources?.limits?.['memory'];
  const isOver = limit !== undefined && memoryBytes > wholeValue(limit);
  return {
    ...base,
    cpuMillis: cpus * 1000 || (memoryBytes > 0 && !total ? 1000 : 1),
    memoryBytes: Math.max(base.memoryBytes, memoryBytes),
    ...(isOver ? { exit: { afterMs: FILL_MS, code: 137, reason: 'OOMKilled' } } : {}),
  };
}
