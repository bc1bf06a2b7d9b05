/** Where pods may go, and why they wait. */
import type { DecisionGoal } from '../../run/types.ts';
import { defaultPoolOptions } from './pools.ts';
import type { GalleryEntry } from './entry.ts';
import { deployment, lines, ports, together } from './manifests.ts';

const rejected = (pod: string, node: string, plugin: string): Extract<DecisionGoal, { kind: 'rejected' }> => ({
  ...{ kind: 'rejected', namespace: 'default', pod, node, plugin },
});

const requests = (cpu: string): string => `resources:\n  requests:\n    cpu: ${cpu}`;

export const SCHEDULING: readonly GalleryEntry[] = [
  {
    id: 'pending',
    topic: 'scheduling',
    level: 1,
    title: { ko: '자리가 없는 Pod', en: 'A pod that fits nowhere' },
    summary: {
      ko: '요청한 CPU가 어느 노드보다도 커서 Pending에 머뭅니다.',
      en: 'It requests more CPU than any node has, and stays Pending.',
    },
    watch: {
      ko: '결정 패널: NodeResourcesFit이 모든 노드를 Insufficient cpu로 걸러 냅니다.',
      en: 'The decision panel: NodeResourcesFit turns every node down with Insufficient cpu.',
    },
    text: deployment('greedy', 'nginx:1.27', { container: requests('"8"') }),
    goals: [
      {
        asks: { ...rejected('greedy-*', '*', 'NodeResourcesFit'), onEvery: true },
        text: {
          ko: 'NodeResourcesFit이 greedy의 Pod를 모든 노드에서 거절합니다.',
          en: 'NodeResourcesFit turns the pod of greedy down on every node.',
        },
      },
    ],
  },
  {
    id: 'full',
    topic: 'scheduling',
    level: 2,
    title: { ko: '가득 차는 클러스터', en: 'A cluster that fills up' },
    summary: {
      ko: '복제본 열 개 가운데 몇 개는 자리를 찾고 나머지는 Pending으로 기다립니다.',
      en: 'Of ten replicas some find room, and the rest wait as Pending.',
    },
    watch: {
      ko: '노드의 요청량 막대. Deployment를 줄이면 기다리던 Pod가 어떻게 되는지도 보세요.',
      en: 'The bars of requested CPU on the nodes, and what happens to those that wait when you scale down.',
    },
    text: deployment('crowd', 'nginx:1.27', { replicas: 10, container: requests('900m') }),
    goals: [
      {
        asks: rejected('crowd-*', '*', 'NodeResourcesFit'),
        text: {
          ko: '한 노드가 가득 차서, NodeResourcesFit이 crowd의 Pod를 그 노드에서 거절합니다.',
          en: 'One node is full: NodeResourcesFit turns a pod of crowd down there.',
        },
      },
      {
        asks: { ...rejected('crowd-*', '*', 'NodeResourcesFit'), onEvery: true },
        text: {
          ko: '모든 노드가 가득 차서, crowd의 한 Pod가 모든 노드에서 거절됩니다.',
          en: 'All nodes are full: a pod of crowd is turned down on every one.',
        },
      },
    ],
  },
  {
    id: 'taints',
    topic: 'scheduling',
    level: 2,
    title: { ko: '테인트와 톨러레이션', en: 'Taints and tolerations' },
    summary: {
      ko: '톨러레이션이 있는 Pod만 GPU 풀에 올라가고, 없는 Pod는 Pending에 머뭅니다.',
      en: 'Only the pod that tolerates the taint goes to the GPU pool; the other one stays Pending.',
    },
    watch: {
      ko: '결정 패널의 TaintToleration 열. 이 시나리오는 테인트가 있는 노드 풀을 함께 가져옵니다.',
      en: 'The column TaintToleration of the decision panel. This scenario brings a node pool with a taint.',
    },
    options: {
      pools: [
        defaultPoolOptions('nodepool1', 'System'),
        {
          ...defaultPoolOptions('gpu', 'User'),
          count: 1,
          labels: { workload: 'gpu' },
          taints: [{ key: 'sku', value: 'gpu', effect: 'NoSchedule' }],
        },
      ],
    },
    text: together(
      deployment('tolerant', 'nginx:1.27', {
        pod: lines(
          'nodeSelector:\n  workload: gpu',
          'tolerations:\n  - key: sku\n    operator: Equal\n    value: gpu\n    effect: NoSchedule',
        ),
      }),
      deployment('intolerant', 'nginx:1.27', { pod: 'nodeSelector:\n  workload: gpu' }),
    ),
    goals: [
      {
        asks: rejected('intolerant-*', '*-gpu-*', 'TaintToleration'),
        text: {
          ko: 'TaintToleration이 intolerant의 Pod를 gpu 풀의 노드에서 거절합니다.',
          en: 'TaintToleration turns the pod of intolerant down on the node of the pool gpu.',
        },
      },
      {
        asks: rejected('tolerant-*', '*-nodepool1-*', 'NodeAffinity'),
        text: {
          ko: 'nodeSelector가 맞지 않아, NodeAffinity가 tolerant의 Pod를 nodepool1의 노드에서 거절합니다.',
          en: 'The nodeSelector does not match: NodeAffinity turns the pod of tolerant down on a node of nodepool1.',
        },
      },
    ],
  },
  {
    id: 'preemption',
    topic: 'scheduling',
    level: 3,
    title: { ko: '자리를 빼앗는 Pod', en: 'A pod that makes room for itself' },
    summary: {
      ko: '우선순위가 높은 urgent가 들어갈 자리가 없어, 스케줄러가 batch의 Pod를 내보냅니다.',
      en: 'urgent has a high priority and no room: the scheduler sends pods of batch away for it.',
    },
    watch: {
      ko: '결정 패널에서 urgent의 PostFilter: 후보 노드마다 희생 Pod가 있고, 기준이 하나를 고릅니다.',
      en: 'PostFilter of urgent in the decision panel: each candidate node has its victims, and criteria choose one.',
    },
    text: together(
      `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: urgent
value: 1000
description: Goes before everything that has no priority.
`,
      deployment('batch', 'nginx:1.27', { replicas: 9, container: requests('900m') }),
      deployment('urgent', 'nginx:1.27', { container: requests('1500m'), pod: 'priorityClassName: urgent' }),
    ),
    goals: [
      {
        asks: { ...rejected('urgent-*', '*', 'NodeResourcesFit'), onEvery: true },
        text: {
          ko: 'urgent가 들어갈 자리가 없어, NodeResourcesFit이 모든 노드에서 거절합니다.',
          en: 'There is no room for urgent: NodeResourcesFit turns it down on every node.',
        },
      },
      {
        asks: { kind: 'preempted', namespace: 'default', preemptor: 'urgent-*', victim: 'batch-*' },
        text: {
          ko: 'urgent가 batch의 Pod를 선점합니다.',
          en: 'urgent preempts a pod of batch.',
        },
      },
    ],
  },
  {
    id: 'affinity',
    topic: 'scheduling',
    level: 2,
    title: { ko: '가용성 영역 하나만 고르는 Pod', en: 'Pods that want one zone' },
    summary: {
      ko: 'nodeAffinity가 영역 2의 노드만 남겨, 두 Pod가 모두 그리로 갑니다.',
      en: 'nodeAffinity leaves only the nodes of zone 2, and both pods go there.',
    },
    watch: {
      ko: '결정 패널의 NodeAffinity 열과 노드 카드의 영역.',
      en: 'The column NodeAffinity of the decision panel, and the zones on the node cards.',
    },
    text: deployment('zonal', 'nginx:1.27', {
      replicas: 2,
      container: ports(80),
      pod: `affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms:
        - matchExpressions:
            - key: topology.kubernetes.io/zone
              operator: In
              values: [koreacentral-2]`,
    }),
    goals: [
      {
        asks: rejected('zonal-*', '*', 'NodeAffinity'),
        text: {
          ko: 'NodeAffinity가 zonal의 Pod를 다른 영역의 노드에서 거절합니다.',
          en: 'NodeAffinity turns a pod of zonal down on a node of another zone.',
        },
      },
    ],
  },
];
