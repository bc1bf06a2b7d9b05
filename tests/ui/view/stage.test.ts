import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packetsOf } from '../../../src/ui/view/packets.ts';
import { StageBuilder, shorten, type Stage } from '../../../src/ui/view/stage.ts';
import { columnsFor, makeFrame } from '../../../src/ui/view/stage-frame.ts';
import { boxOf, pointAlong, routeBetween, straighten } from '../../../src/ui/view/stage-routes.ts';
import type { Box, Polyline, StageShape } from '../../../src/ui/view/stage-types.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import type { World } from '../../../src/sim/world.ts';
import { defaultOptions } from '../../../src/sim/azure/index.ts';
import { advance, apply, bootWorld, deployment, service } from '../../support/world.ts';

type Records = ReadonlyMap<string, Stored>;

const recordsOf = (world: World): Records =>
  new Map(
    [...world.objects()].map(({ resource, object }): [string, Stored] => [
      `${resource}|${object.metadata.namespace ? `${object.metadata.namespace}/` : ''}${object.metadata.name}`,
      object,
    ]),
  );

const NO_FILTER = { namespace: '', text: '' };
const SHAPES: readonly StageShape[] = ['wide', 'medium', 'tall'];
const build = (records: Records, shape: StageShape = 'wide', filter = NO_FILTER): Stage =>
  new StageBuilder(shape).build(records, {}, filter);

const world = bootWorld();
apply(world, `${deployment('web', 6, 'pilothouse/web:1.0')}---\n${service('web')}`);
advance(world, 30);
const records = recordsOf(world);
const keysOf = (prefix: string): readonly string[] => [...records.keys()].filter((key) => key.startsWith(prefix));
const pods = keysOf('pods|');

const overlaps = (left: Box, right: Box): boolean =>
  left.x < right.x + right.width &&
  right.x < left.x + left.width &&
  left.y < right.y + right.height &&
  right.y < left.y + left.height;

const cardsOf = (stage: Stage): readonly (Box & { id: string })[] =>
  stage.items.filter(({ kind }) => kind !== 'ground');

/** Whether a stretch of a path runs through the inside of a box; touching an edge is how lines end. */
function crosses(path: Polyline, { x, y, width, height }: Box): boolean {
  const [left, top, right, bottom] = [x + 1, y + 1, x + width - 1, y + height - 1];
  return path.some((to, index) => {
    const from = path[index - 1];
    if (!from) return false;
    return (
      Math.max(from.x, to.x) > left &&
      Math.min(from.x, to.x) < right &&
      Math.max(from.y, to.y) > top &&
      Math.min(from.y, to.y) < bottom
    );
  });
}

