/**
 * Answers of the plugins of placement that the recorded vectors leave out.
 * Upstream: pkg/scheduler/framework/plugins/{nodeaffinity,tainttoleration,imagelocality,nodeports}/*_test.go,
 * component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity_test.go, api/core/v1/toleration_test.go.
 */
import { expect, it } from 'vitest';
import { clusterOf, describedPod } from '../../../src/node/conformance/cluster.ts';
import type { Vector } from '../../../src/node/conformance/scheduler-vectors.ts';
import type { KubeObject } from '../../../src/sim/api/object.ts';
import { attempt, defaultProfile } from '../../../src/sim/scheduler/index.ts';
import { check, nodeOf, podOf, room, UNRESOLVABLE, yes, type Case } from '../../support/plugin-cases.ts';

const no = (reason: string): Vector['expect'] => ({ filter: { node: UNRESOLVABLE }, reasons: { node: [reason] } });
const NOT_MATCHED = "node(s) didn't match Pod's node affinity/selector";

const requiring = (...nodeSelectorTerms: object[]): KubeObject =>
  podOf({
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } },
  });
const expression = (key: string, operator: string, ...values: string[]): object => ({
  matchExpressions: [{ key, operator, values }],
});
const field = (operator: string, ...values: string[]): object => ({
  matchFields: [{ key: 'metadata.name', operator, values }],
});
const labelled = [nodeOf('node', { labels: { foo: 'bar', version: '0206' } })];

check('NodeAffinity', 'filter', [
  {
    name: 'a term with a value that no label can have matches nothing',
    pod: requiring(expression('foo', 'NotIn', 'invalid value: ___@#$%^')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'and leaves the other terms as they are',
    pod: requiring(expression('foo', 'NotIn', '@'), expression('foo', 'In', 'bar')),
    nodes: labelled,
    expect: yes,
  },
  {
    name: 'an empty term matches nothing',
    pod: requiring({ matchExpressions: [] }),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  { name: 'no terms match nothing', pod: requiring(), nodes: labelled, expect: no(NOT_MATCHED) },
  {
    name: 'In without values matches nothing',
    pod: requiring(expression('foo', 'In')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'NotIn without values neither',
    pod: requiring(expression('foo', 'NotIn')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'Exists with values neither',
    pod: requiring(expression('foo', 'Exists', 'bar')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'NotIn matches a node without the label',
    pod: requiring(expression('baz', 'NotIn', 'x')),
    nodes: labelled,
    expect: yes,
  },
  {
    name: 'DoesNotExist matches a node without the label',
    pod: requiring(expression('baz', 'DoesNotExist')),
    nodes: labelled,
    expect: yes,
  },
  { name: 'Gt compares as numbers', pod: requiring(expression('version', 'Gt', '0204')), nodes: labelled, expect: yes },
  { name: 'Lt compares as numbers', pod: requiring(expression('version', 'Lt', '1000')), nodes: labelled, expect: yes },
  {
    name: 'Gt of what is no number matches nothing',
    pod: requiring(expression('version', 'Gt', 'x')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'Gt of a label that is no number matches nothing',
    pod: requiring(expression('foo', 'Gt', '1')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'a field with two values narrows the nodes, but matches none of them',
    pod: requiring(field('In', 'node', 'other')),
    nodes: labelled,
    expect: { ...no(NOT_MATCHED), preFilter: { status: 'Success', nodeNames: ['node', 'other'] } },
  },
  {
    name: 'a field that is not to be',
    pod: requiring(field('NotIn', 'node')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'a field that exists matches nothing',
    pod: requiring(field('Exists')),
    nodes: labelled,
    expect: no(NOT_MATCHED),
  },
  {
    name: 'a selector and an affinity both count',
    pod: podOf({
      nodeSelector: { foo: 'baz' },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expression('foo', 'Exists')] },
        },
      },
    }),
    ...{ nodes: labelled, expect: no(NOT_MATCHED) },
  },
  {
    name: 'what the configuration adds is asked first',
    pod: requiring(expression('foo', 'In', 'baz')),
    nodes: labelled,
    args: {
      addedAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [expression('zone', 'Exists')] },
      },
    } as Case['args'] & object,
    expect: no("node(s) didn't match scheduler-enforced node affinity"),
  },
]);

const preferring = (...terms: (readonly [number, object])[]): KubeObject =>
  podOf({
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: terms.map(([weight, preference]) => ({ weight, preference })),
      },
    },
  });
