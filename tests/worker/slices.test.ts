/** A command that takes longer than a slice, as the page sees it through the worker's messages. */
import { describe, expect, it } from 'vitest';
import { Run } from '../../src/run/index.ts';
import { defaultOptions } from '../../src/sim/azure/index.ts';
import { Host } from '../../src/worker/host.ts';
import type { FromWorker, CallName } from '../../src/worker/messages.ts';

const configMap = (index: number): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c${String(index).padStart(5, '0')}\ndata:\n  index: "${index}"\n`;
const manyDocuments = (count: number): string =>
  Array.from({ length: count }, (_, index) => configMap(index)).join('---\n');

/** A host whose clock moves by a millisecond a look, so that slices end without real time. */
function hostWith(): {
  post(name: CallName, args: unknown): number;
  runLater(): boolean;
  readonly said: FromWorker[];
  readonly host: Host;
} {
  const said: FromWorker[] = [];
  const later: (() => void)[] = [];
  let clock = 0;
  const host = new Host({
    post: (message) => said.push(message),
    nowMs: () => (clock += 1),
    later: (work) => later.push(work),
    loadKubectl: () => Promise.reject(new Error('no kubectl here')),
  });
  let id = 0;
  return {
    said,
    host,
    post(name, args) {
      id += 1;
      host.receive({ kind: 'call', id, name, args });
      return id;
    },
    runLater() {
      const work = later.shift();
      work?.();
      return work !== undefined;
    },
  };
}

const scenario = { version: 1, options: defaultOptions('slices'), files: {}, commands: [], time: 0, speed: 1 };
const apply = (text: string): unknown => ({ command: { verb: 'apply', file: 'm.yaml', text }, confirmFork: true });
const replyTo = (said: readonly FromWorker[], id: number): unknown =>
  said.flatMap((message) => (message.kind === 'reply' && message.id === id ? [message.answer] : []))[0];

describe('a long command', () => {
  it('tells how far it has come, lets others wait, and ends as if done at once', () => {
    const { post, runLater, said, host } = hostWith();
    post('load', { scenario, play: false });
    const id = post('apply' as never, {});
    expect(said.some((message) => message.kind === 'fault' && message.id === id)).toBe(true);
    const command = post('command', apply(manyDocuments(200)));
    const hash = post('hash', {});
    const ping = post('ping', {});
    expect([replyTo(said, command), replyTo(said, hash)]).toEqual([undefined, undefined]);
    expect(said.some((message) => message.kind === 'reply' && message.id === ping)).toBe(true);
    while (runLater());
    expect(said.some((message) => message.kind === 'progress' && message.done < message.total)).toBe(true);
    expect(replyTo(said, command)).toMatchObject({ documents: { length: 200 } });
    const straight = new Run(scenario);
    straight.command({ verb: 'apply', file: 'm.yaml', text: manyDocuments(200) }, true);
    expect(replyTo(said, hash)).toBe(straight.world.hash());
    expect(host.run!.world.hash()).toBe(straight.world.hash());
  });

  it('that is broken off keeps what was done, in the cluster and in the log that replays it', () => {
    const { post, runLater, said, host } = hostWith();
    post('load', { scenario, play: false });
    const command = post('command', apply(manyDocuments(200)));
    runLater();
    post('cancel', {});
    while (runLater());
    const { cancelledAfter } = replyTo(said, command) as { cancelledAfter: number };
    expect(cancelledAfter).toBeGreaterThan(0);
    expect(cancelledAfter).toBeLessThan(200);
    const made = (run: Run): number =>
      [...run.world.list('configmaps', 'default')].filter(({ metadata }) => /^c\d{5}$/.test(metadata.name)).length;
    expect(made(host.run!)).toBe(cancelledAfter);
    const replayed = new Run(host.run!.toScenario({ speed: 1 }));
    replayed.seek(host.run!.now);
    expect(made(replayed)).toBe(cancelledAfter);
    expect(replayed.world.hash()).toBe(host.run!.world.hash());
  });
});
