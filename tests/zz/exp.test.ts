import { it } from 'vitest';
import { bootWorld, apply, advance, deployment, eventsOf } from '../support/world.ts';
import { send, masked } from '../parity/support/parity.ts';
it('exp', () => {
  const world = bootWorld({ preset: 'plain' });
  const show = (r: string, n: string | undefined, name: string) => console.log(r, name, JSON.stringify((world.find(r, n, name) as any)?.status), JSON.stringify((world.find(r, n, name) as any)?.metadata.finalizers));
  // namespace stuck
  apply(world, 'apiVersion: v1\nkind: Namespace\nmetadata: { name: ns1 }');
  advance(world, 1);
  apply(world, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: held, namespace: ns1, finalizers: [example.com/x] }');
  apply(world, 'apiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: ns1 }\nspec: { terminationGracePeriodSeconds: 40, containers: [{ name: c, image: "busybox:1.36", command: [sh, -c, "trap \'\' TERM; sleep 1000"] }] }');
  advance(world, 10);
  send(world, 'delete', 'namespaces', 'ns1');
  for (const s of [1, 6, 20, 20, 20]) { advance(world, s); show('namespaces', undefined, 'ns1'); }
  // statefulset: bad image update, pvc retention, scale
  apply(world, `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 3
  minReadySeconds: 3
  podManagementPolicy: Parallel
  updateStrategy: { rollingUpdate: { maxUnavailable: 2 } }
  selector: { matchLabels: { app: db } }
  template: { metadata: { labels: { app: db } }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: c, image: "nginx:1.27" }] } }
`);
  advance(world, 12);
  show('statefulsets.apps', 'default', 'db');
  send(world, 'patch', 'statefulsets.apps', 'db', { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:none' }] } } } }, { patchType: 'merge' });
  advance(world, 20);
  show('statefulsets.apps', 'default', 'db');
  console.log([...world.list('pods', 'default')].map((p: any) => `${p.metadata.name} ${p.status.phase} ${p.spec.containers[0].image}`).join('; '));
  send(world, 'patch', 'statefulsets.apps', 'db', { spec: { template: { spec: { containers: [{ name: 'c', image: 'nginx:1.28' }] } } } }, { patchType: 'merge' });
  advance(world, 30);
  show('statefulsets.apps', 'default', 'db');
  console.log([...world.list('pods', 'default')].map((p: any) => `${p.metadata.name} ${p.status.phase} ${p.spec.containers[0].image}`).join('; '));
  console.log(eventsOf(world, world.find('statefulsets.apps', 'default', 'db')!).join('\n'));
  // scale down with orphan delete
  send(world, 'delete', 'statefulsets.apps', 'db', undefined, { options: { propagationPolicy: 'Orphan' } });
  advance(world, 3);
  console.log([...world.list('pods', 'default')].map((p: any) => `${p.metadata.name} ${JSON.stringify(p.metadata.ownerReferences)}`).join('; '));
  // endpoints: notready + publish
  apply(world, deployment('web', 3, 'pilothouse/web:1.0'));
  apply(world, 'apiVersion: v1\nkind: Service\nmetadata: { name: h }\nspec: { clusterIP: None, publishNotReadyAddresses: true, selector: { app: web }, ports: [{ name: a, port: 80, targetPort: 8080 }, { name: b, port: 53, protocol: UDP, targetPort: dns }] }');
  advance(world, 10);
  for (const s of world.list('endpointslices.discovery.k8s.io', 'default')) console.log(JSON.stringify(s));
}, 60000);