const three = [nodeOf('a', { labels: { foo: 'bar' } }), nodeOf('b', { labels: { key: 'value' } }), nodeOf('c')];

check('NodeAffinity', 'score', [
  {
    name: 'an empty preference matches nothing, and a weight of 0 counts nothing',
    pod: preferring([5, {}], [0, expression('key', 'Exists')], [2, expression('foo', 'Exists')]),
    ...{ nodes: three, expect: { score: { a: 100, b: 0, c: 0 } } },
  },
  {
    name: 'weights of all matching terms add up',
    pod: preferring(
      [2, expression('foo', 'Exists')],
      [3, expression('key', 'Exists')],
      [1, expression('foo', 'In', 'bar')],
    ),
    ...{ nodes: three, expect: { score: { a: 100, b: 100, c: 0 } } },
  },
]);

it('NodeAffinity fails on a preferred value that no label can have, where nodes are to be scored', () => {
  const pod = preferring([2, expression('foo', 'In', 'a b')]);
  const options = { profile: defaultProfile(), percentageOfNodesToScore: 0, startIndex: 0 };
  const chance = { offset: () => 0, tie: () => 0 };
  const allowed = room({ cpu: '1', memory: '1Gi' });
  const run = (names: readonly string[]): ReturnType<typeof attempt> =>
    attempt(
      describedPod(pod),
      clusterOf({ nodes: names.map((name) => nodeOf(name, allowed)), pods: [] }),
      options,
      chance,
    );
  expect(run(['a']).outcome).toBe('scheduled');
  const { outcome, message, rejectedBy } = run(['a', 'b']);
  expect({ outcome, rejectedBy }).toEqual({ outcome: 'error', rejectedBy: [] });
  expect(message).toBe(
    `running PreScore plugin "NodeAffinity": [0].matchExpressions[0].values[0][foo]: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  );
});

const taint = (key: string, value: string, effect: string): object => ({ key, ...(value ? { value } : {}), effect });
const taintedWith = (...taints: object[]): readonly KubeObject[] => [nodeOf('node', { spec: { taints } })];
const tolerating = (...tolerations: object[]): KubeObject => podOf({ tolerations });
const TAINTED = 'node(s) had untolerated taint(s)';

check('TaintToleration', 'filter', [
  {
    name: 'NoExecute keeps away as well',
    pod: tolerating(),
    nodes: taintedWith(taint('a', '', 'NoExecute')),
    expect: no(TAINTED),
  },
  {
    name: 'PreferNoSchedule does not',
    pod: tolerating(),
    nodes: taintedWith(taint('a', '', 'PreferNoSchedule')),
    expect: yes,
  },
  {
    name: 'no operator is Equal',
    pod: tolerating({ key: 'a', value: 'b' }),
    nodes: taintedWith(taint('a', 'b', 'NoSchedule')),
    expect: yes,
  },
  {
    name: 'Equal without a value is that to no value',
    pod: tolerating({ key: 'a' }),
    nodes: taintedWith(taint('a', 'b', 'NoSchedule')),
    expect: no(TAINTED),
  },
  {
    name: 'no key with Exists is every taint',
    pod: tolerating({ operator: 'Exists' }),
    nodes: taintedWith(taint('a', 'b', 'NoExecute')),
    expect: yes,
  },
  {
    name: 'no key with Equal compares the value alone',
    pod: tolerating({ value: 'b' }),
    nodes: taintedWith(taint('a', 'b', 'NoSchedule')),
    expect: yes,
  },
  {
    name: 'another effect is not tolerated',
    pod: tolerating({ key: 'a', operator: 'Exists', effect: 'NoExecute' }),
    nodes: taintedWith(taint('a', '', 'NoSchedule')),
    expect: no(TAINTED),
  },
  {
    name: 'all taints have to be tolerated',
    pod: tolerating({ key: 'a', operator: 'Exists' }),
    nodes: taintedWith(taint('a', '', 'NoSchedule'), taint('b', '', 'NoSchedule')),
    expect: no(TAINTED),
  },
  {
    name: 'operators that compare numbers tolerate nothing while their gate is off',
    pod: tolerating({ key: 'a', operator: 'Lt', value: '5' }),
    nodes: taintedWith(taint('a', '5', 'NoSchedule')),
    expect: no(TAINTED),
  },
]);

check('TaintToleration', 'score', [
  {
    name: 'a toleration without effect counts for what is preferred, one of NoSchedule does not',
    pod: tolerating({ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'Exists', effect: 'NoSchedule' }),
    nodes: [
      nodeOf('none'),
      nodeOf('one', { spec: { taints: [taint('a', '', 'PreferNoSchedule'), taint('b', '', 'PreferNoSchedule')] } }),
      nodeOf('two', { spec: { taints: [taint('b', '', 'PreferNoSchedule'), taint('c', '', 'PreferNoSchedule')] } }),
      nodeOf('three', { spec: { taints: ['b', 'c', 'd'].map((key) => taint(key, '', 'PreferNoSchedule')) } }),
    ],
    expect: { score: { none: 100, one: 67, two: 34, three: 0 } },
  },
  {
    name: 'without any such taint all nodes are as good',
    ...{ pod: tolerating(), nodes: [nodeOf('a'), nodeOf('b')], expect: { score: { a: 100, b: 100 } } },
  },
]);

const MIB = 1024 * 1024;
const holding = (name: string, ...images: (readonly [string, number])[]): KubeObject =>
  nodeOf(name, { status: { images: images.map(([image, size]) => ({ names: [image], sizeBytes: size * MIB })) } });
const using = (...images: string[]): KubeObject =>
  podOf({ containers: images.map((image) => ({ name: image, image })) });

check('ImageLocality', 'score', [
  {
    name: 'a name without a tag is the latest, also behind a registry with a port',
    pod: using('host:5000/app'),
    nodes: [holding('a', ['host:5000/app:latest', 2000]), holding('b', ['host:5000/app:1', 2000])],
    expect: { score: { a: 100, b: 0 } },
  },
  {
    name: 'what few nodes have counts for less, so that not all pods crowd there',
    pod: using('app:1'),
    nodes: [holding('a', ['app:1', 800]), holding('b', ['app:1', 800]), holding('c'), holding('d')],
    expect: { score: { a: 38, b: 38, c: 0, d: 0 } },
  },
  {
    name: 'up to 23 MiB count nothing',
    pod: using('app:1'),
    nodes: [holding('a', ['app:1', 23])],
    expect: { score: { a: 0 } },
  },
  {
    name: 'the limit grows with the containers, and init containers are some',
    pod: podOf({ containers: [{ name: 'a', image: 'app:1' }], initContainers: [{ name: 'b', image: 'tool:1' }] }),
    nodes: [holding('a', ['app:1', 500], ['tool:1', 511])],
    expect: { score: { a: 49 } },
  },
]);

const withPorts = (ports: readonly object[], more: object = {}): object => ({
  containers: [{ name: 'main', ports }],
  ...more,
});
const there = (ports: readonly object[]): KubeObject[] => [
  { kind: 'Pod', metadata: { name: 'there' }, spec: { ...withPorts(ports), nodeName: 'node' } } as KubeObject,
];
const TAKEN = "node(s) didn't have free ports for the requested pod ports";
const taken: Vector['expect'] = { filter: { node: 'Unschedulable' }, reasons: { node: [TAKEN] } };

check('NodePorts', 'filter', [
  {
    name: 'no protocol is TCP, and no address is every address',
    pod: podOf(withPorts([{ hostPort: 80, protocol: 'TCP', hostIP: '10.0.0.1' }])),
    ...{ nodes: [nodeOf('node')], pods: there([{ hostPort: 80 }]), expect: taken },
  },
  {
    name: 'SCTP is another than TCP',
    pod: podOf(withPorts([{ hostPort: 80, protocol: 'SCTP' }])),
    ...{ nodes: [nodeOf('node')], pods: there([{ hostPort: 80 }]), expect: yes },
  },
  {
    name: 'ports of containers alone are no host ports',
    pod: podOf(withPorts([{ containerPort: 80 }])),
    ...{ nodes: [nodeOf('node')], pods: there([{ hostPort: 80 }]), expect: { skip: true } },
  },
]);
