import { describe, expect, it } from 'vitest';
import { parseScenario, Run } from '../../src/run/index.ts';
import {
  chancesOf,
  intervalOf,
  meaningOf,
  requestsOf,
  urlFault,
  type TracedRequest,
} from '../../src/ui/features/request/request-model.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';
import { deployment, podsOf, service } from '../support/world.ts';

const TEXT = [
  deployment('web', 2, 'nginx:1.27'),
  service('web', 80),
  service('closed', 81).replace('app: closed', 'app: web'),
  service('lonely', 80),
].join('---\n');

const run = new Run(parseScenario('seed: trace\n'));
run.command({ verb: 'apply', file: 'm.yaml', text: TEXT }, false);
run.advance(run.now + 30_000);
const [pod] = podsOf(run.world, 'web');

function send(url: string): TracedRequest {
  const { trace } = run.world.kernel;
  const before = trace.length;
  const { namespace = '', name } = pod!.metadata;
  run.command({ verb: 'traffic', namespace, pod: name, url, count: 1, intervalMs: 1000 }, false);
  run.advance(run.now + 30_000);
  const events = trace.slice(before + 1);
  const commands = new Set(events.filter(({ type }) => type === 'command').map(({ seq }) => seq));
  return requestsOf(events, url, commands)[0]!;
}

describe('a traced request', () => {
  it('walks the search list, has the proxy pick, goes to a pod and comes back', () => {
    const traced = send('http://web.default');
    expect(traced.lookups.map(({ name, suffix, hasAnswer }) => [name, suffix, hasAnswer])).toEqual([
      ['web.default.default.svc.cluster.local', 'default.svc.cluster.local', false],
      ['web.default.svc.cluster.local', 'svc.cluster.local', true],
    ]);
    expect(traced.lookups[0]!.queries.map(({ data }) => [data.queryType, data.answer])).toEqual([
      ['A', 'NXDOMAIN'],
      ['AAAA', 'NXDOMAIN'],
    ]);
    expect(traced.choice!.data.candidates).toHaveLength(2);
    expect(traced.choice!.data.candidates).toContain(traced.choice!.data.chosen);
    expect(traced.hops.map(({ data }) => data.direction)).toEqual(['request', 'reply']);
    expect(traced.done!.data.status).toBe(200);
    expect(meaningOf(traced)).toBeUndefined();
    expect(traced.isProgram).toBe(false);
  });

  it.each([
    ['http://nowhere', 'name'],
    ['http://lonely', 'noEndpoint'],
    ['http://10.244.250.250', 'timeout'],
    ['http://web:99999', 'url'],
    ['ftp://web', 'scheme'],
  ])('that fails says what that means: %s', (url, meaning) => {
    expect(meaningOf(send(url))).toBe(meaning);
  });

  it('to a port on which nothing listens is refused by the pod, not by the proxy', () => {
    const traced = send('http://closed');
    expect(traced.choice!.data.verdict).toBe('dnat');
    expect(meaningOf(traced)).toBe('refused');
  });

  it('has for each meaning something to check, in both languages', () => {
    for (const { request } of [en, ko])
      expect(Object.keys(request.check).sort()).toEqual(Object.keys(request.meaning).sort());
  });
});

describe('what is typed', () => {
  it('is checked before it is sent', () => {
    expect(
      ['http://web', 'web.shop:8080/a?b=c', 'http://10.0.0.1:80', 'https://web.default.svc.cluster.local.'].map(
        urlFault,
      ),
    ).toEqual([undefined, undefined, undefined, undefined]);
    expect(['', 'ftp://web', 'http://we b', 'http://web:0', 'http://web:x', 'http://'].map(urlFault)).toEqual([
      'empty',
      'scheme',
      'host',
      'port',
      'port',
      'host',
    ]);
  });

  it('as a rate lies between a tenth and fifty a second', () => {
    expect([0.1, 1, 50, 0.05, 51, Number.NaN].map(intervalOf)).toEqual([
      10_000,
      1000,
      20,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('the chances of the rules', () => {
  it('give every endpoint the same share of the whole', () => {
    let left = 1;
    for (const chance of chancesOf(3)) {
      expect(left * chance).toBeCloseTo(1 / 3);
      left -= left * chance;
    }
  });
});
