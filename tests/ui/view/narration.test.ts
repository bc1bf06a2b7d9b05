import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { parseScenario, Run, whyOf } from '../../../src/run/index.ts';
import type { TraceEvent, TracePayloads, TraceType } from '../../../src/sim/kernel/index.ts';
import { en } from '../../../src/ui/i18n/en.ts';
import { ko } from '../../../src/ui/i18n/ko.ts';
import { controllerTitle } from '../../../src/ui/view/names.ts';
import { tell } from '../../../src/ui/view/narrate.ts';
import { foldCauses, storyLines, isOnLevel } from '../../../src/ui/view/story.ts';
import { bootWorld, deployment, service } from '../../support/world.ts';

const languages = Object.entries({ en, ko }).map(([language, texts]) => {
  const instance = i18next.createInstance();
  void instance.init({
    lng: language,
    resources: { [language]: { translation: texts } },
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  });
  return { language, t: instance.t };
});

const hop = { from: 'node/aks-pool-12345678-vmss000000/kubelet', to: 'kube-apiserver', departAt: 0, arriveAt: 1 };

/** Of every type there is, each outcome that is told in its own words. The compiler sees to it that none is left out. */
const EVERY: { [T in TraceType]: readonly TracePayloads[T][] } = {
  command: [{ index: 0, verb: 'apply', title: 'kubectl apply -f m.yaml' }],
  document: [{ index: 0, source: { file: 'm.yaml', startLine: 1, endLine: 9 } }],
  'api.request': [
    ['create', 'pods', undefined, 201],
    ['update', 'pods', 'status', 200],
    ['patch', 'pods', undefined, 409],
    ['delete', 'pods', undefined, 200],
    ['deletecollection', 'pods', undefined, 200],
    ['get', 'pods', undefined, 404],
    ['list', 'pods', undefined, 200],
    ['watch', 'pods', undefined, 200],
    ['create', 'pods', 'binding', 201],
    ['create', 'pods', 'eviction', 429],
    ['update', 'deployments.apps', 'scale', 200],
    ['update', 'leases.coordination.k8s.io', undefined, 200],
    ['create', 'events', undefined, 201],
    ['patch', 'events', undefined, 200],
    ['connect', 'pods', undefined, 200],
  ].flatMap(([verb, resource, subresource, code]) =>
    ['client', hop.from, 'kube-controller-manager/deployment'].map((from) => ({
      ...hop,
      from,
      verb: String(verb),
      line: 'POST /api/v1/namespaces/default/pods',
      user: 'admin',
      resource: String(resource),
      ...(subresource ? { subresource: String(subresource) } : {}),
      doneAt: 1,
      returnAt: 2,
      code: Number(code),
      stages: [],
    })),
  ),
  'etcd.write': (['create', 'update', 'delete'] as const).map((operation) => ({
    ...hop,
    key: '/registry/pods/default/web',
    operation,
    revision: 7,
    version: 1,
  })),
  'etcd.compact': [{ revision: 7 }],
  'watch.deliver': (['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'] as const).map((event) => ({
    ...hop,
    resource: 'pods',
    event,
    revision: 7,
  })),
  reconcile: [{ key: 'default/web' }, { key: 'default/web', outcome: 'conflict' }],
  event: [{ reason: 'Scheduled', type: 'Normal', message: 'ok', reporter: 'x' }],
  transition: ['pod/default/web', 'container/default/web/app', 'rollout/default/web', 'machine/x', 'etcd'].map(
    (instance) => ({ machine: 'pod', instance, from: 'a', to: 'b', on: 'GO' }),
  ),
  'scheduler.attempt': (['scheduled', 'unschedulable', 'error', 'preempting'] as const).map((outcome) => ({
    attempt: 1,
    outcome,
    message: 'm',
    feasible: 1,
    evaluated: 1,
    nodes: 1,
  })),
  'scheduler.configured': [{ profiles: ['default-scheduler'] }],
  'scheduler.queue': (['active', 'backoff', 'unschedulable', 'gated'] as const).map((queue) => ({
    queue,
    because: 'node a was added',
  })),
  'image.pull': (['pulled', 'present', 'failed'] as const).map((outcome) => ({ ...hop, image: 'nginx', outcome })),
  'container.start': [
    { container: 'app', restart: 0 },
    { container: 'app', restart: 3 },
  ],
  'container.exit': [{ container: 'app', exitCode: 137, reason: 'OOMKilled' }],
  'container.log': [{ container: 'app', line: 'hello' }],
  probe: (['success', 'failure'] as const).map((result) => ({ ...hop, container: 'app', probe: 'readiness', result })),
  'static-pod': [{ file: 'web.yaml' }, { file: 'web.yaml', refusal: 'static pods may not reference secrets' }],
  'proxy.sync': [{ services: 1, endpoints: 2 }],
  'dns.sync': [{ names: 3 }],
  'address.assign': [{ address: '10.0.0.1', what: 'pod' }],
  'dns.query': [[], ['10.0.0.1']].map((addresses) => ({
    ...hop,
    request: 1,
    name: 'web.default.svc.cluster.local',
    queryType: 'A',
    answer: 'NXDOMAIN',
    addresses,
    returnAt: 2,
  })),
  'proxy.choose': (['dnat', 'reject', 'drop', 'none'] as const).map((verdict) => ({
    request: 1,
    node: 'a',
    service: 'default/web',
    chain: 'KUBE-SVC-X',
    candidates: [],
    verdict,
  })),
  'traffic.hop': (['request', 'reply'] as const).map((direction) => ({
    ...hop,
    request: 1,
    direction,
    address: '10.0.0.1:80',
  })),
  'traffic.done': [
    { request: 1, url: 'http://web', status: 200, elapsedMs: 3 },
    { request: 1, url: 'http://web', failure: 'curl: (7)', elapsedMs: 3 },
  ],
  node: (['provisioned', 'booted', 'registered', 'removed'] as const).map((what) => ({ what })),
  'pipeline.step': (['apply', 'rollout', 'test', 'rollback'] as const).flatMap((step) =>
    (['started', 'succeeded', 'failed'] as const).map((outcome) => ({ release: 'v2', step, outcome, message: 'm' })),
  ),
  limit: [{ what: 'tasks', limit: 10 }],
};

