/**
 * Answers of the plugins of resources that the recorded vectors leave out, and what a pod asks for.
 * Upstream: pkg/scheduler/framework/plugins/noderesources/*_test.go, component-helpers/resource/helpers_test.go.
 */
import { describe, expect, it } from 'vitest';
import type { Pod } from 'kubernetes-types/core/v1';
import type { KubeObject, Stored } from '../../../src/sim/api/object.ts';
import { podRequests } from '../../../src/sim/scheduler/requests.ts';
import {
  check,
  container,
  nodeOf,
  podOf,
  room,
  UNRESOLVABLE,
  yes,
  type Amounts,
  type Case,
} from '../../support/plugin-cases.ts';

const MIB = 1024 * 1024;
const small = [nodeOf('node', room({ cpu: '10m', memory: '20', 'ephemeral-storage': '20', 'a.com/gpu': '5' }))];
const short = (...names: string[]): readonly string[] => names.map((name) => `Insufficient ${name}`);
const sidecar = { restartPolicy: 'Always' };
const occupied = (requests: Amounts, status?: object): KubeObject[] => [
  {
    ...podOf({ containers: [container(requests)], nodeName: 'node' }, status),
    metadata: { name: 'there' },
  } as KubeObject,
];

check('NodeResourcesFit', 'filter', [
  {
    name: 'all that is short is said, and one request larger than the node makes it hopeless',
    pod: podOf({ containers: [container({ cpu: '11m', memory: '6' })] }),
    ...{ nodes: small, pods: occupied({ cpu: '5m', memory: '15' }) },
    expect: { filter: { node: UNRESOLVABLE }, reasons: { node: short('cpu', 'memory') } },
  },
  {
    name: 'what is short only for now is not hopeless',
    pod: podOf({ containers: [container({ cpu: '6m' })] }),
    ...{ nodes: small, pods: occupied({ cpu: '5m' }) },
    expect: { filter: { node: 'Unschedulable' }, reasons: { node: short('cpu') } },
  },
  {
    name: 'too many pods stand beside the rest',
    pod: podOf({ containers: [container({ cpu: '6m' })] }),
    nodes: [nodeOf('node', { status: { allocatable: { pods: '1', cpu: '10m' } } })],
    pods: occupied({ cpu: '5m' }),
    expect: { filter: { node: 'Unschedulable' }, reasons: { node: ['Too many pods', 'Insufficient cpu'] } },
  },
  {
    name: 'what is not asked for may be overdrawn',
    ...{
      pod: podOf({ containers: [container({ cpu: '1m' })] }),
      nodes: small,
      pods: occupied({ memory: '25' }),
      expect: yes,
    },
  },
  {
    name: 'a request of nothing is none',
    ...{
      pod: podOf({ containers: [container({ 'b.com/x': '0', cpu: '0' })] }),
      nodes: small,
      pods: occupied({ cpu: '20m' }),
      expect: yes,
    },
  },
  {
    name: 'names of Kubernetes itself cannot be ignored',
    pod: podOf({ containers: [container({ 'kubernetes.io/x': '1', 'b.com/x': '1' })] }),
    args: { ignoredResourceGroups: ['kubernetes.io', 'b.com'] } as Case['args'] & object,
    ...{ nodes: small, expect: { filter: { node: UNRESOLVABLE }, reasons: { node: short('kubernetes.io/x') } } },
  },
  {
    name: 'sidecars count beside the containers',
    pod: podOf({ containers: [container({ cpu: '5m' })], initContainers: [container({ cpu: '6m' }, sidecar)] }),
    ...{ nodes: small, expect: { filter: { node: UNRESOLVABLE }, reasons: { node: short('cpu') } } },
  },
  {
    name: 'an init container runs beside the sidecars before it',
    pod: podOf({ initContainers: [container({ cpu: '6m' }, sidecar), container({ cpu: '5m' })] }),
    ...{ nodes: small, expect: { filter: { node: UNRESOLVABLE }, reasons: { node: short('cpu') } } },
  },
  {
    name: 'and not beside those after it',
    pod: podOf({ initContainers: [container({ cpu: '5m' }), container({ cpu: '6m' }, sidecar)] }),
    ...{ nodes: small, expect: yes },
  },
  {
    name: 'a container that is being resized holds the larger of what it has and asks for',
    pod: podOf({ containers: [container({ cpu: '5m' })] }),
    nodes: small,
    pods: occupied({ cpu: '2m' }, { containerStatuses: [{ name: 'main', resources: { requests: { cpu: '6m' } } }] }),
    expect: { filter: { node: 'Unschedulable' }, reasons: { node: short('cpu') } },
  },
  {
    name: 'and what the node has set aside for it',
    pod: podOf({ containers: [container({ cpu: '5m' })] }),
    nodes: small,
    pods: occupied(
      { cpu: '2m' },
      {
        containerStatuses: [
          { name: 'main', resources: { requests: { cpu: '2m' } }, allocatedResources: { cpu: '6m' } },
        ],
      },
    ),
    expect: { filter: { node: 'Unschedulable' }, reasons: { node: short('cpu') } },
  },
  {
    name: 'a resize that can never be leaves what it has',
    pod: podOf({ containers: [container({ cpu: '5m' })] }),
    nodes: small,
    pods: occupied(
      { cpu: '50m' },
      {
        conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }],
        containerStatuses: [{ name: 'main', resources: { requests: { cpu: '5m' } } }],
      },
    ),
    expect: yes,
  },
  {
    name: 'one that only waits counts',
    pod: podOf({ containers: [container({ cpu: '5m' })] }),
    nodes: small,
    pods: occupied(
      { cpu: '6m' },
      {
        conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Deferred' }],
        containerStatuses: [{ name: 'main', resources: { requests: { cpu: '5m' } } }],
      },
    ),
    expect: { filter: { node: 'Unschedulable' }, reasons: { node: short('cpu') } },
  },
]);

