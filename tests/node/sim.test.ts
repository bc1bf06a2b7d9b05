/** `npm run sim`, run as people run it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'pilothouse-sim-'));

function sim(text: string, ...options: readonly string[]): { status: number | null; out: string; err: string } {
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'src/node/sim.ts', file, ...options],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  return { status, out: stdout, err: stderr };
}

/** The first fenced block of YAML in a README. */
const example = (name: string): string => /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, name), 'utf8'))![1]!;

describe('npm run sim', () => {
  it.each(['README.md', 'README.ko.md'])('does what the example of %s says', (name) => {
    const { status, out } = sim(example(name), '--json');
    expect(status).toBe(0);
    const objects = JSON.parse(out) as { kind: string; metadata: { name: string } }[];
    expect(objects.some(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'web')).toBe(true);
  });

  it('ends with 1 and says which expectation failed, and how', () => {
    const { status, err } = sim(example('README.md').replace('equals: 3', 'equals: 4'));
    expect(status).toBe(1);
    expect(err).toMatch(/expectation failed .*status\.readyReplicas is 3, not 4/);
  });

  it('prints events and the trace, as text and as JSON, up to a time', () => {
    expect(sim(example('README.md'), '--print', 'events').out).toMatch(
      /Normal {2}ScalingReplicaSet {2}Deployment\/web/,
    );
    const lines = sim(example('README.md'), '--print', 'trace', '--json', '--until', '50').out.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { type: string; time: number });
    expect(events.some(({ type }) => type === 'command')).toBe(true);
  });

  it('ends with 2 and the line of what it cannot read', () => {
    const wrong = sim('options:\n  seed: x\ncommands:\n  - at: soon\n    command: { verb: stop-traffic }\n');
    expect([wrong.status, wrong.err.split('\n')[0]]).toEqual([
      2,
      expect.stringMatching(/scenario\.yaml:4: commands\[0\]\.at/),
    ]);
    expect(sim('options: [').err).toMatch(/neither YAML nor JSON.*line 1/s);
    expect(sim('', '--until', 'later').err).toMatch(/--until takes a number/);
  });
});
