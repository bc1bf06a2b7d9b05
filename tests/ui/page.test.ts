import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GALLERY } from '../../src/lessons/index.ts';
import { checkManifest } from '../../src/manifest/index.ts';
import { formatClock, sliderOfSpeed, speedOfSlider } from '../../src/ui/features/timeline/clock.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';
import { buildStage, shorten, SlotBook } from '../../src/ui/view/stage.ts';
import { packetsOf } from '../../src/ui/view/packets.ts';
import { advance, apply, bootWorld, deployment } from '../support/world.ts';
import type { Stored } from '../../src/sim/api/object.ts';

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

describe('the stage', () => {
  const world = bootWorld();
  apply(world, deployment('web', 6, 'pilothouse/web:1.0'));
  advance(world, 30);
  const records = new Map(
    [...world.objects()].map(({ resource, object }): [string, Stored] => [
      `${resource}|${object.metadata.namespace ? `${object.metadata.namespace}/` : ''}${object.metadata.name}`,
      object,
    ]),
  );
  const pods = [...records.keys()].filter((key) => key.startsWith('pods|'));

  it('keeps every survivor in its place, whichever pods go', () => {
    fc.assert(
      fc.property(fc.subarray(pods), (gone) => {
        const book = new SlotBook();
        const before = buildStage(records, {}, { namespace: '', text: '' }, book);
        const rest = new Map([...records].filter(([key]) => !gone.includes(key)));
        const after = buildStage(rest, {}, { namespace: '', text: '' }, book);
        for (const key of pods) if (!gone.includes(key)) expect(after.places.get(key)).toEqual(before.places.get(key));
      }),
      { numRuns: 40 },
    );
  });

  it('has a place for both ends of every packet of the trace', () => {
    const { places } = buildStage(records, {}, { namespace: '', text: '' }, new SlotBook());
    const missing = world.kernel.trace
      .slice(1)
      .filter(({ time }) => time > world.now - 20_000)
      .flatMap(packetsOf)
      .flatMap(({ from, to }) => [from, to])
      .filter((end) => !places.has(end) && !end.startsWith('pod/'));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('filters by namespace and by text without moving what stays', () => {
    const all = buildStage(records, {}, { namespace: '', text: '' }, new SlotBook());
    const some = buildStage(records, {}, { namespace: 'default', text: '' }, new SlotBook());
    const shown = some.items.flatMap((item) => (item.kind === 'node' ? item.pods : []));
    expect(shown.length).toBe(6);
    for (const { key } of shown) expect(some.places.get(key)).toEqual(all.places.get(key));
  });

  it('cuts names in the middle and keeps their ends', () => {
    expect(shorten('aks-nodepool1-12345678-vmss000002', 16)).toMatch(/^aks-.*…mss000002$/);
    expect(shorten('short', 16)).toBe('short');
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
