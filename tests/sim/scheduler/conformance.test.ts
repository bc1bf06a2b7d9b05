/** What the real scheduler of release 1.35 answers: single plugins, and whole decisions. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { runConformance } from '../../../src/node/conformance/run.ts';

const folder = resolve(import.meta.dirname, '../../conformance');

it('agrees with every recorded answer of the real plugins', async () => {
  const report = await runConformance(join(folder, 'scheduler'));
  expect(report.failures).toEqual([]);
  expect(report.faults).toEqual([]);
  expect(report.passed).toBe(180);
});

it('decides as the real scheduler did on every recorded cluster', async () => {
  const report = await runConformance(join(folder, 'decisions'));
  expect(report.failures).toEqual([]);
  expect(report.passed).toBe(600);
});

it('names what was expected and what came out where an answer differs', async () => {
  const vectors = JSON.parse(readFileSync(join(folder, 'scheduler/NodeName.json'), 'utf8')) as {
    id: string;
    expect: { filter: Record<string, string> };
  }[];
  const [vector] = vectors;
  const [node] = Object.keys(vector!.expect.filter);
  vector!.expect.filter[node!] = 'Unschedulable';
  const spoilt = mkdtempSync(join(tmpdir(), 'conformance-'));
  writeFileSync(join(spoilt, 'spoilt.json'), JSON.stringify([vector]));
  writeFileSync(join(spoilt, 'other.json'), '{"a": 1}');
  const report = await runConformance(spoilt);
  expect(report.failed).toBe(1);
  expect(report.failures[0]).toMatchObject({ id: vector!.id, file: 'spoilt.json', group: 'NodeName' });
  expect(report.failures[0]!.differences[0]).toMatchObject({ what: `filter of ${node}`, expected: 'Unschedulable' });
  expect(report.faults).toEqual([{ file: 'other.json', fault: 'is of no format that this command knows' }]);
});
