import { describe, expect, it } from 'vitest';
import { GALLERY } from '../../src/lessons/index.ts';
import { checkManifest } from '../../src/manifest/index.ts';
import { formatClock, sliderOfSpeed, speedOfSlider } from '../../src/ui/features/timeline/clock.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';

const texts = (value: object, path = ''): readonly (readonly [string, string])[] =>
  Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'string' ? [[path + key, item] as const] : texts(item as object, `${path}${key}.`),
  );

describe('the texts', () => {
  it('are complete in both languages and name the same values', () => {
    const [english, korean] = [new Map(texts(en)), new Map(texts(ko))];
    expect([...korean.keys()]).toEqual([...english.keys()]);
    const values = (text: string): readonly string[] =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!).sort();
    for (const [key, text] of english) {
      expect(text).not.toBe('');
      expect([key, values(korean.get(key)!)]).toEqual([key, values(text)]);
    }
  });
});

describe('the gallery', () => {
  it('has at least eight manifests without an error in them, in both languages', () => {
    expect(GALLERY.length).toBeGreaterThanOrEqual(8);
    for (const { id, text, title, summary } of GALLERY) {
      expect([id, checkManifest(id, text).filter(({ severity }) => severity === 'error')]).toEqual([id, []]);
      for (const words of [title.ko, title.en, summary.ko, summary.en]) expect(words).not.toBe('');
    }
  });
});

describe('the run bar', () => {
  it('has a logarithmic speed from 0.1 to 1000', () => {
    expect([0, 25, 50, 75, 100].map(speedOfSlider)).toEqual([0.1, 1, 10, 100, 1000]);
    for (const speed of [0.1, 1, 10, 100, 1000]) expect(speedOfSlider(sliderOfSpeed(speed))).toBe(speed);
  });

  it('shows time as a clock', () => {
    expect(formatClock(83_045)).toBe('01:23.045');
    expect(formatClock(3_723_001)).toBe('1:02:03.001');
    expect(formatClock(-1_500)).toBe('-00:01.500');
  });
});
