/**
 * Recorded answers of a real 1.35 control plane, replayed with the stock kubectl. Those on the list of expected failures
 * must still fail: whoever makes one pass takes it off the list, and nothing is ever added.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../src/node/conformance/line-diff.ts';
import { replay, type Transcript } from '../../src/node/conformance/control-plane.ts';
import type { Mask } from '../../src/node/conformance/masks.ts';
import { kubernetesTools } from '../../src/node/kubernetes-tools.ts';

const folder = resolve(import.meta.dirname, '../conformance/control-plane');
const read = <T>(file: string): T => JSON.parse(readFileSync(file, 'utf8')) as T;

const { masks } = read<{ masks: readonly Mask[] }>(join(folder, 'masks.json'));
const expected = new Set(read<readonly string[]>(`${folder}-expected-failures.json`));
const transcripts = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'masks.json')
  .map((file) => read<Transcript>(join(folder, file)));

describe('the control plane answers as the recorded one', () => {
  it('with no recording expected to fail that is not there', () => {
    const ids = new Set(transcripts.map(({ id }) => id));
    expect([...expected].filter((id) => !ids.has(id))).toEqual([]);
  });

  for (const transcript of transcripts) {
    const title = `${transcript.id}: ${transcript.title}`;
    if (expected.has(transcript.id)) {
      it.concurrent(`${title} (expected to differ)`, async () => {
        const faults = await replay(transcript, masks, kubernetesTools());
        expect(faults, `${transcript.id} passes now: take it off the list`).not.toEqual([]);
      });
    } else {
      it.concurrent(title, async () => {
        const faults = await replay(transcript, masks, kubernetesTools());
        const shown = faults.map((fault) => `${fault.run}: ${fault.what}\n${lineDiff(fault.expected, fault.actual)}`);
        expect(shown.join('\n')).toBe('');
      });
    }
  }
});
