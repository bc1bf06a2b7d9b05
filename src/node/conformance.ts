/**
 * `npm run conformance -- DIR [NAME...] [--json]`: runs every conformance file under DIR, prints what passed and failed,
 * names each failure with what was expected and what came out, and exits non-zero on any.
 */
import { existsSync } from 'node:fs';
import { lineDiff } from './conformance/line-diff.ts';
import { FORMATS, runConformance, type Report } from './conformance/run.ts';
import type { Difference } from './conformance/format.ts';

const DIFFERENCE_LIMIT = 8;
const TEXT_LIMIT = 600;

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length <= TEXT_LIMIT ? text : `${text.slice(0, TEXT_LIMIT)} …`;
};

function difference({ what, expected, got }: Difference): string {
  const areTexts = typeof expected === 'string' && typeof got === 'string' && /\n/.test(expected + got);
  if (areTexts) return `  ${what} differs:\n${lineDiff(expected, got)}`;
  return `  ${what}\n    expected ${shown(expected)}\n    got      ${shown(got)}`;
}

function print({ release, passed, failed, groups, faults, failures }: Report): void {
  for (const { file, id, differences } of failures) {
    console.log(`FAILED ${id} (${file})`);
    for (const item of differences.slice(0, DIFFERENCE_LIMIT)) console.log(difference(item));
    const more = differences.length - DIFFERENCE_LIMIT;
    if (more > 0) console.log(`  and ${more} more differences`);
  }
  for (const { file, fault } of faults) console.log(`FAILED ${file} ${fault}`);
  const row = (count: { passed: number; failed: number }): string =>
    `${String(count.passed).padStart(5)} passed ${String(count.failed).padStart(5)} failed`;
  for (const [group, count] of Object.entries(groups)) console.log(`${row(count)}  ${group}`);
  console.log(`${row({ passed, failed })}  in all, for release ${release}`);
}

function refuse(message: string): void {
  console.error(message);
  console.error('usage: npm run conformance -- DIR [NAME...] [--json]');
  console.error(`formats: ${FORMATS.map(({ name }) => name).join(', ')}, recorded kubectl sessions`);
  process.exitCode = 2;
}

const args = process.argv.slice(2);
const [folder, ...names] = args.filter((arg) => arg !== '--json');
if (folder === undefined) refuse('DIR is missing.');
else if (!existsSync(folder)) refuse(`There is no file or folder ${folder}.`);
else {
  const report = await runConformance(folder, names);
  if (args.includes('--json')) console.log(JSON.stringify(report, undefined, 2));
  else print(report);
  if (report.passed + report.failed === 0 && report.faults.length === 0) refuse(`${folder} holds nothing to check.`);
  else if (report.failed > 0 || report.faults.length > 0) process.exitCode = 1;
}
