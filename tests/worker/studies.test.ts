/** Work on copies of the cluster: it goes on between other messages, can be broken off, and leaves the run alone. */
import { describe, expect, it } from 'vitest';
import { defaultOptions } from '../../src/sim/azure/index.ts';
import { Host } from '../../src/worker/host.ts';
import { STUDY_LIMIT_MS } from '../../src/worker/studies.ts';
import type { CallArguments, CallName, FromWorker } from '../../src/worker/messages.ts';

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 60
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: main, image: nginx, resources: {requests: {cpu: 100m}}}]}
`;
const PENDING = DEPLOYMENT.replaceAll('web', 'greedy').replace('100m', '"64"').replace('replicas: 60', 'replicas: 1');

/** A host with a clock that moves by `stepMs` a look. */
function start(stepMs = 1) {
  const said: FromWorker[] = [];
  const later: (() => void)[] = [];
  let clock = 0;
  const host = new Host({
    post: (message) => said.push(message),
    nowMs: () => (clock += stepMs),
    later: (work) => later.push(work),
    loadKubectl: () => Promise.reject(new Error('no kubectl here')),
  });
  let id = 0;
  const post = <N extends CallName>(name: N, args: CallArguments<N>): number => {
    id += 1;
    host.receive({ kind: 'call', id, name, args });
    return id;
  };
  const options = { ...defaultOptions('studies'), preset: 'plain' as const };
  post('load', { scenario: { version: 1, options, files: {}, commands: [], time: 0, speed: 1 }, play: false });
  post('command', {
    command: { verb: 'apply', file: 'm.yaml', text: `${DEPLOYMENT}---\n${PENDING}` },
    confirmFork: true,
  });
  while (later.shift()?.());
  post('seek', { time: 60_000 });
  host.run!.advance(host.run!.now + 30_000);
  return {
    said,
    host,
    post,
    turn: (): boolean => {
      const work = later.shift();
      work?.();
      return work !== undefined;
    },
    answer: (call: number) =>
      said.flatMap((message) => (message.kind === 'reply' && message.id === call ? [message.answer] : []))[0] as never,
  };
}

const pending = (host: Host): string =>
  [...host.run!.world.list('pods', 'default')].find(({ metadata }) => metadata.name.startsWith('greedy'))!.metadata
    .name;

describe('a study', () => {
  it('tells how far it has come, lets others be answered meanwhile, and leaves the run as it is', () => {
    const { post, turn, said, host, answer } = start();
    const hash = host.run!.world.hash();
    const study = post('compare', { texts: ['', ''] });
    turn();
    const ping = post('hash', {});
    expect([answer(study), answer(ping)]).toEqual([undefined, hash]);
    while (turn());
    expect(said.some((message) => message.kind === 'progress' && message.of === 'study')).toBe(true);
    expect(answer(study)).toMatchObject({ isWhole: true, found: { moved: [] } });
    expect(host.run!.world.hash()).toBe(hash);
  });

  it('that is broken off answers with what it has found so far', () => {
    const { post, turn, answer } = start();
    const study = post('compare', { texts: ['', ''] });
    turn();
    post('cancelStudy', {});
    while (turn());
    const { isWhole, found } = answer(study) as { isWhole: boolean; found: { left: { pods: object } } };
    expect(isWhole).toBe(false);
    expect(Object.keys(found.left.pods).length).toBeLessThan(61);
  });

  it('that takes too long ends by itself', () => {
    const { post, turn, answer } = start(STUDY_LIMIT_MS / 4);
    const study = post('compare', { texts: ['', ''] });
    while (turn());
    expect(answer(study)).toMatchObject({ isWhole: false });
  });

  it('gives way to the next one', () => {
    const { post, turn, answer, host } = start();
    const first = post('compare', { texts: ['', ''] });
    const second = post('fit', { namespace: 'default', pod: pending(host) });
    while (turn());
    expect(answer(first)).toMatchObject({ isWhole: false });
    expect(answer(second)).toMatchObject({ isWhole: true });
  });

  it('finds what would make a pod fit, and knows then how to edit the text for it', () => {
    const { post, turn, answer, host } = start();
    const search = post('fit', { namespace: 'default', pod: pending(host) });
    while (turn());
    const { found } = answer(search) as { found: readonly { id: number; kind: string }[] };
    const lower = found.find(({ kind }) => kind === 'lower-request')!;
    const edit = post('fitEdit', { proposal: lower.id, files: { 'm.yaml': PENDING } });
    expect(answer(edit)).toMatchObject({ file: 'm.yaml', isNew: false });
  });
});