const samples = Object.entries(EVERY).flatMap(([type, payloads]) =>
  (payloads as readonly object[]).map(
    (data) =>
      ({
        seq: 1,
        time: 0,
        step: 0,
        component: 'kube-controller-manager/replicaset',
        type,
        object: { resource: 'pods', kind: 'Pod', namespace: 'default', name: 'web-1' },
        cause: 0,
        data,
      }) as unknown as TraceEvent,
  ),
);

describe('the narration', () => {
  for (const { language, t } of languages) {
    it(`has a whole sentence for every event that can happen: ${language}`, () => {
      const faults = samples
        .map((event) => tell(t, event))
        .filter((told) => /\{\{|\bnarrate\.|\bwho\.|\bcomponent\.|\bbecause\.|undefined/.test(told));
      expect(faults).toEqual([]);
    });
  }

  it('has a name for every controller', () => {
    const unnamed = bootWorld()
      .controllerNames()
      .filter((id) => controllerTitle(id) === id);
    expect(unnamed).toEqual([]);
  });

  it('of Korean is not the English one', () => {
    const [english, korean] = languages;
    const same = samples.filter((event) => tell(english!.t, event) === tell(korean!.t, event)).map(({ type }) => type);
    // Names, upstream's words and arrows are the same in both.
    expect([...new Set(same)].sort()).toEqual(['event', 'transition']);
  });
});

const TEXT = `${deployment(
  'web',
  3,
  'nginx:1.27',
  '          readinessProbe:\n            httpGet: { path: /, port: 8080 }\n            periodSeconds: 2\n',
)}---\n${service('web')}`;

describe('the story of a run', () => {
  const run = new Run(parseScenario('seed: story\n'));
  run.command({ verb: 'apply', file: 'm.yaml', text: TEXT }, false);
  run.advance(run.now + 300_000);
  const { trace } = run.world.kernel;
  const [pod] = [...run.world.list('pods', 'default')];

  it('goes from any pod back to the command and its lines, however long it has been probed', () => {
    const steps = foldCauses([...whyOf(run, { key: `pods|default/${pod!.metadata.name}` })].reverse());
    expect(steps[0]!.event).toMatchObject({ type: 'command', data: { title: 'kubectl apply -f m.yaml' } });
    expect(steps[1]!.event).toMatchObject({ type: 'document', data: { source: { file: 'm.yaml', startLine: 1 } } });
    expect(steps.length).toBeLessThan(14);
    const { t } = languages[0]!;
    expect(steps.map(({ event }) => tell(t, event))).toEqual(
      expect.arrayContaining([
        'You create Deployment web',
        expect.stringMatching(/^Deployment controller creates ReplicaSet web-/),
        expect.stringMatching(/^ReplicaSet controller creates Pod web-/),
        expect.stringMatching(/^The scheduler chooses nodepool1-vmss/),
        `The readiness probe of ${pod!.metadata.name} succeeds`,
      ]),
    );
  });

  it('never has a probe as the cause of the next probe', () => {
    const probes = trace.slice(1).filter(({ type }) => type === 'probe');
    expect(probes.length).toBeGreaterThan(300);
    expect(probes.filter(({ cause }) => trace.at(cause)?.type === 'probe')).toEqual([]);
  });

  it('is short, whatever one asks about', () => {
    const longest = Math.max(...trace.slice(1).map(({ seq }) => foldCauses([...trace.chain(seq)].reverse()).length));
    expect(longest).toBeLessThan(24);
  });

  it('folds the deliveries of one change into one line, and leaves bookkeeping to the full list', () => {
    const all = storyLines(trace.slice(1), (event) => isOnLevel(event, 'all'));
    const folded = all.filter(({ event, count }) => event.type === 'watch.deliver' && count > 1);
    expect(folded.length).toBeGreaterThan(10);
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(trace.length);
    const story = storyLines(trace.slice(1), (event) => isOnLevel(event, 'story'));
    expect(story.length).toBeLessThan(trace.length / 8);
    expect(story.some(({ event }) => event.type === 'watch.deliver')).toBe(false);
  });

  it('can be entered at an event that lies ahead of the playhead', () => {
    const end = trace.length;
    run.seekEvent(Math.floor(end / 2));
    run.seekEvent(end);
    expect(run.shownSeq).toBe(end);
  });
});
