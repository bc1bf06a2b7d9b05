import { describe, expect, it } from 'vitest';
import { FLIGHT_LIMIT, Flights } from '../../../src/ui/view/flights.ts';
import { foldFacts, lightsOf, NO_FACTS } from '../../../src/ui/view/control-plane.ts';
import { relationsOf } from '../../../src/ui/view/relations.ts';
import { StageBuilder } from '../../../src/ui/view/stage.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import { advance, apply, bootWorld, deployment, podsOf, service } from '../../support/world.ts';

const world = bootWorld();
const before = world.kernel.trace.length;
apply(world, `${deployment('web', 3, 'pilothouse/web:1.0')}---\n${service('web')}`);
advance(world, 30);
const events = world.kernel.trace.slice(before + 1);
const records = new Map(
  [...world.objects()].map(({ resource, object }): [string, Stored] => [
    `${resource}|${object.metadata.namespace ? `${object.metadata.namespace}/` : ''}${object.metadata.name}`,
    object,
  ]),
);
const stage = new StageBuilder('wide').build(records, {}, { namespace: '', text: '' });
const request = events.find((event) => event.type === 'api.request' && event.data.from === 'client')!;
const from = request.time;

describe('packets in flight', () => {
  it('stand still while the run is paused, and go slower when it goes slower', () => {
    const shares = [1, 0.5].map((speed) => {
      const flights = new Flights();
      flights.tick(0, true, speed);
      flights.play(stage, [request], from, []);
      flights.tick(200, true, speed);
      const share = flights.shareOf(flights.all[0]!);
      flights.tick(5_000, false, speed);
      expect(flights.shareOf(flights.all[0]!)).toBe(share);
      return share;
    });
    expect(shares[0]! / shares[1]!).toBeCloseTo(2);
  });

  it('answer after the request has arrived, and follow what caused them', () => {
    const flights = new Flights();
    flights.tick(0, true, 1);
    flights.play(stage, events.slice(0, 12), from, []);
    const ends = new Map(
      flights.all.map((flight) => [`${flight.seq}/${flight.kind}`, flight.startMs + flight.lastsMs]),
    );
    for (const flight of flights.all.filter(({ kind }) => kind === 'response')) {
      const asked = ends.get(`${flight.seq}/request`);
      if (asked !== undefined && asked < 1_100) expect(flight.startMs).toBeGreaterThanOrEqual(asked);
    }
  });

  it('are gone after a rewind, and only those of the kinds that are wanted fly', () => {
    const flights = new Flights();
    flights.play(stage, events, from, ['watch', 'response']);
    expect(new Set(flights.all.map(({ kind }) => kind))).not.toContain('watch');
    expect(flights.all.length).toBeGreaterThan(0);
    flights.clear();
    expect([flights.all.length, flights.rates().length]).toEqual([0, 0]);
  });

  it('become a rate on their line beyond the limit, one for each line, and none is lost', () => {
    const flights = new Flights();
    flights.tick(0, true, 1);
    flights.play(stage, events, from, []);
    expect(flights.all.length).toBe(FLIGHT_LIMIT);
    const rates = flights.rates();
    expect(rates.length).toBeGreaterThan(1);
    expect(new Set(rates.map(({ path }) => path)).size).toBe(rates.length);
    flights.tick(1_500, true, 1);
    expect(flights.rates()).toEqual([]);
  });

  it('fly one at a time when somebody steps, though the run is paused', () => {
    const flights = new Flights();
    flights.show(stage, request);
    expect(flights.all.map(({ kind }) => kind)).toEqual(['request', 'response']);
    flights.tick(450, false, 1);
    expect(flights.all.map((flight) => flights.shareOf(flight) > 0)).toEqual([true, false]);
  });
});

describe('what the control plane shows', () => {
  it('is folded from the trace: stages of the request, the attempt, and the turns of controllers', () => {
    const facts = foldFacts(NO_FACTS, events, Number.POSITIVE_INFINITY);
    expect(facts.attempt?.data.outcome).toBe('scheduled');
    expect([...facts.turns.keys()]).toEqual(expect.arrayContaining(['deployment', 'replicaset', 'endpointslice']));
    const created = lightsOf(request.type === 'api.request' ? request : undefined);
    expect(created.map(({ stage: name }) => name)[0]).toBe('authenticate');
    expect(created.find(({ stage: name }) => name === 'store')?.verdict).not.toBe('unreached');
  });

  it('takes in nothing twice, and nothing that lies ahead', () => {
    const half = foldFacts(NO_FACTS, events, events[20]!.seq);
    expect(half.seq).toBeLessThanOrEqual(events[20]!.seq);
    expect(foldFacts(half, events, events[20]!.seq)).toEqual(half);
    expect(foldFacts(half, events, events.at(-1)!.seq)).toEqual(foldFacts(NO_FACTS, events, events.at(-1)!.seq));
  });
});

describe('what belongs to what is selected', () => {
  const [pod] = podsOf(world, 'web');
  const key = `pods|default/${pod!.metadata.name}`;

  it('is a pod with its owners, its Service, its node and the scheduler', () => {
    const { keys, links } = relationsOf(key, records);
    expect(keys).toContain('deployments.apps|default/web');
    expect(keys).toContain('services|default/web');
    expect(keys).toContain(`nodes|${pod!.spec!.nodeName}`);
    expect(keys).toContain('kube-scheduler');
    expect(keys).not.toContain('services|kube-system/kube-dns');
    expect(links).toContainEqual(['services|default/web', key]);
  });

  it('is a Service with the pods it leads to, and a Deployment with the pods it owns', () => {
    const pods = podsOf(world, 'web').map(({ metadata }) => `pods|default/${metadata.name}`);
    for (const selected of ['services|default/web', 'deployments.apps|default/web']) {
      const { keys } = relationsOf(selected, records);
      expect([...keys!].filter((found) => found.startsWith('pods|')).sort()).toEqual([...pods].sort());
    }
  });

  it('is everything for the hub, so that nothing steps back', () => {
    expect(relationsOf('kube-apiserver', records).keys).toBeUndefined();
    expect(relationsOf(undefined, records).keys).toBeUndefined();
  });
});
