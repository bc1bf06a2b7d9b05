/** "What would make it fit?" where it is the pod's own constraints on nodes and other pods that keep it waiting. */
import { describe, expect, it } from 'vitest';
import { fitSuggestions } from '../../src/run/index.ts';
import { defaultPool, plainOptions } from '../../src/sim/azure/index.ts';
import type { World } from '../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, podsOf } from '../support/world.ts';

const oneNode = (): World => bootWorld({ ...plainOptions, pools: [defaultPool('nodepool1', 'System', 1)] });

const web = (replicas: number, constraints: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: 'nginx:1.27'}]
${constraints}`;

const CASES = [
  {
    kind: 'remove-node-affinity',
    replicas: 1,
    constraints: `      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{matchExpressions: [{key: disks, operator: Gt, values: ['5']}]}]
`,
    values: {},
  },
  {
    kind: 'remove-pod-affinity',
    replicas: 1,
    constraints: `      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: {matchLabels: {app: db}}
`,
    values: { topologyKey: 'kubernetes.io/hostname' },
  },
  {
    kind: 'remove-pod-anti-affinity',
    replicas: 1,
    constraints: `      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: {matchLabels: {app: noisy}}
`,
    values: { topologyKey: 'kubernetes.io/hostname' },
  },
  {
    kind: 'soften-spread',
    replicas: 2,
    constraints: `      topologySpreadConstraints:
        - maxSkew: 1
          minDomains: 2
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          labelSelector: {matchLabels: {app: web}}
`,
    values: { topologyKey: 'kubernetes.io/hostname' },
  },
] as const;

describe('a pod that its own constraints keep waiting', () => {
  it.each(CASES)(
    'is helped by $kind, and runs once that edit is applied',
    ({ kind, replicas, constraints, values }) => {
      const cluster = oneNode();
      apply(cluster, deployment('noisy', 1, 'nginx:1.27'));
      advance(cluster, 10);
      apply(cluster, web(replicas, constraints));
      advance(cluster, 10);
      const waiting = podsOf(cluster, 'web').find(({ spec }) => !spec?.nodeName);
      const before = cluster.hash();
      const found = fitSuggestions(cluster, 'default', waiting!.metadata.name);
      expect(cluster.hash()).toBe(before);
      const fit = found.find((item) => item.kind === kind);
      expect(fit).toMatchObject({ kind, values, target: { kind: 'Deployment', name: 'web' } });
      apply(cluster, fit!.after);
      advance(cluster, 60);
      const pods = podsOf(cluster, 'web').filter(({ metadata }) => !metadata.deletionTimestamp);
      expect(pods.map(({ spec }) => spec?.nodeName)).toEqual(Array.from({ length: replicas }, () => fit!.node));
    },
  );
});
