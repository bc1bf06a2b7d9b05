/** perl as the Job of the documentation runs it: so many digits of pi. Every other program is taken for done, and said so. */
import type { Command } from '../command-io.ts';

/** What a core needs for a digit, about. */
const MS_PER_DIGIT = 3;
const DIGITS_LIMIT = 10_000;

export const perl: Command = (io, [, ...words]) => {
  const digits = Number(/\bbpi\((\d+)\)/.exec(words.join(' '))?.[1] ?? 0);
  if (digits === 0 || digits > DIGITS_LIMIT) {
    io.err('pilothouse: perl is not simulated; it is taken to have done its work\n');
    return io.pause(1_000) ?? 0;
  }
  const wait = io.pause(digits * MS_PER_DIGIT);
  if (wait) return wait;
  io.out(`${pi(digits)}\n`);
  return 0;
};

/** `digits` significant digits, by Machin's formula, rounded as bignum rounds them. */
function pi(digits: number): string {
  const unit = 10n ** BigInt(digits + 10);
  const arctangent = (inverse: bigint): bigint => {
    const square = inverse * inverse;
    let term = unit / inverse;
    let sum = term;
    for (let divisor = 3n, sign = -1n; term > 0n; divisor += 2n, sign = -sign) {
      term /= square;
      sum += sign * (term / divisor);
    }
    return sum;
  };
  const scaled = 4n * (4n * arctangent(5n) - arctangent(239n));
  const rounded = String((scaled + 5n * 10n ** 10n) / 10n ** 11n);
  return `3.${rounded.slice(1)}`;
}
