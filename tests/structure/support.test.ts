import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KIND_BEHAVIOUR, supportFiles, supportPage } from '../../src/node/support/index.ts';

const root = resolve(import.meta.dirname, '../..');
const page = supportPage();

describe('the page of support', () => {
  it('stands as `npm run generate` writes it from the registries', async () => {
    for (const { path, text } of await supportFiles())
      expect(readFileSync(resolve(root, path), 'utf8'), `${path} is stale: run npm run generate`).toBe(text);
  });

  it('names what acts on every simulated kind, nothing for a stored one, and why that is so', () => {
    const faults = page.kinds.flatMap(({ resource, support, actors, limits }) => {
      if (support === 'simulated') return actors.length > 0 ? [] : [`${resource}: nothing acts on it`];
      return actors.length === 0 && limits ? [] : [`${resource}: it is stored only, and no reason is given`];
    });
    expect(faults).toEqual([]);
  });

  it('speaks of no kind that is not served', () => {
    const served = new Set(page.kinds.map(({ resource }) => resource));
    expect(Object.keys(KIND_BEHAVIOUR).filter((resource) => !served.has(resource))).toEqual([]);
  });

  it('has the same rows in both languages', () => {
    const rows = (path: string): number =>
      readFileSync(resolve(root, path), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('|')).length;
    expect(rows('public/support.ko.md')).toBe(rows('public/support.md'));
    expect(rows('public/support.md')).toBeGreaterThan(page.kinds.length + page.kubectl.length + page.deviations.length);
  });
});