const scoring = (type: string, more: object = {}): Case['args'] & object =>
  ({ scoringStrategy: { type, ...more } }) as Case['args'] & object;
const ratio = (shape: readonly object[], resources?: readonly object[]): Case['args'] & object =>
  scoring('RequestedToCapacityRatio', { requestedToCapacityRatio: { shape }, ...(resources ? { resources } : {}) });
const half = [nodeOf('node', room({ cpu: '1000m', memory: '1000', 'a.com/gpu': '4' }))];
const asksHalf = podOf({ containers: [container({ cpu: '500m', memory: '200' })] });

check('NodeResourcesFit', 'score', [
  { name: 'the least taken', pod: asksHalf, nodes: half, expect: { score: { node: 65 } } },
  {
    name: 'an empty list of resources is the default one',
    pod: asksHalf,
    nodes: half,
    args: scoring('LeastAllocated', { resources: [] }),
    expect: { score: { node: 65 } },
  },
  {
    name: 'the most taken',
    pod: asksHalf,
    nodes: half,
    args: scoring('MostAllocated'),
    expect: { score: { node: 35 } },
  },
  {
    name: 'weights, with 1 where none is given',
    ...{
      pod: asksHalf,
      nodes: half,
      args: scoring('MostAllocated', { resources: [{ name: 'cpu', weight: 3 }, { name: 'memory' }] }),
    },
    expect: { score: { node: 42 } },
  },
  {
    name: 'an extended resource that is not asked for is left out',
    ...{
      pod: asksHalf,
      nodes: half,
      args: scoring('MostAllocated', {
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'a.com/gpu', weight: 9 },
        ],
      }),
    },
    expect: { score: { node: 50 } },
  },
  {
    name: 'a broken line, rounded to the nearest',
    ...{
      pod: asksHalf,
      nodes: half,
      args: ratio([
        { utilization: 0, score: 0 },
        { utilization: 40, score: 3 },
        { utilization: 100, score: 10 },
      ]),
    },
    expect: { score: { node: 28 } },
  },
  {
    name: 'before the first point and after the last the line is level, and what scores nothing does not count',
    pod: asksHalf,
    nodes: half,
    args: ratio([
      { utilization: 30, score: 0 },
      { utilization: 40, score: 5 },
    ]),
    expect: { score: { node: 50 } },
  },
  {
    name: 'more than there is counts as full',
    pod: podOf({ containers: [container({ cpu: '1500m', memory: '1500' })] }),
    ...{
      nodes: half,
      args: ratio([
        { utilization: 0, score: 0 },
        { utilization: 100, score: 10 },
      ]),
      expect: { score: { node: 100 } },
    },
  },
  {
    name: 'containers that ask for nothing count 100m and 200 MiB each, those that ask for 0 do not',
    pod: podOf({ containers: [container({}), container({ cpu: '0', memory: '0' })] }),
    nodes: [nodeOf('node', room({ cpu: '1000m', memory: String(1000 * 1024 * 1024) }))],
    expect: { score: { node: 85 } },
  },
]);

