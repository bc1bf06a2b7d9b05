/** What the real plugins of release 1.35 answer, for the plugins of the profile with their default arguments. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { describe, expect, it } from 'vitest';
import type { Stored } from '../../../src/sim/api/object.ts';
import { DEFAULT_PROFILE, NodeInfo, type Snapshot } from '../../../src/sim/scheduler/index.ts';

interface Vector {
  readonly id: string;
  readonly source: string;
  readonly plugin: string;
  readonly extensionPoint: 'filter' | 'score';
  readonly since?: string;
  readonly until?: string;
  readonly args: unknown;
  readonly nodes: readonly Stored<Node>[];
  readonly feasibleNodes?: readonly string[];
  readonly pods: readonly Stored<Pod>[];
  readonly pod: Stored<Pod>;
  readonly expect: {
    readonly filter?: Readonly<Record<string, string>>;
    readonly reasons?: Readonly<Record<string, readonly string[]>>;
    readonly score?: Readonly<Record<string, number>>;
    readonly skip?: boolean;
    readonly preFilter?: {
      readonly status: string;
      readonly reasons?: readonly string[];
      readonly nodeNames?: readonly string[];
    };
  };
}

const folder = resolve(import.meta.dirname, '../../conformance/scheduler');
const LEAST_ALLOCATED = JSON.stringify({
  scoringStrategy: {
    type: 'LeastAllocated',
    resources: [
      { name: 'cpu', weight: 1 },
      { name: 'memory', weight: 1 },
    ],
  },
});
const all = readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector[]);
const isOfRelease = ({ since, until }: Vector): boolean => (since ?? '1.35') <= '1.35' && (until ?? '1.35') >= '1.35';
const hasDefaults = ({ args }: Vector): boolean => args === null || JSON.stringify(args) === LEAST_ALLOCATED;
const vectors = all.filter((vector) => isOfRelease(vector) && hasDefaults(vector));

function snapshotOf(vector: Vector): Snapshot {
  const nodes = vector.nodes.map((node) => new NodeInfo(node));
  const imageSpread = new Map<string, number>();
  for (const { images } of nodes)
    for (const name of images.keys()) imageSpread.set(name, (imageSpread.get(name) ?? 0) + 1);
  vector.pods.forEach((pod, index) => {
    const uid = `pod-${index}`;
    nodes.find(({ name }) => name === pod.spec?.nodeName)?.addPod({ ...pod, metadata: { ...pod.metadata, uid } });
  });
  return { nodes, imageSpread };
}

describe('the recorded answers of the real plugins', () => {
  it('are all here', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(65);
  });

  it.each(vectors.map((vector) => [vector.id, vector.source, vector] as const))('%s: %s', (_id, _source, vector) => {
    const snapshot = snapshotOf(vector);
    const { plugin } = DEFAULT_PROFILE.find((entry) => entry.plugin.name === vector.plugin)!;
    const { pod } = vector;
    if (vector.extensionPoint === 'filter') {
      const verdict = plugin.preFilter?.(pod, snapshot);
      expect(verdict?.isSkipped ?? false).toBe(vector.expect.skip ?? false);
      if (vector.expect.preFilter) {
        expect(verdict?.status?.code ?? 'Success').toBe(vector.expect.preFilter.status);
        expect([...(verdict?.nodeNames ?? [])].sort()).toEqual([...(vector.expect.preFilter.nodeNames ?? [])].sort());
      }
      if (vector.expect.skip) return;
      const answers = snapshot.nodes.map((node) => [node.name, plugin.filter!(pod, node)] as const);
      expect(Object.fromEntries(answers.map(([name, status]) => [name, status?.code ?? 'Success']))).toEqual(
        vector.expect.filter,
      );
      for (const [name, reasons] of Object.entries(vector.expect.reasons ?? {})) {
        expect([...(answers.find(([node]) => node === name)?.[1]?.reasons ?? [])].sort()).toEqual([...reasons].sort());
      }
      return;
    }
    const feasible = snapshot.nodes.filter(({ name }) => !vector.feasibleNodes || vector.feasibleNodes.includes(name));
    expect(plugin.skipsScore?.(pod, feasible) ?? false).toBe(vector.expect.skip ?? false);
    if (vector.expect.skip) return;
    const raw = feasible.map((node) => plugin.score!(pod, node, snapshot));
    const scores = plugin.normalize ? plugin.normalize(raw) : raw;
    expect(Object.fromEntries(feasible.map(({ name }, index) => [name, scores[index]]))).toEqual(vector.expect.score);
  });
});
