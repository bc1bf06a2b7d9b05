import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KIND_REGISTRY } from '../../src/sim/api/index.ts';
import { COMMAND_NAMES, OWN_IMAGES, TAKEN_FOR_DONE } from '../../src/sim/workloads/index.ts';

const root = resolve(import.meta.dirname, '../..');

/** The kinds of one row of a table of support. */
function kindsOf(file: string, row: string): readonly string[] {
  const line = readFileSync(resolve(root, file), 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`| ${row} `));
  return (line?.split('|')[2] ?? '').split(',').map((kind) => kind.trim());
}

describe.each([
  ['README.md', 'simulated', 'stored'],
  ['README.ko.md', '동작', '저장'],
])('the table of support in %s', (file, simulated, stored) => {
  it.each([
    [simulated, 'simulated'],
    [stored, 'stored'],
  ])('says of the kinds of its row %s what the registry says', (row, support) => {
    const wanted = KIND_REGISTRY.all().filter((kind) => kind.support === support);
    expect([...kindsOf(file, row)].sort()).toEqual(wanted.map(({ kind }) => kind).sort());
  });

  it('lists every scripted image and every command of the shell', () => {
    const text = readFileSync(resolve(root, file), 'utf8');
    const images = [...text.matchAll(/^\| `([\w/-]+):1\.0`/gm)].map(([, name]) => name);
    expect(images.sort()).toEqual(Object.keys(OWN_IMAGES).sort());
    const [commands = ''] = text.split('\n').filter((line) => line.startsWith('`.` '));
    expect(commands.split(' ')).toEqual(COMMAND_NAMES.map((name) => `\`${name}\``));
    expect(text).toContain(TAKEN_FOR_DONE.map((name) => `\`${name}\``).join(' '));
  });
});