describe('the places of the stage', () => {
  it.each(SHAPES)('keep the nodes of a large cluster within what is theirs: %s', (shape) => {
    for (const count of [1, 5, 40, 200, 1_000, 5_000]) {
      const frame = makeFrame(shape, columnsFor(shape, count));
      const { x, width } = frame.pools;
      expect([count, x + width <= frame.dataX]).toEqual([count, true]);
      if (frame.areServicesAside) expect([count, x + width <= frame.services.x]).toEqual([count, true]);
      expect([count, x + width <= frame.yours.x + frame.yours.width]).toEqual([count, true]);
    }
  });

  it('let no two cards overlap, in every arrangement', () => {
    for (const shape of SHAPES) {
      const cards = cardsOf(build(records, shape));
      const pairs = cards.flatMap((left, at) => cards.slice(at + 1).map((right) => [left, right] as const));
      expect(pairs.filter(([left, right]) => overlaps(left, right)).map(([a, b]) => [shape, a.id, b.id])).toEqual([]);
    }
  });

  it('keep every pod that stays where it is, whichever pods go', () => {
    fc.assert(
      fc.property(fc.subarray([...pods]), (gone) => {
        const builder = new StageBuilder('wide');
        const before = builder.build(records, {}, NO_FILTER);
        const rest = new Map([...records].filter(([key]) => !gone.includes(key)));
        const after = builder.build(rest, {}, NO_FILTER);
        for (const key of pods) if (!gone.includes(key)) expect(boxOf(after, key)).toEqual(boxOf(before, key));
      }),
      { numRuns: 40 },
    );
  });

  it('keep everything else where it is when Services and nodes come and go', () => {
    const [node, web] = [records.get(keysOf('nodes|')[0]!)!, records.get('services|default/web')!];
    const copy = (object: Stored, name: string): Stored => ({
      ...object,
      metadata: { ...object.metadata, name, uid: `uid-${name}` },
    });
    const arrivals = [...Array(14).keys()].map((index): [string, Stored] =>
      index % 2 === 0
        ? [`services|default/more-${index}`, copy(web, `more-${index}`)]
        : [`nodes|zzz-${index}`, copy(node, `zzz-${index}`)],
    );
    for (const shape of SHAPES) {
      const builder = new StageBuilder(shape);
      let grown: Map<string, Stored> = new Map(records);
      let before = builder.build(grown, {}, NO_FILTER);
      for (const [key, object] of arrivals) {
        grown = new Map([...grown, [key, object]]);
        const after = builder.build(grown, {}, NO_FILTER);
        for (const old of cardsOf(before)) {
          const now = cardsOf(after).find(({ id }) => id === old.id);
          expect([shape, key, old.id, now?.x, now?.y]).toEqual([shape, key, old.id, old.x, old.y]);
        }
        const cards = cardsOf(after);
        for (const [at, left] of cards.entries())
          for (const right of cards.slice(at + 1)) expect([left.id, right.id, overlaps(left, right)]).toContain(false);
        before = after;
      }
    }
  });

  it('keep a node the size it was when it fills to its last pod', () => {
    const key = pods.find((name) => name.includes('/web-'))!;
    const pod = records.get(key)! as Stored & { spec: { nodeName: string } };
    const crowd = new Map(records);
    for (let index = 0; index < 250; index += 1) {
      const name = `crowd-${index}`;
      crowd.set(`pods|default/${name}`, { ...pod, metadata: { ...pod.metadata, name, uid: name } });
    }
    const stage = build(crowd);
    const card = stage.nodes.get(pod.spec.nodeName)!;
    expect(card.height).toBe(build(records).nodes.get(pod.spec.nodeName)!.height);
    for (const chip of card.pods) {
      expect(chip.x + chip.width).toBeLessThanOrEqual(card.width);
      expect(chip.y + chip.height).toBeLessThanOrEqual(card.height);
    }
    const spots = new Set(card.pods.map(({ x, y }) => `${x},${y}`));
    expect(spots.size).toBe(card.pods.length);
  });

  it('give a large cluster more columns, and keep all of it near the shape of a window', () => {
    const [pool] = defaultOptions('large').pools;
    const large = bootWorld({ pools: [{ ...pool!, count: 60 }] });
    const stage = build(recordsOf(large));
    expect(stage.nodes.size).toBe(60);
    expect(stage.width / stage.height).toBeGreaterThan(1);
    expect(stage.width / stage.height).toBeLessThan(3);
  });

  it('cut names in the middle and keep their ends', () => {
    expect(shorten('aks-nodepool1-12345678-vmss000002', 16)).toMatch(/^aks-.*…mss000002$/);
    expect(shorten('short', 16)).toBe('short');
  });
});

