/** Recorded answers of a real 1.35 control plane, replayed with the stock kubectl: every one has to be the same. */
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
const transcripts = readdirSync(folder)
  .filter((file) => file.endsWith('.json') && file !== 'masks.json')
  .map((file) => read<Transcript>(join(folder, file)));

describe('the control plane answers as the recorded one', () => {
  it('in recordings that are there', () => {
    expect(transcripts.length).toBeGreaterThan(50);
  });

  it.concurrent.each(transcripts.map((transcript) => [`${transcript.id}: ${transcript.title}`, transcript] as const))(
    '%s',
    async (_title, transcript) => {
      const faults = await replay(transcript, masks, kubernetesTools());
      const shown = faults.map((fault) => `${fault.run}: ${fault.what}\n${lineDiff(fault.expected, fault.actual)}`);
      expect(shown.join('\n')).toBe('');
    },
  );
});
