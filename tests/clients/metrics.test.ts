/** `kubectl top` against a cluster with a metrics-server, and against one without. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
