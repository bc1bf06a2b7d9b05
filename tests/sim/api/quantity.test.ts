import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatBytes,
  formatMillis,
  milliValue,
  parseQuantity,
  wholeValue,
} from '../../../src/sim/api/index.ts';

const SUFFIXES = ['', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E2', 'e-1'];

const quantity = fc
  .tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 0, max: 999 }), fc.constantFrom(...SUFFIXES))
  .map(([whole, fraction, suffix]) => `${whole}${fraction > 0 ? `.${fraction}` : ''}${suffix}`);

/** Apart by no more than what is rounded up beyond nine digits. */
const isClose = (left: number, right: number): boolean => Math.abs(left - right) <= 1e-9 + 1e-12 * Math.abs(right);

describe('a quantity', () => {
  it.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1000Ki', '1000Ki'],
    ['512Ki', '512Ki'],
    ['0.5Ki', '512'],
    ['0.1Ki', '102400m'],
    ['1000', '1k'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['0', '0'],
    ['0Gi', '0'],
    ['-250m', '-250m'],
    ['.5', '500m'],
    ['1n', '1n'],
    ['0.0000000001', '1n'],
    ['+2', '2'],
  ])('%s is kept as %s', (written, kept) => {
    expect(canonicalQuantity(written)).toBe(kept);
  });

  it('that is a number in YAML is text in the store', () => {
    expect(canonicalQuantity(2)).toBe('2');
    expect(canonicalQuantity(0.25)).toBe('250m');
  });

  it('that is none is left as it is', () => {
    for (const text of ['', 'lots', '1.2.3', '10MB', '1 Gi', '--1', '1e99999999', '1i']) {
      expect(canonicalQuantity(text)).toBe(text);
    }
    for (const text of ['', 'lots', '1.2.3', '10MB', '1 Gi', '--1', '1i']) expect(parseQuantity(text)).toBeUndefined();
  });

  it('keeps its value in its canonical form, which is its own', () => {
    fc.assert(
      fc.property(quantity, (text) => {
        const kept = canonicalQuantity(text);
        expect(isClose(parseQuantity(kept)!, parseQuantity(text)!)).toBe(true);
        expect(canonicalQuantity(kept)).toBe(kept);
      }),
    );
  });

  it('adds up in any order, and nothing changes nothing', () => {
    fc.assert(
      fc.property(quantity, quantity, (left, right) => {
        expect(compareQuantities(addQuantities(left, right), addQuantities(right, left))).toBe(0);
        expect(addQuantities(left, '0')).toBe(canonicalQuantity(left));
      }),
    );
    expect(addQuantities('300m', '0.7')).toBe('1');
    expect(addQuantities('512Mi', '512Mi')).toBe('1Gi');
  });

  it('counts CPU in thousandths and memory in bytes, both rounded up', () => {
    expect(milliValue('0.1')).toBe(100);
    expect(milliValue('100u')).toBe(1);
    expect(wholeValue('1.5Ki')).toBe(1536);
    expect(wholeValue('100m')).toBe(1);
    expect(milliValue(undefined)).toBe(0);
    expect(formatMillis(1500)).toBe('1500m');
    expect(formatBytes(3 * 2 ** 29)).toBe('1536Mi');
  });
});
