/**
 * The project's checks, one after the other: `check` is format, lint, types and structure; `all` adds every test, the
 * browser's included. Ends with `N passed, N failed`, where each check counts as one.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const cache = resolve(root, '.cache');
const isFull = process.argv[2] !== 'check';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Counts of a runner's report; a step without one counts as a single check. */
  readonly report?: { readonly file: string; count(report: unknown): { passed: number; failed: number } };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
}

interface PlaywrightReport {
  readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number };
}

const vitestReport = resolve(cache, 'vitest.json');
const playwrightReport = resolve(cache, 'playwright.json');
const vitest = (name: string, paths: readonly string[]): Step => ({
  name,
  command: ['vitest', 'run', ...paths, '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`],
  report: {
    file: vitestReport,
    count: (report) => ({
      passed: (report as VitestReport).numPassedTests,
      failed: (report as VitestReport).numFailedTests,
    }),
  },
});

const steps: readonly Step[] = [
  { name: 'schema', command: ['tsx', 'src/node/generate-schema.ts'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: ['eslint', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  ...(isFull
    ? [
        vitest('unit', []),
        vitest('clients', ['--config', 'vitest.clients.config.ts']),
        {
          name: 'browser',
          command: ['playwright', 'test'],
          report: {
            file: playwrightReport,
            count: (report: unknown) => {
              const { expected, unexpected, flaky } = (report as PlaywrightReport).stats;
              return { passed: expected, failed: unexpected + flaky };
            },
          },
        },
      ]
    : [vitest('structure', ['tests/structure'])]),
];

mkdirSync(cache, { recursive: true });
let [passed, failed] = [0, 0];
for (const { name, command, report } of steps) {
  console.log(`\n== ${name}`);
  if (report) rmSync(report.file, { force: true });
  const { status } = spawnSync('npx', ['--no-install', ...command], { cwd: root, stdio: 'inherit' });
  if (!report) {
    if (status === 0) passed += 1;
    else failed += 1;
    continue;
  }
  try {
    const counts = report.count(JSON.parse(readFileSync(report.file, 'utf8')));
    passed += counts.passed;
    failed += counts.failed;
    if (status !== 0 && counts.failed === 0) failed += 1;
  } catch (error) {
    console.error(`${name} left no report: ${error instanceof Error ? error.message : String(error)}`);
    failed += 1;
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