check('NodeResourcesBalancedAllocation', 'score', [
  {
    name: 'is left out for a pod that asks for nothing',
    pod: podOf({ containers: [container({})] }),
    nodes: half,
    expect: { skip: true },
  },
  { name: 'two resources: half the difference', pod: asksHalf, nodes: half, expect: { score: { node: 85 } } },
  {
    name: 'three: the root of the mean square',
    pod: podOf({ containers: [container({ cpu: '500m', memory: '200', 'a.com/gpu': '4' })] }),
    args: { resources: ['cpu', 'memory', 'a.com/gpu'].map((name) => ({ name, weight: 1 })) } as Case['args'] & object,
    ...{ nodes: half, expect: { score: { node: 67 } } },
  },
  {
    name: 'shares end at the whole node',
    pod: podOf({ containers: [container({ cpu: '3000m', memory: '3000' })] }),
    ...{ nodes: half, expect: { score: { node: 100 } } },
  },
  {
    name: 'one resource alone is in balance',
    pod: podOf({ containers: [container({ cpu: '500m' })] }),
    nodes: [nodeOf('node', room({ cpu: '1000m' }))],
    expect: { score: { node: 100 } },
  },
]);

describe('what a pod asks for', () => {
  const requests = (spec: object): object => {
    const { requests: asked, nonZeroCpu, nonZeroMemory } = podRequests(podOf(spec) as Stored<Pod>);
    return { cpu: asked.cpu, memory: asked.memory, nonZeroCpu, nonZeroMemory };
  };
  const MEMORY = 200 * MIB;

  it.each([
    ['nothing', {}, { cpu: 0, memory: 0, nonZeroCpu: 0, nonZeroMemory: 0 }],
    [
      'one container that says nothing',
      { containers: [container({})] },
      { cpu: 0, memory: 0, nonZeroCpu: 100, nonZeroMemory: MEMORY },
    ],
    [
      'the sum of the containers and the overhead',
      {
        containers: [container({ cpu: '1' }), container({ cpu: '2', memory: '1' })],
        overhead: { cpu: '500m', memory: '2' },
      },
      { cpu: 3500, memory: 3, nonZeroCpu: 3500, nonZeroMemory: MEMORY + 3 },
    ],
    [
      'the largest init container, where it is more',
      {
        containers: [container({ cpu: '1', memory: '1' })],
        initContainers: [container({ cpu: '2', memory: '1' }), container({ cpu: '3', memory: '1' })],
      },
      { cpu: 3000, memory: 1, nonZeroCpu: 3000, nonZeroMemory: 1 },
    ],
    [
      'sidecars beside an init container after them, where that is the peak',
      {
        containers: [container({ cpu: '1', memory: '1' })],
        initContainers: [
          container({ cpu: '10', memory: '1' }, sidecar),
          container({ cpu: '200', memory: '1' }),
          container({ cpu: '5', memory: '1' }, sidecar),
        ],
      },
      { cpu: 210_000, memory: 3, nonZeroCpu: 210_000, nonZeroMemory: 3 },
    ],
    [
      'what the pod as a whole says, over its containers, and the overhead on top',
      {
        containers: [container({ cpu: '1', memory: '5' })],
        resources: { requests: { cpu: '4' } },
        overhead: { cpu: '1' },
      },
      { cpu: 5000, memory: 5, nonZeroCpu: 5000, nonZeroMemory: 5 },
    ],
    [
      'the default of what neither the pod nor a container names',
      { containers: [container({})], resources: { requests: { cpu: '4' } } },
      { cpu: 4000, memory: 0, nonZeroCpu: 4000, nonZeroMemory: MEMORY },
    ],
  ])('is %s', (_name, spec, expected) => {
    expect(requests(spec)).toEqual(expected);
  });
});
