import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KIND_REGISTRY } from '../../../src/sim/api/index.ts';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { ApiServer, type ApiRequest, type WatchDelivery } from '../../../src/sim/apiserver/index.ts';
import { Kernel, type Component } from '../../../src/sim/kernel/index.ts';

const USER = { name: 'tester', groups: ['system:masters'] };

interface Listener extends Component {
  readonly heard: WatchDelivery[];
  readonly times: number[];
}

function setUp(): { kernel: Kernel; api: ApiServer; listen: (id: string) => Listener } {
  const kernel = new Kernel({ seed: 'watches', epochMs: 0 });
  const api = new ApiServer(kernel, KIND_REGISTRY, { serviceCidr: '10.0.0.0/16', kubernetesVersion: '1.35.2' });
  kernel.add(api as unknown as Component);
  const listen = (id: string): Listener => {
    const listener: Listener = {
      id,
      heard: [],
      times: [],
      isSerial: () => false,
      handle(_action, payload) {
        listener.heard.push(payload as WatchDelivery);
        listener.times.push(kernel.now);
      },
      save: () => undefined,
      load: () => undefined,
    };
    kernel.add(listener);
    return listener;
  };
  send(kernel, api, { verb: 'create', resource: 'namespaces', body: { metadata: { name: 'default' } } });
  return { kernel, api, listen };
}

function send(kernel: Kernel, api: ApiServer, request: Omit<ApiRequest, 'user' | 'isTyped'>): number {
  return kernel.runTurn('client', 0, () => api.handle({ ...request, user: USER, isTyped: true }).code);
}

const map = (name: string, labels: Record<string, string>, finalizers: string[] = []): KubeObject =>
  ({ metadata: { name, namespace: 'default', labels, finalizers }, data: {} }) as KubeObject;

const place = { resource: 'configmaps', namespace: 'default' } as const;

/** What a client that follows a watch believes there is. */
function believed(items: readonly Stored[], heard: readonly WatchDelivery[]): Map<string, string> {
  const state = new Map(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  for (const { type, object } of heard) {
    const { name, resourceVersion } = (object as Stored).metadata;
    expect(state.has(name)).toBe(type !== 'ADDED');
    if (type === 'DELETED') state.delete(name);
    else state.set(name, resourceVersion);
  }
  return state;
}

const action = fc.record({
  verb: fc.constantFrom('create', 'update', 'delete', 'release'),
  name: fc.constantFrom('a', 'b', 'c'),
  label: fc.constantFrom('x', 'y'),
  isHeld: fc.boolean(),
});

describe('a watch', () => {
  it('tells whoever follows it what there is, whatever happens, by label and by name, from the start or from a revision', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.nat(40), (actions, resumeAt) => {
        const { kernel, api, listen } = setUp();
        const selections = [
          ['all', {}, () => true],
          ['labels', { labelSelector: 'side=x' }, (object: Stored) => object.metadata.labels?.['side'] === 'x'],
          ['name', { fieldSelector: 'metadata.name=b' }, (object: Stored) => object.metadata.name === 'b'],
        ] as const;
        const started = selections.map(([id, selector]) => {
          const listener = listen(id);
          const { items } = kernel.runTurn(id, 0, () =>
            api.watch({ watch: 'w', component: id, user: USER, ...place, ...selector }),
          );
          return { listener, items };
        });
        const late = listen('late');
        let known: readonly Stored[] = [];
        actions.forEach(({ verb, name, label, isHeld }, index) => {
          if (index === resumeAt) known = [...api.list('configmaps')];
          const held = api.find('configmaps', 'default', name);
          if (index === resumeAt) {
            const resourceVersion = String(api.store.revision);
            // Not before something else has happened: the watch begins in the past.
            send(kernel, api, { verb: 'create', ...place, body: map('between', { side: 'x' }) });
            kernel.runTurn('late', 0, () =>
              api.watch({ watch: 'w', component: 'late', user: USER, ...place, resourceVersion }),
            );
          }
          if (verb === 'create')
            send(kernel, api, { verb, ...place, body: map(name, { side: label }, isHeld ? ['example.com/hold'] : []) });
          else if (verb === 'delete') send(kernel, api, { verb, ...place, name });
          else if (held)
            send(kernel, api, {
              verb: 'update',
              ...place,
              name,
              body: map(name, { side: label }, verb === 'release' ? [] : [...(held.metadata.finalizers ?? [])]),
            });
        });
        kernel.advanceTo(1_000_000);
        const now = [...api.list('configmaps')];
        const expected = (matches: (object: Stored) => boolean): Map<string, string> =>
          new Map(now.filter(matches).map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
        started.forEach(({ listener, items }, index) => {
          expect(believed(items, listener.heard)).toEqual(expected(selections[index]![2]));
          expect(listener.times).toEqual([...listener.times].sort((left, right) => left - right));
        });
        if (actions.length > resumeAt) expect(believed(known, late.heard)).toEqual(expected(() => true));
      }),
      { numRuns: 150 },
    );
  });

  it('from a revision that has been compacted ends with 410 Expired', () => {
    const { kernel, api, listen } = setUp();
    const listener = listen('late');
    for (let index = 0; index < 5; index += 1)
      send(kernel, api, { verb: 'create', ...place, body: map(`m${index}`, {}) });
    api.store.compact(api.store.revision);
    kernel.runTurn('late', 0, () =>
      api.watch({ watch: 'w', component: 'late', user: USER, ...place, resourceVersion: '3' }),
    );
    kernel.advanceTo(1_000);
    expect(listener.heard).toMatchObject([
      {
        watch: 'w',
        type: 'ERROR',
        object: { code: 410, reason: 'Expired', message: `too old resource version: 3 (${api.store.revision + 1})` },
      },
    ]);
    expect(api.watches.size).toBe(0);
  });

  it('keeps its order and its audience through save and load', () => {
    const { kernel, api, listen } = setUp();
    for (const id of ['p', 'q']) {
      listen(id);
      kernel.runTurn(id, 0, () =>
        api.watch({
          watch: 'w',
          component: id,
          user: USER,
          ...place,
          ...(id === 'q' ? { fieldSelector: 'metadata.name=b' } : {}),
        }),
      );
    }
    const saved = kernel.save();
    const run = (): unknown => {
      for (const name of ['a', 'b']) send(kernel, api, { verb: 'create', ...place, body: map(name, {}) });
      return kernel.trace.slice(saved.traceLength).filter(({ type }) => type === 'watch.deliver');
    };
    const first = run();
    kernel.load(saved);
    expect(run()).toEqual(first);
    expect(first).toHaveLength(3);
  });
});
