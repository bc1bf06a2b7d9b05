/**
 * The full detail of a decision, made again from what is kept, is that of the decision that was made: held over random worlds
 * with everything that makes decisions differ.
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { defaultPool } from '../../../src/sim/azure/index.ts';
import { CLIENT, RandomStream } from '../../../src/sim/kernel/index.ts';
import type { DecisionRecord } from '../../../src/sim/scheduler/index.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, bootWorld } from '../../support/world.ts';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** Draws objects and happenings of a world, always the same for a seed. */
class Draw {
  private readonly stream: RandomStream;
  private count = 0;

  constructor(seed: string) {
    this.stream = RandomStream.seeded(seed, 'draw');
  }

  below(limit: number): number {
    return this.stream.below(limit);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  private selector(): object {
    return { matchLabels: { app: this.of(['a', 'b', 'c']) } };
  }

  private podTerm(): object {
    return {
      topologyKey: this.of([HOST, ZONE]),
      labelSelector: this.selector(),
      ...(this.chance(20) ? { namespaceSelector: this.of([{}, { matchLabels: { team: 'x' } }]) } : {}),
    };
  }

  private affinity(kind: 'podAffinity' | 'podAntiAffinity'): object {
    return this.chance(50)
      ? { [kind]: { requiredDuringSchedulingIgnoredDuringExecution: [this.podTerm()] } }
      : {
          [kind]: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1 + this.below(100), podAffinityTerm: this.podTerm() },
            ],
          },
        };
  }

  private constraint(): object {
    return {
      maxSkew: 1 + this.below(2),
      topologyKey: this.of([HOST, ZONE]),
      whenUnsatisfiable: this.of(['DoNotSchedule', 'ScheduleAnyway']),
      labelSelector: this.selector(),
      ...(this.chance(30) ? { nodeTaintsPolicy: this.of(['Honor', 'Ignore']) } : {}),
      ...(this.chance(30) ? { matchLabelKeys: ['version'] } : {}),
    };
  }

  private volumes(): readonly object[] {
    const claim = `claim-${this.below(8)}`;
    if (this.chance(70)) return [{ name: 'data', persistentVolumeClaim: { claimName: claim } }];
    return [{ name: 'disk', gcePersistentDisk: { pdName: `disk-${this.below(2)}`, readOnly: this.chance(50) } }];
  }

  pod(): KubeObject {
    this.count += 1;
    const app = this.of(['a', 'b', 'c']);
    const affinity = {
      ...(this.chance(20) ? this.affinity('podAffinity') : {}),
      ...(this.chance(25) ? this.affinity('podAntiAffinity') : {}),
      ...(this.chance(15)
        ? {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 7, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
              ],
            },
          }
        : {}),
    };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${app}-${this.count}`,
        namespace: this.of(['default', 'default', 'other']),
        labels: { app, version: this.of(['1', '2']) },
      },
      spec: {
        ...(this.chance(40) ? { priorityClassName: this.of(['low', 'middle', 'high', 'polite']) } : {}),
        ...(this.chance(15) ? { nodeSelector: { disk: this.of(['ssd', 'hdd']) } } : {}),
        ...(this.chance(20) ? { tolerations: [{ key: 'dedicated', operator: 'Exists' }] } : {}),
        ...(Object.keys(affinity).length > 0 ? { affinity } : {}),
        ...(this.chance(30) ? { topologySpreadConstraints: [this.constraint()] } : {}),
        ...(this.chance(30) ? { volumes: this.volumes() } : {}),
        ...(this.chance(8) ? { schedulerName: 'second' } : {}),
        terminationGracePeriodSeconds: this.of([0, 5, 20]),
        containers: [
          {
            ...{ name: 'main', image: 'busybox:1.36', command: ['sleep', '3600'] },
            resources: { requests: { cpu: `${100 + 100 * this.below(12)}m`, memory: `${64 + 64 * this.below(8)}Mi` } },
            ...(this.chance(15) ? { ports: [{ containerPort: 80, hostPort: this.of([8080, 8081]) }] } : {}),
          },
        ],
      },
    } as unknown as KubeObject;
  }
}

const cluster = (kind: string, apiVersion: string, name: string, more: object): KubeObject =>
  ({ apiVersion, kind, metadata: { name }, ...more }) as unknown as KubeObject;

function furnish(world: World, draw: Draw): void {
  const objects: KubeObject[] = [
    cluster('Namespace', 'v1', 'other', { metadata: { name: 'other', labels: { team: 'x' } } }),
    cluster('PriorityClass', 'scheduling.k8s.io/v1', 'low', { value: -10 }),
    cluster('PriorityClass', 'scheduling.k8s.io/v1', 'middle', { value: 100 }),
    cluster('PriorityClass', 'scheduling.k8s.io/v1', 'high', { value: 1000 }),
    cluster('PriorityClass', 'scheduling.k8s.io/v1', 'polite', { value: 900, preemptionPolicy: 'Never' }),
    cluster('StorageClass', 'storage.k8s.io/v1', 'late', {
      ...{ provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
    }),
    cluster('PodDisruptionBudget', 'policy/v1', 'a', {
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'a' } } },
    }),
    cluster('Service', 'v1', 'b', { spec: { selector: { app: 'b' }, ports: [{ port: 80 }] } }),
  ];
  const nodes = [...world.list('nodes')].map(({ metadata }) => metadata.name);
  for (let index = 0; index < 8; index += 1) {
    const values = [draw.of(nodes), draw.of(nodes)];
    objects.push(
      cluster('PersistentVolume', 'v1', `volume-${index}`, {
        spec: {
          ...{
            capacity: { storage: `${1 + draw.below(3)}Gi` },
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'late',
          },
          local: { path: '/data' },
          nodeAffinity: {
            required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOST, operator: 'In', values }] }] },
          },
        },
      }),
      cluster('PersistentVolumeClaim', 'v1', `claim-${index}`, {
        spec: {
          ...{ accessModes: [draw.chance(80) ? 'ReadWriteOnce' : 'ReadWriteOncePod'], storageClassName: 'late' },
          resources: { requests: { storage: `${1 + draw.below(2)}Gi` } },
        },
      }),
    );
  }
  for (const object of objects) put(world, object);
}

const put = (world: World, object: KubeObject): void => void world.kernel.runTurn(CLIENT, 0, () => world.apply(object));

const SECOND = {
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  profiles: [
    { schedulerName: 'default-scheduler' },
    {
      schedulerName: 'second',
      plugins: { score: { disabled: [{ name: 'PodTopologySpread' }] } },
      pluginConfig: [
        {
          name: 'NodeResourcesFit',
          args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } },
        },
      ],
    },
  ],
};

/** Something happens to the cluster. */
function disturb(world: World, draw: Draw): void {
  const node = draw.of([...world.list('nodes')]).metadata.name;
  const patch = (body: unknown): void =>
    void world.kernel.runTurn(CLIENT, 0, () =>
      world.handle({ verb: 'patch', resource: 'nodes', name: node, patchType: 'merge', body }),
    );
  const pods = [...world.list('pods')].filter(({ metadata }) => metadata.namespace !== 'kube-system');
  switch (draw.below(7)) {
    case 0:
      return patch({ spec: { unschedulable: draw.chance(20) } });
    case 1:
      return patch({ metadata: { labels: { disk: draw.of(['ssd', 'hdd']) } } });
    case 2:
      return patch({ spec: { taints: draw.chance(50) ? [{ key: 'dedicated', effect: 'NoSchedule' }] : null } });
    case 3:
      return world.kernel.runTurn(CLIENT, 0, () => world.configureScheduler(JSON.stringify(SECOND)));
    default: {
      const gone = pods.length > 0 ? draw.of(pods).metadata : undefined;
      if (gone)
        world.kernel.runTurn(CLIENT, 0, () =>
          world.handle({ verb: 'delete', resource: 'pods', namespace: gone.namespace!, name: gone.name }),
        );
    }
  }
}

/** What a record says must be what the trace, the pods and the events say. */
function hold(world: World, records: ReadonlyMap<number, DecisionRecord>): void {
  const preempted = new Set<string>();
  for (const event of world.kernel.trace.slice(1)) {
    if (event.type === 'event' && event.data.reason === 'Preempted')
      preempted.add(`${event.object!.namespace}/${event.object!.name}`);
    if (event.type !== 'scheduler.attempt') continue;
    const { attempt, outcome, node, message, feasible, evaluated, nodes, nominated, victims } = event.data;
    const record = world.decision(attempt)!;
    expect(record).toEqual(records.get(attempt));
    expect(record).toMatchObject({ attempt, outcome, message, nodeCount: nodes, evaluatedCount: evaluated });
    expect(record.nodes.filter(({ rejected }) => !rejected)).toHaveLength(feasible);
    expect(record.postFilter?.nominatedNode).toBe(nominated);
    expect(record.postFilter?.victims).toEqual(victims);
    if (nominated !== undefined) expect(record.postFilter!.tied).toContain(nominated);
    if (node === undefined) continue;
    expect(record.tied).toContain(node);
    const totals = record.nodes.flatMap(({ total }) => (total === undefined ? [] : [total]));
    if (totals.length > 0) expect(record.nodes.find((item) => item.node === node)!.total).toBe(Math.max(...totals));
  }
  const asked = [...records.values()].flatMap(({ postFilter }) => postFilter?.victims ?? []);
  for (const victim of preempted) expect(asked).toContain(victim);
  for (const pod of [...world.list('pods')] as Stored<Pod>[]) {
    const last = world.decisions({ namespace: pod.metadata.namespace!, pod: pod.metadata.name }).at(-1);
    if (!last || last.uid !== pod.metadata.uid) continue;
    if (last.outcome === 'scheduled' && pod.spec?.nodeName) expect(pod.spec.nodeName).toBe(last.node);
    const { message } = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled') ?? {};
    if (last.outcome !== 'scheduled') expect(message).toBe(last.message);
  }
}

describe('a decision made again in full', () => {
  const seen = {
    outcomes: new Map<string, number>(),
    rejections: new Map<string, number>(),
    scorers: new Set<string>(),
  };
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

  for (const seed of ['crowd', 'queue', 'disks']) {
    it(`is the one that was made, in the world of ${seed}`, () => {
      const draw = new Draw(seed);
      const pool = { ...defaultPool('nodepool1', 'System', 6), zones: ['1', '2', '3'] };
      const world = bootWorld({ preset: 'plain', seed, pools: [pool] });
      furnish(world, draw);
      const records = new Map<number, DecisionRecord>();
      for (let step = 0; step < 70; step += 1) {
        put(world, draw.pod());
        if (draw.chance(40)) disturb(world, draw);
        advance(world, draw.of([0.2, 1, 3]));
        // As seen soon after, so that what is kept for long can be held against it.
        for (const { attempt } of world.decisions({}))
          if (!records.has(attempt)) records.set(attempt, world.decision(attempt)!);
      }
      hold(world, records);
      const saved = world.save();
      advance(world, 20);
      world.load(saved);
      expect(new Map(world.decisions({}).map(({ attempt }) => [attempt, world.decision(attempt)]))).toEqual(records);
      for (const { outcome, nodes, preFilter, scorePlugins, skippedScore, postFilter } of records.values()) {
        count(seen.outcomes, outcome);
        if (preFilter) count(seen.rejections, preFilter.plugin);
        for (const { rejected } of nodes) if (rejected) count(seen.rejections, rejected.plugin);
        for (const { plugin } of postFilter?.hopeless ?? []) count(seen.rejections, `${plugin} without lessers`);
        if (nodes.some(({ total }) => total !== undefined))
          for (const { name } of scorePlugins) if (!skippedScore.includes(name)) seen.scorers.add(name);
      }
    }, 120_000);
  }

  it('was held over all that decides', () => {
    expect([...seen.outcomes.keys()].sort()).toEqual(['preempting', 'scheduled', 'unschedulable']);
    for (const plugin of [
      ...[
        'NodeUnschedulable',
        'TaintToleration',
        'NodeAffinity',
        'NodePorts',
        'NodeResourcesFit',
        'VolumeRestrictions',
      ],
      ...['VolumeBinding', 'PodTopologySpread', 'InterPodAffinity', 'DefaultPreemption without lessers'],
    ])
      expect(seen.rejections.get(plugin) ?? 0, plugin).toBeGreaterThan(0);
    expect([...seen.scorers]).toEqual(
      expect.arrayContaining(['PodTopologySpread', 'InterPodAffinity', 'NodeAffinity']),
    );
  });
});
