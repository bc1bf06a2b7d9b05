/** Folders of recorded kubectl sessions: told by their `masks.json`, and replayed a few at a time. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { kubernetesTools } from '../kubernetes-tools.ts';
import { replay, type Transcript } from './control-plane.ts';
import type { CaseResult } from './format.ts';
import type { Mask } from './masks.ts';

const PARALLEL = 3;
const MASKS = 'masks.json';

export const holdsTranscripts = (folder: string): boolean => existsSync(join(folder, MASKS));

export async function runTranscripts(
  folder: string,
  isWanted: (name: string) => boolean,
): Promise<readonly (CaseResult & { file: string })[]> {
  const { masks } = JSON.parse(readFileSync(join(folder, MASKS), 'utf8')) as { masks: readonly Mask[] };
  const waiting = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== MASKS && isWanted(basename(file, '.json')))
    .sort();
  const results: (CaseResult & { file: string })[] = [];
  if (waiting.length === 0) return results;
  const tools = kubernetesTools();
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const transcript = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Transcript;
      const faults = await replay(transcript, masks, tools);
      const differences = faults.map(({ step, run, what, expected, actual }) => ({
        what: `step ${step}: ${run}: ${what}`,
        expected,
        got: actual,
      }));
      results.push({ id: transcript.id, group: transcript.topic, differences, file });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return results.sort((left, right) => (left.file < right.file ? -1 : 1));
}
