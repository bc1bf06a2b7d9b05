import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { decodeShareLink, encodeShareLink, parseScenario, Run, RunFault, type Scenario } from '../../src/run/index.ts';
import { deployment, podsOf, service } from '../support/world.ts';

const TEXT = `${deployment('web', 3, 'pilothouse/web:1.0')}---\n${service('web')}`;

function start(): Run {
  return new Run(parseScenario('seed: x\n'));
}

function played(): Run {
  const run = start();
  run.command({ verb: 'apply', file: 'm.yaml', text: TEXT }, false);
  run.advance(run.now + 20_000);
  run.command({ verb: 'apply', file: 'm.yaml', text: TEXT.replace('replicas: 3', 'replicas: 5') }, false);
  run.advance(run.now + 20_000);
  return run;
}

describe('a run', () => {
  it('goes back and forward again to the very same state', () => {
    const run = played();
    const [end, hash, length] = [run.now, run.world.hash(), run.world.kernel.trace.length];
    run.seek(run.startTime + 5_000);
    expect(podsOf(run.world, 'web')).toHaveLength(3);
    run.seek(end);
    expect(run.world.hash()).toBe(hash);
    expect(run.world.kernel.trace.length).toBe(length);
  });

  it('steps by event, decision and tick, forward and back', () => {
    const run = start();
    run.command({ verb: 'apply', file: 'm.yaml', text: TEXT }, false);
    const first = run.step('event', 1);
    const second = run.step('event', 1);
    expect(second.seq).toBeGreaterThan(first.seq);
    expect(run.step('event', -1).seq).toBe(first.seq);
    const decision = run.step('decision', 1);
    expect(run.world.kernel.trace.at(decision.seq)!.type).toBe('scheduler.attempt');
    const hash = run.world.hash();
    const later = run.step('decision', 1);
    expect(later.seq).toBeGreaterThan(decision.seq);
    expect(run.step('decision', -1).seq).toBe(decision.seq);
    expect(run.world.hash()).toBe(hash);
    expect(run.step('tick', 1).time).toBeGreaterThan(0);
  });

  it('says what a change of the past discards, and forks only when told to', () => {
    const run = played();
    run.seek(run.startTime + 5_000);
    expect(run.forkNotice().discardedCommands).toBe(1);
    const change = { verb: 'apply', file: 'm.yaml', text: TEXT.replace('replicas: 3', 'replicas: 1') } as const;
    expect(() => run.command(change, false)).toThrow(RunFault);
    run.command(change, true);
    run.advance(run.now + 60_000);
    expect(run.commands).toHaveLength(2);
    expect(podsOf(run.world, 'web')).toHaveLength(1);
  });

  it('follows an effect back to the command and its lines', () => {
    const run = played();
    const [pod] = podsOf(run.world, 'web');
    const { trace } = run.world.kernel;
    const started = trace
      .slice(1)
      .find((event) => event.type === 'container.start' && event.object?.name === pod!.metadata.name)!;
    const types = trace.chain(started.seq).map(({ type }) => type);
    expect(types).toContain('scheduler.attempt');
    expect(types.slice(-2)).toEqual(['document', 'command']);
    const document = trace.chain(started.seq).at(-2)!;
    expect(document.type === 'document' && document.data.source).toEqual({
      file: 'm.yaml',
      startLine: 1,
      endLine: expect.any(Number) as number,
    });
  });

  it('reports what each document came to, and changes nothing for a text that cannot be read', () => {
    const run = start();
    const applied = run.command({ verb: 'apply', file: 'm.yaml', text: `${TEXT}---\n${service('Bad')}` }, false);
    expect(applied.documents?.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'error']);
    expect(applied.documents?.[2]?.faults?.[0]?.startLine).toBeGreaterThan(30);
    const broken = run.command(
      { verb: 'apply', file: 'm.yaml', text: `${deployment('other', 1, 'nginx:1')}---\na: [` },
      false,
    );
    expect(broken.documents).toBeUndefined();
    expect(broken.faults).toHaveLength(1);
    expect(run.world.find('deployments.apps', 'default', 'other')).toBeUndefined();
  });
});

describe('a share link', () => {
  it('replays exactly what was seen', () => {
    const run = played();
    const scenario = run.toScenario({ speed: 2 });
    const opened = decodeShareLink(encodeShareLink(scenario));
    expect(opened).toEqual(scenario);
    const replay = new Run(opened);
    replay.seek(opened.time);
    expect(replay.world.hash()).toBe(run.world.hash());
  });

  const refusal = (payload: string): string => {
    try {
      decodeShareLink(payload);
    } catch (error) {
      if (error instanceof RunFault) return error.code;
      throw error;
    }
    return 'accepted';
  };
  const packed = (value: unknown): string => {
    const bytes = deflateSync(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)));
    return `p1.${Buffer.from(bytes).toString('base64url')}`;
  };

  it('that is hostile, cut short or from the future gets a clear refusal', () => {
    const good = encodeShareLink(played().toScenario({ speed: 1 }));
    expect(refusal('hello')).toBe('link.notALink');
    expect(refusal('p9.abc')).toBe('link.futureVersion');
    expect(refusal(good.slice(0, good.length / 2))).toBe('link.damaged');
    expect(refusal('p1.!!!')).toBe('link.damaged');
    expect(refusal(packed('0'.repeat(50_000_000)))).toBe('link.tooLarge');
    expect(refusal(packed({ version: 99 }))).toBe('link.futureVersion');
    expect(refusal(packed({ options: { pools: [{ name: 'BAD', mode: 'System' }] } }))).toBe('options.poolName');
    expect(refusal(packed({ commands: [{ at: 'soon', command: { verb: 'apply' } }] }))).toBe('scenario.invalid');
    expect(refusal(packed([1, 2]))).toBe('scenario.invalid');
  });
});

describe('a scenario file', () => {
  it('may leave out nearly everything', () => {
    const scenario: Scenario = parseScenario('options:\n  seed: mine\ncommands: []\n');
    expect(scenario.options).toMatchObject({ seed: 'mine', region: 'koreacentral', preset: 'aks' });
  });

  it('says where it is wrong', () => {
    expect(() => parseScenario('commands: 5')).toThrow('commands: expected a list');
    expect(() => parseScenario('options:\n  pools:\n    - count: many\n')).toThrow(
      'options.pools[0].count: expected a number',
    );
    expect(() => parseScenario('a: [')).toThrow(/neither YAML nor JSON/);
  });
});