describe('the ways of packets', () => {
  const recent = world.kernel.trace.slice(1).flatMap(packetsOf);
  const ways = new Map(recent.map(({ from, to }) => [`${from} ${to}`, [from, to] as const]));
  const isHere = (id: string): boolean => !id.startsWith('pod/') || records.has(`pods|${id.slice('pod/'.length)}`);

  it('exist for both ends of every packet of the trace', () => {
    for (const shape of SHAPES) {
      const stage = build(records, shape);
      for (const [from, to] of ways.values()) {
        if (from === to || !isHere(from) || !isHere(to)) continue;
        expect([shape, from, to, routeBetween(stage, from, to)?.length ?? 0]).not.toContain(0);
      }
    }
  });

  it('run level or upright, begin and end at their ends, and cross no card on the way', () => {
    for (const shape of SHAPES) {
      const stage = build(records, shape);
      for (const [from, to] of ways.values()) {
        const path = routeBetween(stage, from, to);
        if (!path) continue;
        path.forEach((point, index) => {
          const before = path[index - 1];
          if (before) expect([from, to, point.x === before.x || point.y === before.y]).toEqual([from, to, true]);
        });
        const homes = [from, to].map((id) => {
          const node = /^node\/([^/]+)\//.exec(id)?.[1];
          return node ? `nodes|${node}` : stage.pods.get(id.replace(/^(pod|coredns)\//, 'pods|'))?.home.id;
        });
        const crossed = cardsOf(stage)
          .filter(({ id }) => !homes.includes(id))
          .filter((card) => crosses(path, card));
        expect([shape, from, to, crossed.map(({ id }) => id)]).toEqual([shape, from, to, []]);
      }
    }
  });

  it('do not double back', () => {
    const [a, b, c] = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 4, y: 0 },
    ];
    expect(straighten([a!, b!, c!])).toEqual([a, c]);
    expect(
      pointAlong(
        [
          { x: 0, y: 0 },
          { x: 10, y: 0 },
          { x: 10, y: 10 },
        ],
        0.75,
      ),
    ).toEqual({ x: 10, y: 5 });
  });
});

describe('the search of the stage', () => {
  const shown = (text: string, namespace = ''): readonly string[] =>
    [...build(records, 'wide', { namespace, text }).pods.values()]
      .filter(({ chip }) => chip.isMatch)
      .map(({ chip }) => chip.key)
      .sort();

  it('finds pods by namespace, label, node and status, and joins words', () => {
    const web = pods.filter((key) => key.startsWith('pods|default/web-')).sort();
    expect(shown('', 'default')).toEqual(web);
    expect(shown('app=web')).toEqual(web);
    expect(shown('status:running app=web')).toEqual(web);
    expect(shown('status:pending app=web')).toEqual([]);
    const node = (records.get(web[0]!) as Stored & { spec: { nodeName: string } }).spec.nodeName;
    expect(shown(`node:${node} app=web`)).toContain(web[0]);
    expect(shown(`node:${node}`).length).toBeLessThan(pods.length);
  });

  it('moves nothing, and says how much it found', () => {
    const [all, some] = [build(records), build(records, 'wide', { namespace: 'default', text: 'web' })];
    for (const key of pods) expect(boxOf(some, key)).toEqual(boxOf(all, key));
    expect(all.matches).toBeUndefined();
    expect(some.matches).toBe(7);
    expect(build(records, 'wide', { namespace: '', text: 'no-such-thing' }).matches).toBe(0);
  });
});

describe('a rollout on the stage', () => {
  it('marks old and new pods by their revisions until the old ones are gone', () => {
    const rolling = bootWorld();
    const slow = `          readinessProbe:
            httpGet:
              path: /
              port: 8080
            initialDelaySeconds: 5
`;
    apply(rolling, deployment('web', 4, 'pilothouse/web:1.0', slow));
    advance(rolling, 40);
    const revisions = (): readonly (readonly [number, boolean] | undefined)[] =>
      [...build(recordsOf(rolling)).pods.values()]
        .filter(({ chip }) => chip.application === 'web')
        .map(({ chip }) => chip.revision && ([chip.revision.number, chip.revision.isOld] as const));
    expect(revisions()).toEqual([undefined, undefined, undefined, undefined]);
    apply(rolling, deployment('web', 4, 'pilothouse/web:1.1', slow));
    advance(rolling, 3);
    expect(revisions()).toContainEqual([1, true]);
    expect(revisions()).toContainEqual([2, false]);
    advance(rolling, 120);
    expect(new Set(revisions())).toEqual(new Set([undefined]));
  });
});
