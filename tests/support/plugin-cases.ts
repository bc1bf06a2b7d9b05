/** Cases of single plugins, in the form of the conformance vectors. */
import { describe, expect, it } from 'vitest';
import { runVector, type Vector } from '../../src/node/conformance/scheduler-vectors.ts';
import type { KubeObject } from '../../src/sim/api/object.ts';
import type { PluginArgs } from '../../src/sim/scheduler/index.ts';

export type Amounts = Readonly<Record<string, string>>;

export const podOf = (spec: object, status?: object): KubeObject =>
  ({
    kind: 'Pod',
    metadata: { name: 'pod' },
    spec: { containers: [], ...spec },
    ...(status ? { status } : {}),
  }) as KubeObject;
export const nodeOf = (name: string, more: { labels?: Amounts; spec?: object; status?: object } = {}): KubeObject =>
  ({
    kind: 'Node',
    metadata: { name, labels: more.labels ?? {} },
    spec: more.spec ?? {},
    status: more.status ?? {},
  }) as KubeObject;
export const container = (requests: Amounts, more: object = {}): object => ({
  name: 'main',
  resources: { requests },
  ...more,
});
export const room = (allocatable: Amounts): { status: object } => ({
  status: { allocatable: { pods: '32', ...allocatable } },
});

export interface Case {
  readonly name: string;
  readonly pod: KubeObject;
  readonly nodes: readonly KubeObject[];
  readonly pods?: readonly KubeObject[];
  readonly args?: PluginArgs[keyof PluginArgs];
  readonly expect: Vector['expect'];
}

export function check(plugin: string, extensionPoint: 'filter' | 'score', cases: readonly Case[]): void {
  describe(`${plugin} ${extensionPoint}`, () => {
    it.each(cases)('$name', ({ name, pods = [], args = null, ...rest }) => {
      const { differences } = runVector({ id: name, plugin, extensionPoint, pods, args, ...rest });
      expect(differences).toEqual([]);
    });
  });
}

export const UNRESOLVABLE = 'UnschedulableAndUnresolvable';
export const yes: Vector['expect'] = { filter: { node: 'Success' } };
