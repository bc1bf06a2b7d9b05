/** `kubectl top` against a cluster with a metrics-server, and against one without; custom metrics from an adapter. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METRICS_ADAPTER } from '../../src/lessons/gallery/metrics-adapter.ts';
import { serveCluster, type Served } from './support/served.ts';

describe('kubectl top on AKS, which runs metrics-server', () => {
  let served: Served;
  const run = (line: string, options?: { code?: number }): ReturnType<Served['run']> => served.run(line, options);

  beforeAll(async () => {
    served = await serveCluster();
    served.host.clock.leap(60_000);
  });
  afterAll(() => served.stop());

  it('shows nodes with what part of them is used', async () => {
    const { stdout } = await run('kubectl top nodes');
    const [head, ...rows] = stdout.trim().split('\n');
    expect(head).toMatch(/^NAME +CPU\(cores\) +CPU\(%\) +MEMORY\(bytes\) +MEMORY\(%\)/);
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toMatch(/^aks-\S+ +\d+m +\d+% +\d+Mi +\d+% *$/);
    expect((await run('kubectl top node -l agentpool=nodepool1 --no-headers')).stdout.trim().split('\n')).toHaveLength(
      3,
    );
  });

  it('shows pods, their containers, of all namespaces, by label, and in order of what they use', async () => {
    await run('kubectl create deployment web --image=nginx --replicas=2');
    await run('kubectl rollout status deployment/web');
    served.host.clock.leap(60_000);
    expect((await run('kubectl top pods -l app=web --no-headers')).stdout).toMatch(/^(web-\S+ +\d+m +\d+Mi *\n){2}$/);
    expect((await run('kubectl top pods -A --containers')).stdout).toMatch(
      /^kube-system +coredns-\S+ +coredns +\d+m +\d+Mi/m,
    );
    const sorted = (await run('kubectl top pods -A --sort-by=memory --no-headers')).stdout;
    const amounts = [...sorted.matchAll(/(\d+)Mi *$/gm)].map(([, amount]) => Number(amount));
    expect(amounts).toEqual([...amounts].sort((left, right) => right - left));
    expect((await run('kubectl top pod nope', { code: 1 })).stderr).toBe(
      'Error from server (NotFound): podmetrics.metrics.k8s.io "default/nope" not found\n',
    );
  });

  it('serves the group through an APIService, in discovery, as tables and to those who may view', async () => {
    expect((await run('kubectl get apiservice v1beta1.metrics.k8s.io')).stdout).toMatch(
      /v1beta1\.metrics\.k8s\.io +kube-system\/metrics-server +True/,
    );
    expect((await run('kubectl api-resources --api-group=metrics.k8s.io -o name')).stdout).toBe(
      'nodes.metrics.k8s.io\npods.metrics.k8s.io\n',
    );
    const discovered: unknown = JSON.parse((await run('kubectl get --raw /apis/metrics.k8s.io/v1beta1')).stdout);
    expect(discovered).toMatchObject({
      resources: [
        { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
        { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
      ],
    });
    const { stdout: list } = await run('kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes');
    const { items, ...head } = JSON.parse(list) as { items: readonly object[] };
    expect(head).toEqual({ kind: 'NodeMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {} });
    expect(Object.keys(items[0]!)).toEqual(['metadata', 'timestamp', 'window', 'usage']);
    expect((await run('kubectl get nodes.metrics.k8s.io')).stdout).toMatch(/^NAME +CPU +MEMORY +WINDOW\n/);
    await run('kubectl create clusterrolebinding see --clusterrole=view --user=jane');
    expect((await run('kubectl top pods -A --as=jane --no-headers')).stdout).toContain('coredns');
    expect((await run('kubectl top nodes --as=joe', { code: 1 })).stderr).toBe(
      'Error from server (Forbidden): nodes.metrics.k8s.io is forbidden: User "joe" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope\n',
    );
  });

  it('answers that the service is unavailable while no metrics-server runs', async () => {
    await run('kubectl scale deployment/metrics-server -n kube-system --replicas=0');
    await run('kubectl wait pod -n kube-system -l k8s-app=metrics-server --for=delete');
    served.host.clock.leap(60_000);
    expect((await run('kubectl top nodes', { code: 1 })).stderr).toBe('error: Metrics API not available\n');
    expect((await run('kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes', { code: 1 })).stderr).toBe(
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
    );
    expect((await run('kubectl get apiservice v1beta1.metrics.k8s.io')).stdout).toContain('False (MissingEndpoints)');
  });
});

describe('kubectl top on a plain cluster', () => {
  it('says that there is no metrics API', async () => {
    const served = await serveCluster('plain');
    for (const line of ['kubectl top nodes', 'kubectl top pods'])
      expect((await served.run(line, { code: 1 })).stderr).toBe('error: Metrics API not available\n');
    await served.stop();
  });
});

describe('custom metrics, once an adapter is installed', () => {
  let served: Served;
  const run = (line: string, options?: { code?: number; stdin?: string }): ReturnType<Served['run']> =>
    served.run(line, options);

  const path = '/apis/custom.metrics.k8s.io/v1beta1';

  beforeAll(async () => {
    served = await serveCluster('aks', 1);
  });
  afterAll(() => served.stop());

  it('are there for raw requests, and not before the adapter is ready', async () => {
    expect((await run(`kubectl get --raw ${path}`, { code: 1 })).stderr).toBe(
      'Error from server (NotFound): the server could not find the requested resource\n',
    );
    await run('kubectl apply -f -', { stdin: METRICS_ADAPTER });
    expect((await run(`kubectl get --raw ${path}`, { code: 1 })).stderr).toBe(
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
    );
    await run('kubectl create deployment web --image=pilothouse/web:1.0 --replicas=2 --port=8080');
    await run('kubectl expose deployment web --port=80 --target-port=8080');
    await run(
      'kubectl run visitor --image=pilothouse/client:1.0 --env=TARGET_URL=http://web --env=REQUESTS_PER_SECOND=10',
    );
    served.host.clock.leap(150_000);
    expect((await run('kubectl get apiservice v1beta1.custom.metrics.k8s.io')).stdout).toMatch(
      /v1beta1\.custom\.metrics\.k8s\.io +monitoring\/prometheus-adapter +True/,
    );
    const { stdout: pods } = await run(
      `kubectl get --raw '${path}/namespaces/default/pods/*/http_requests_per_second?labelSelector=app%3Dweb'`,
    );
    const { items, ...head } = JSON.parse(pods) as { items: readonly object[] };
    expect(head).toEqual({ kind: 'MetricValueList', apiVersion: 'custom.metrics.k8s.io/v1beta1', metadata: {} });
    expect(items).toHaveLength(2);
    const { stdout: sum } = await run(
      `kubectl get --raw ${path}/namespaces/default/services/web/http_requests_per_second`,
    );
    const [item] = (JSON.parse(sum) as { items: readonly { value: string }[] }).items;
    expect(item).toMatchObject({
      describedObject: { kind: 'Service', namespace: 'default', name: 'web', apiVersion: '/v1' },
      metricName: 'http_requests_per_second',
      selector: null,
    });
    expect(Number.parseInt(item!.value) / (item!.value.endsWith('m') ? 1000 : 1)).toBeCloseTo(10, 0);
    expect((await run(`kubectl get --raw ${path}/namespaces/default/services/web/nope`, { code: 1 })).stderr).toBe(
      'Error from server (NotFound): the server could not find the metric nope for services\n',
    );
  });

  it('leave the names of resources as they were', async () => {
    expect((await run('kubectl get pods -o name')).stdout).toMatch(/^pod\//);
    expect((await run('kubectl api-versions')).stdout).toContain('custom.metrics.k8s.io/v1beta1\n');
    expect((await run('kubectl api-resources --api-group=custom.metrics.k8s.io -o name')).stdout).toBe('');
    expect((await run('kubectl auth can-i get pods.custom.metrics.k8s.io/http_requests_per_second')).stdout).toBe(
      'yes\n',
    );
  });

  it('are shown in an autoscaler as they are in its spec: by value, and as a mean', async () => {
    const metric = (target: string): string => `
  - type: Object
    object:
      metric: { name: http_requests_per_second }
      describedObject: { apiVersion: v1, kind: Service, name: web }
      target: ${target}`;
    await run('kubectl apply -f -', {
      stdin: `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 2
  metrics:${metric('{ type: Value, value: 10 }')}${metric('{ type: AverageValue, averageValue: 5 }')}
  - { type: Pods, pods: { metric: { name: http_requests_per_second }, target: { type: AverageValue, averageValue: 5 } } }
`,
    });
    served.host.clock.leap(30_000);
    const amount = '(\\d+|\\d+m)';
    expect((await run('kubectl get hpa web --no-headers')).stdout).toMatch(
      new RegExp(`^web +Deployment/web +${amount}/10, ${amount}/5 \\(avg\\) \\+ 1 more\\.\\.\\. +2 +2 +2 `),
    );
    const { stdout } = await run('kubectl describe hpa web');
    expect(stdout).toMatch(
      new RegExp(`"http_requests_per_second" on Service/web \\(target value\\): +${amount} / 10\\n`),
    );
    expect(stdout).toMatch(
      new RegExp(`"http_requests_per_second" on Service/web \\(target average value\\): +${amount} / 5\\n`),
    );
    expect(stdout).toMatch(new RegExp(`"http_requests_per_second" on pods: +${amount} / 5\\n`));
  });
});
