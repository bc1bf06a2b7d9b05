/** The page's own kubectl beside the stock one: the same lines on the same cluster at the same virtual time, byte for byte. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS_ADAPTER } from '../../src/lessons/gallery/metrics-adapter.ts';
import { GALLERY } from '../../src/lessons/index.ts';
import { defaultOptions, plainOptions } from '../../src/sim/azure/index.ts';
import type { WorldOptions } from '../../src/sim/options.ts';
import { World } from '../../src/sim/world.ts';
import { FILES, READS, WRITES } from './support/terminal-lines.ts';
import { makeTwins, type Outcome, type Twins } from './support/twins.ts';

/** Virtual and wall time are the same when the lines begin, so that ages which kubectl works out itself are near. */
async function twins(options: WorldOptions, files: Readonly<Record<string, string>>, afterMs: number): Promise<Twins> {
  const world = new World({ ...options, epochMs: Math.floor(Date.now() / 1000) * 1000 - afterMs });
  world.boot();
  const found = await makeTwins(world, files);
  for (const name of Object.keys(files).filter((file) => /^(setup|scenario)/.test(file))) {
    const { stderr } = found.own(`apply -f ${name}`);
    expect(stderr.replace(/^Warning: .*\n/gm, '')).toBe('');
    // A namespace gets its service account before pods are made in it.
    world.kernel.advanceTo(world.now + 5_000);
  }
  world.kernel.advanceTo(Math.max(world.now, afterMs - 20_000));
  return found;
}

/**
 * Ages that kubectl measures with the wall clock, in describe and events, the clock and the process of a line of its own log,
 * and what a diff is named by: the temporary files. Everything else is compared as it is, but for the order of events of one
 * moment, and of the containers whose logs are shown at once: upstream's map has none.
 */
function masked(line: string, text: string): string {
  if (line.startsWith('diff'))
    return text.replace(/\/tmp\/(LIVE|MERGED)-\d+/g, '$1').replace(/\t\d{4}-.* \+0000$/gm, '\tTIME');
  if (line.startsWith('apply --prune')) return text.replace(/^W\d{4} [\d:.]+ +\d+ /gm, 'WARNING ');
  if (line === 'options') return text.replace(/'\S+(?=\/\.kube\/cache')/, "'HOME");
  if (line.startsWith('plugin')) return text.replace(/^Unable to read directory .*\n/gm, '');
  if (/--all-containers|--all-pods/.test(line)) return text.split('\n').sort().join('\n');
  if (line.startsWith('edit')) return text.replace(/\/tmp\/kubectl-edit-[\w-]+\.yaml/g, 'FILE');
  if (!/^(describe|events)/.test(line)) return text;
  const ages = text.replace(/\b(\d+[smhd])+\b/g, 'AGE').replace(/ +/g, ' ');
  const at = line.startsWith('events') ? 0 : ages.search(/^Events:/m);
  if (at < 0) return ages;
  return ages.slice(0, at) + ages.slice(at).split('\n').sort().join('\n');
}

const shown = (line: string, { stdout, stderr, code, written }: Outcome): object => ({
  line,
  code,
  stdout: masked(line, stdout),
  stderr: masked(line, stderr),
  written,
});

/** Lines that the two do not answer alike. */
async function differences(pair: Twins, lines: readonly string[]): Promise<readonly (readonly [object, object])[]> {
  const found: (readonly [object, object])[] = [];
  for (const text of lines) {
    const [line = '', input] = text.split(' <<< ');
    const { stock, own } = await pair.both(line, input ? FILES[input] : undefined);
    const [expected, actual] = [shown(line, stock), shown(line, own)];
    if (JSON.stringify(expected) !== JSON.stringify(actual)) found.push([expected, actual]);
  }
  return found;
}

const LOOKS = [
  'get all',
  'get all -A',
  'get pods -o wide',
  'get nodes -o wide',
  'get deploy,rs,svc -o yaml',
  'get pods -o json',
  'describe pods',
  'describe deploy',
  'get events --sort-by=.metadata.name',
  'api-resources',
];

const SCENARIOS = ['image', 'crash', 'unready', 'config', 'limits', 'liveness'];

describe('the terminal', () => {
  let pair: Twins;
  beforeAll(async () => {
    pair = await twins(defaultOptions('twins'), FILES, 600_000);
  });
  afterAll(() => pair.stop());

  it('compares enough lines', () => {
    expect(READS.length + WRITES.length + LOOKS.length * (SCENARIOS.length + 1)).toBeGreaterThan(400);
  });

  it('reads a cluster as the stock kubectl does', async () => {
    expect(await differences(pair, READS)).toEqual([]);
  }, 600_000);

  it('changes a cluster as the stock kubectl does: the same text, and the same objects', async () => {
    expect(await differences(pair, WRITES)).toEqual([]);
  }, 600_000);
});

describe('the terminal in scenarios', () => {
  it.each(SCENARIOS)('shows %s of the gallery as the stock kubectl does', async (id) => {
    const entry = GALLERY.find((item) => item.id === id);
    const pair = await twins(
      { ...defaultOptions(id), ...entry?.options },
      { 'scenario.yaml': entry?.text ?? '' },
      180_000,
    );
    const found = await differences(pair, LOOKS);
    await pair.stop();
    expect(found).toEqual([]);
  });

  it('shows an autoscaler by the depth of a queue, and the metrics that it reads, as the stock kubectl does', async () => {
    const { text } = GALLERY.find(({ id }) => id === 'queue-scale')!;
    const path = '/apis/custom.metrics.k8s.io/v1beta1';
    const pair = await twins(
      defaultOptions('queue'),
      { 'setup.yaml': METRICS_ADAPTER, 'scenario.yaml': text },
      240_000,
    );
    const lines = [
      'get hpa',
      'get hpa consumer -o yaml',
      'describe hpa',
      'get apiservices',
      'api-versions',
      'api-resources',
      'api-resources --api-group=custom.metrics.k8s.io',
      `get --raw ${path}`,
      `get --raw ${path}/namespaces/default/pods/*/http_requests_per_second?labelSelector=app%3Dqueue`,
      `get --raw ${path}/namespaces/default/services/queue/queue_messages_ready?metricLabelSelector=queue%3Dorders`,
      `get --raw ${path}/namespaces/default/services/queue/nope`,
      'auth can-i get services.custom.metrics.k8s.io/queue_messages_ready',
    ];
    const found = await differences(pair, lines);
    const { stock } = await pair.both('describe hpa');
    await pair.stop();
    expect(found).toEqual([]);
    expect(stock.stdout).toMatch(/"queue_messages_ready" on Service\/queue \(target average value\): +\d+m? \/ 10\n/);
  });

  it('shows a plain cluster as the stock kubectl does', async () => {
    const pair = await twins(plainOptions('twins'), { 'setup.yaml': FILES['setup.yaml']! }, 180_000);
    const found = await differences(pair, LOOKS);
    await pair.stop();
    expect(found).toEqual([]);
  });
});
