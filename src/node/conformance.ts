/**
 * `npm run conformance -- DIR [NAME...]`: replays recorded answers of a real cluster, prints passed and failed with a diff,
 * and exits with 1 when any differs. What a folder holds is told by its files.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetesTools } from './kubernetes-tools.ts';
import { replay, type StepFault, type Transcript } from './conformance/control-plane.ts';
import { lineDiff } from './conformance/line-diff.ts';
import type { Mask } from './conformance/masks.ts';

const PARALLEL = 3;

function usage(message: string): never {
  console.error(`${message}\nusage: npm run conformance -- DIR [NAME...]`);
  process.exit(2);
}

function show({ step, run, what, expected, actual }: StepFault): string {
  return `  step ${step}: ${run}\n  ${what} differs:\n${lineDiff(expected, actual)}`;
}

async function controlPlane(folder: string, names: readonly string[]): Promise<number> {
  const { masks } = JSON.parse(readFileSync(join(folder, 'masks.json'), 'utf8')) as { masks: readonly Mask[] };
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'masks.json')
    .filter((file) => names.length === 0 || names.includes(file.replace('.json', '')))
    .sort();
  const tools = kubernetesTools();
  let [passed, failed] = [0, 0];
  const waiting = [...files];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const transcript = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Transcript;
      const faults = await replay(transcript, masks, tools);
      if (faults.length === 0) passed += 1;
      else failed += 1;
      const parts = faults.map(show).join('\n');
      console.log(faults.length === 0 ? `passed ${transcript.id}` : `FAILED ${transcript.id}\n${parts}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  console.log(`${passed} passed, ${failed} failed`);
  return failed;
}

const [folder, ...names] = process.argv.slice(2);
if (!folder) usage('DIR is missing.');
if (!existsSync(join(folder, 'masks.json'))) usage(`${folder} holds no recordings that can be replayed.`);
process.exitCode = (await controlPlane(folder, names)) > 0 ? 1 : 0;
