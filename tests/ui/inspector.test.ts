import { describe, expect, it } from 'vitest';
import { inspect, parseScenario, Run } from '../../src/run/index.ts';
import { charts } from '../../src/sim/world.ts';
import { layoutChart } from '../../src/ui/features/inspector/chart-layout.ts';
import { ageText, factsOf, standingOf } from '../../src/ui/features/inspector/facts.ts';
import { piecesOf, withoutManagedFields } from '../../src/ui/features/inspector/yaml-lines.ts';
import { en } from '../../src/ui/i18n/en.ts';
import { ko } from '../../src/ui/i18n/ko.ts';
import { deployment, podsOf, service } from '../support/world.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata: { a: b }\n';
const USING = '          envFrom:\n            - configMapRef: { name: settings }\n';
const OTHERS = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  maxReplicas: 3
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 50 } } }]
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: tick }
spec:
  schedule: '* * * * *'
  suspend: true
  jobTemplate:
    spec:
      template: { spec: { restartPolicy: Never, containers: [{ name: c, image: busybox, command: ['true'] }] } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: spare }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  hostPath: { path: /spare }
  storageClassName: by-hand
---
apiVersion: v1
kind: Namespace
metadata: { name: held }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: kept, namespace: held, finalizers: [example.com/kept] }
`;
const TEXT = `${CONFIG}---\n${deployment('web', 2, 'nginx:1.27', USING)}---\n${service('web')}---${OTHERS}`;

const run = new Run(parseScenario('seed: look\n'));
run.command({ verb: 'apply', file: 'm.yaml', text: TEXT }, false);
run.command(
  { verb: 'delete', file: 'n.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata: { name: held }' },
  false,
);
run.advance(run.now + 30_000);
const [pod] = podsOf(run.world, 'web');
const podKey = `pods|default/${pod!.metadata.name}`;

describe('every statechart that runs', () => {
  for (const chart of charts()) {
    it(`is drawn whole, without states on top of each other: ${chart.id}`, () => {
      const picture = layoutChart(chart);
      expect(picture.boxes.map(({ path }) => path).sort()).toEqual(chart.states.map(({ path }) => path).sort());
      const drawn = picture.arrows.reduce((sum, { labels }) => sum + labels.length, 0);
      expect(drawn).toBe(chart.transitions.length);
      const leaves = picture.boxes.filter(({ isCompound }) => !isCompound);
      const overlapping = leaves.flatMap((left, index) =>
        leaves
          .slice(index + 1)
          .filter(
            (right) =>
              left.x < right.x + right.width &&
              right.x < left.x + left.width &&
              left.y < right.y + right.height &&
              right.y < left.y + left.height,
          )
          .map((right) => `${left.path} and ${right.path}`),
      );
      expect(overlapping).toEqual([]);
      for (const { path, x, y, width, height } of picture.boxes.filter(({ isCompound }) => isCompound)) {
        const inner = picture.boxes.filter((box) => box.path.startsWith(`${path}.`));
        expect(inner.every((box) => box.x >= x && box.y >= y)).toBe(true);
        expect(inner.every((box) => box.x + box.width <= x + width && box.y + box.height <= y + height)).toBe(true);
      }
    });

    it(`says in both languages what each state means: ${chart.id}`, () => {
      const missing = [en, ko].flatMap((texts) => {
        const own = (texts.chart as unknown as Record<string, Record<string, string>>)[chart.id] ?? {};
        return chart.states
          .filter(({ description }) => description !== undefined)
          .filter(({ path }) => !own[path.replaceAll('.', '_')])
          .map(({ path }) => `chart.${chart.id}.${path.replaceAll('.', '_')}`);
      });
      expect(missing).toEqual([]);
    });
  }
});

describe('the inspection', () => {
  const linksOf = (key: string): Record<string, string[]> => {
    const links: Record<string, string[]> = {};
    for (const { relation, kind } of inspect(run, key).related) (links[relation] ??= []).push(kind);
    return links;
  };

  it('of a pod leads to its owner, node, Service, endpoints and ConfigMap', () => {
    expect(linksOf(podKey)).toEqual({
      owner: ['ReplicaSet'],
      node: ['Node'],
      selector: expect.arrayContaining(['PodDisruptionBudget', 'Service']),
      endpoint: ['EndpointSlice'],
      uses: ['ConfigMap'],
    });
  });

  it('leads back again from each of them', () => {
    expect(linksOf('services|default/web')).toMatchObject({ selected: ['Pod', 'Pod'], owned: ['EndpointSlice'] });
    expect(linksOf('configmaps|default/settings')['usedBy']).toEqual(expect.arrayContaining(['Deployment', 'Pod']));
    const node = linksOf(`nodes|${pod!.spec!.nodeName}`);
    expect(node['component']).toEqual(['kubelet', 'kube-proxy']);
    expect(node['pod']).toContain('Pod');
    expect(linksOf('deployments.apps|default/web')['owned']).toEqual(['ReplicaSet']);
  });

  it('of a pod has the lives of pod and container, in the state that they are in, and how they came there', () => {
    const { lives } = inspect(run, podKey);
    expect(lives.map(({ machine, state }) => [machine, state])).toEqual([
      ['pod', 'running'],
      ['container', 'running.started'],
    ]);
    for (const { chart, state, history } of lives) {
      expect(chart.states.map(({ path }) => path)).toContain(state);
      const last = history.at(-1)!;
      expect(last.type === 'transition' && last.data.to).toBe(state);
    }
  });

  it.each([
    ['deployments.apps|default/web', 'rollout', 'complete'],
    [`replicasets.apps|default/${pod!.metadata.ownerReferences![0]!.name}`, 'replica-set', 'settled'],
    ['horizontalpodautoscalers.autoscaling|default/web', 'autoscaler', 'blind'],
    ['cronjobs.batch|default/tick', 'cron-job', 'suspended'],
    ['poddisruptionbudgets.policy|default/web', 'budget', 'allowing'],
    ['persistentvolumeclaims|default/data', 'claim', 'waitingForConsumer'],
    ['persistentvolumes|spare', 'volume', 'available'],
    ['namespaces|held', 'namespace', 'held'],
    [`nodes|${pod!.spec!.nodeName}`, 'node-health', 'ready'],
  ])('of %s has its life: %s, %s', (key, machine, state) => {
    const life = inspect(run, key).lives.find((item) => item.machine === machine);
    expect(life?.state).toBe(state);
  });

  it('of a component has its chart and what it did', () => {
    for (const key of ['kube-scheduler', 'kube-apiserver', `node/${pod!.spec!.nodeName}/kube-proxy`])
      expect(inspect(run, key).lives).toHaveLength(1);
    expect(inspect(run, 'kube-controller-manager').trace.length).toBeGreaterThan(10);
  });
});

describe('what the inspector says first', () => {
  it('is how it is doing, and where', () => {
    expect(standingOf(pod!)).toEqual({ word: 'Running', tone: 'ok' });
    expect(factsOf(pod!)).toEqual(
      expect.arrayContaining([
        { name: 'node', value: pod!.spec!.nodeName, link: `nodes|${pod!.spec!.nodeName}` },
        { name: 'address', value: pod!.status!.podIP, isCode: true },
        { name: 'ready', value: '1 / 1' },
      ]),
    );
    const web = run.world.find('deployments.apps', 'default', 'web')!;
    expect(standingOf(web)).toEqual({ word: '2/2 ready', tone: 'ok' });
  });

  it('has ages as kubectl writes them', () => {
    expect([5_000, 119_000, 125_000, 600_000, 3_600_000 * 5, 86_400_000 * 3].map(ageText)).toEqual([
      '5s',
      '119s',
      '2m5s',
      '10m',
      '5h',
      '3d',
    ]);
  });
});

describe('the YAML', () => {
  const { yaml } = inspect(run, podKey);

  it.each(['  ', '    '])('leaves managedFields out, and nothing else, with lists indented by "%s"', (indent) => {
    const before = 'kind: Pod\nmetadata:\n  labels:\n    app: web\n';
    const fields = `  managedFields:\n${indent}- apiVersion: v1\n${indent}  fieldsV1:\n${indent}    f:spec: {}\n${indent}- manager: kubelet\n`;
    const after = '  name: web\nspec:\n  nodeName: a\n';
    expect(withoutManagedFields(before + fields + after)).toBe(before + after);
    expect(withoutManagedFields(yaml!)).toBe(yaml);
  });

  it('tells keys from values without losing a character', () => {
    for (const line of yaml!.split('\n')) {
      expect(
        piecesOf(line)
          .map(({ text }) => text)
          .join(''),
      ).toBe(line);
    }
    expect(piecesOf('    - containerPort: 8080').map(({ kind }) => kind)).toEqual(['plain', 'key', 'plain', 'number']);
    expect(piecesOf('  image: nginx:1.27').at(-1)).toEqual({ kind: 'string', text: 'nginx:1.27' });
  });
});
