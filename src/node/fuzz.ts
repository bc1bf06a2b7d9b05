/**
 * `npm run fuzz -- [--seeds N] [--from N] [--seed SEED]... [--scenario FILE] [--json]`: swarm runs from seeds, with every
 * invariant checked after every step; exits with 1 when one of them found something, and says how to replay it.
 * `--scenario` writes the run of a seed as a file that `npm run sim` and the page open.
 */
import { writeFileSync } from 'node:fs';
import { runSwarm, swarmScenario, type SwarmResult } from '../run/index.ts';

const SEEDS = 500;
/** Violations of one seed that are printed. */
const SHOWN = 5;

interface Options {
  readonly seeds: readonly string[];
  readonly scenarioFile: string | undefined;
  readonly isJson: boolean;
}

function usage(message: string): never {
  console.error(
    `${message}\nusage: npm run fuzz -- [--seeds N] [--from N] [--seed SEED]... [--scenario FILE] [--json]\n` +
      `Without --seed: ${SEEDS} seeds from 1 on. --scenario takes the one --seed and writes its run instead of playing it.`,
  );
  process.exit(2);
}

function countOf(option: string, word: string | undefined): number {
  const count = Number(word);
  if (!Number.isInteger(count) || count < 1) usage(`${option} takes a whole number from 1 on.`);
  return count;
}

function readOptions(words: readonly string[]): Options {
  let [count, from, isJson, scenarioFile] = [SEEDS, 1, false, undefined as string | undefined];
  const named: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (word === '--json') isJson = true;
    else if (word === '--seeds') count = countOf(word, words[(index += 1)]);
    else if (word === '--from') from = countOf(word, words[(index += 1)]);
    else if (word === '--seed') named.push(words[(index += 1)] ?? usage('--seed takes a seed.'));
    else if (word === '--scenario') scenarioFile = words[(index += 1)] ?? usage('--scenario takes a file.');
    else usage(`unknown option ${word}`);
  }
  if (scenarioFile !== undefined && named.length !== 1) usage('--scenario goes with one --seed.');
  const seeds = named.length > 0 ? named : Array.from({ length: count }, (_, index) => String(from + index));
  return { seeds, scenarioFile, isJson };
}

function report({ seed, violations }: SwarmResult): void {
  console.log(`seed ${seed}: ${violations.length} violations`);
  for (const { check, subject, message } of violations.slice(0, SHOWN)) {
    console.log(`  ${check}: ${subject}: ${message}`);
  }
  console.log(`  replay: npm run fuzz -- --seed ${seed}`);
  console.log(`  as a scenario: npm run fuzz -- --seed ${seed} --scenario swarm.json`);
}

const { seeds, scenarioFile, isJson } = readOptions(process.argv.slice(2));
if (scenarioFile !== undefined) {
  writeFileSync(scenarioFile, JSON.stringify(swarmScenario(seeds[0]!), undefined, 2));
  console.log(`wrote ${scenarioFile}`);
} else {
  const results: SwarmResult[] = [];
  for (const [index, seed] of seeds.entries()) {
    const result = runSwarm(seed);
    results.push(result);
    if (!isJson && result.violations.length > 0) report(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1}/${seeds.length}`);
  }
  const failed = results.filter(({ violations }) => violations.length > 0);
  const steps = results.reduce((sum, result) => sum + result.steps, 0);
  if (isJson) console.log(JSON.stringify({ seeds: seeds.length, failed: failed.length, steps, results }, undefined, 2));
  else console.log(`${seeds.length} seeds, ${steps} steps, ${failed.length} failed`);
  process.exit(failed.length > 0 ? 1 : 0);
}
