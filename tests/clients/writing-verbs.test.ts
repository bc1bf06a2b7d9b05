/** Verbs of a stock kubectl that change a cluster, with the flags that change how, and what is said of what cannot be. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';
import { tell } from './support/tell.ts';

let served: Served;
const says = (line: string, stdin = ''): Promise<string> => tell(served, line, stdin);
const map = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {set: p}}\ndata: {a: b}\n${more}`;
const web = (replicas: number, image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: nginx, image: "nginx:${image}", ports: [{containerPort: 80}], env: [{name: A, value: "${image}"}]}]
`;

beforeAll(async () => {
  served = await serveCluster();
});
afterAll(() => served.stop());

describe('kubectl apply', () => {
  it('prunes what a set no longer has: by label, by kind, and by ApplySet', async () => {
    await says('kubectl apply -f -', `${map('one')}---\n${map('two')}`);
    const narrow = 'kubectl apply -f - --prune -l set=p --prune-allowlist=';
    expect(await says(`${narrow}apps/v1/Deployment`, map('one'))).toBe('configmap/one unchanged');
    expect(await says(`${narrow}core/v1/ConfigMap`, map('one'))).toBe('configmap/one unchanged\nconfigmap/two pruned');
    expect(await says('kubectl apply -f - --prune -l set=p', map('three'))).toContain('configmap/one pruned');
    expect(await says('kubectl apply -f - --prune', map('one'))).toMatch(
      /^\[1] error: all resources selected for prune/,
    );
    const set = 'KUBECTL_APPLYSET=true kubectl apply -f - --prune --applyset=things -n default';
    const plain = (name: string): string => map(name).replace(', labels: {set: p}', '');
    expect(await says(set, `${plain('four')}---\n${plain('five')}`)).toBe(
      'configmap/four created\nconfigmap/five created',
    );
    expect(await says(set, plain('four'))).toBe('configmap/four unchanged\nconfigmap/five pruned');
    expect(await says(`kubectl get secret things -o jsonpath='{.metadata.annotations}'`)).toContain(
      '"applyset.kubernetes.io/contains-group-kinds":"ConfigMap"',
    );
  });

  it('by the server names the owners of what it would change, and takes it when it must', async () => {
    const apply = (more: string, text: string): Promise<string> =>
      says(`kubectl apply --server-side -f - ${more}`, text);
    expect(await apply('', web(1, '1.26'))).toBe('deployment.apps/web serverside-applied');
    expect(await apply('--field-manager=other', web(2, '1.25'))).toMatch(
      /^\[1] error: Apply failed with 3 conflicts: conflicts with "kubectl":\n- \.spec\.replicas\n- \.spec\.template\.spec\.containers\[name="nginx"]\.image\n- \.spec\.template\.spec\.containers\[name="nginx"]\.env\[name="A"]\.value\nPlease review the fields above/,
    );
    expect(await apply('--field-manager=other --force-conflicts', web(2, '1.25'))).toContain('serverside-applied');
    await says('kubectl scale deploy web --replicas=1');
    expect(await apply('--field-manager=other', web(2, '1.25'))).toContain(
      'conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas\n',
    );
    expect(await apply('--dry-run=client', web(2, '1.25'))).toBe(
      `[1] error: --dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)`,
    );
    expect(await apply('--validate=ignore', web(2, '1.25').replace('replicas:', 'replica:'))).toBe(
      '[1] Error from server: failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
    );
  });

  it('moves the fields of the client to the server, so that what is left out goes away', async () => {
    await says('kubectl apply -f -', map('moved').replace('{a: b}', '{a: b, c: d}'));
    expect(await says('kubectl apply --server-side -f -', map('moved'))).toBe('configmap/moved serverside-applied');
    const shown = await says('kubectl get cm moved -o json --show-managed-fields');
    const { data, metadata } = JSON.parse(shown) as {
      data: object;
      metadata: { managedFields: { manager: string; operation: string }[] };
    };
    expect(data).toEqual({ a: 'b' });
    expect(metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`).sort()).toEqual([
      'kubectl Apply',
      'kubectl-last-applied Apply',
    ]);
  });

  it('says what it does not know, as strictly as it is told to', async () => {
    const odd = map('odd', 'dta: {}\n');
    expect(await says('kubectl create -f -', odd)).toBe(
      '[1] Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
    );
    expect(await says('kubectl apply --validate=warn -f -', odd)).toBe(
      'Warning: unknown field "dta"\nconfigmap/odd created',
    );
    expect(await says('kubectl apply --validate=ignore -f -', odd)).toMatch(/^configmap\/odd (configured|unchanged)$/);
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: twice}\nspec: {containers: [{name: c, image: nginx, env: [{name: A, value: b}, {name: A, value: c}]}]}`;
    expect(await says('kubectl create -f - --dry-run=server', pod)).toBe(
      'Warning: spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply\npod/twice created (server dry run)',
    );
    expect(await says('kubectl create deployment we.b --image=nginx --dry-run=server')).toBe(
      'Warning: metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]\ndeployment.apps/we.b created (server dry run)',
    );
  });

  it('works with a kustomization', async () => {
    const made = `mkdir -p kz; printf 'namePrefix: k-\\nconfigMapGenerator: [{name: gen, literals: [a=b]}]\\n' > kz/kustomization.yaml`;
    expect(await says(`${made}; kubectl apply -k kz`)).toBe('configmap/k-gen-4h2mbtbbt6 created');
    expect(await says('kubectl diff -k kz && kubectl delete -k kz')).toBe(
      'configmap "k-gen-4h2mbtbbt6" deleted from default namespace',
    );
  });
});

describe('kubectl diff, replace and edit', () => {
  it('tell what would change by their text and their exit code', async () => {
    expect(await says('kubectl diff -f -', map('fresh'))).toMatch(/^\[1] diff -u -N [^]*\+ {2}name: fresh$/m);
    await says('kubectl create --save-config -f -', map('fresh'));
    expect(await says('kubectl diff -f -', map('fresh'))).toBe('');
    expect(await says('kubectl replace --dry-run=client -f -', map('fresh'))).toBe(
      'configmap/fresh replaced (dry run)',
    );
    expect(await says('kubectl replace --force -f -', map('fresh'))).toBe(
      'configmap "fresh" deleted from default namespace\nconfigmap/fresh replaced',
    );
    const stale = `kubectl get cm fresh -o json | sed 's/"resourceVersion": "[0-9]*"/"resourceVersion": "5"/' | kubectl replace -f -`;
    expect(await says(stale)).toContain(
      'the object has been modified; please apply your changes to the latest version',
    );
    expect(await says('kubectl replace -f -', map('absent'))).toBe(
      '[1] Error from server (NotFound): error when replacing "STDIN": configmaps "absent" not found',
    );
  });

  it('edits with whatever editor, or not at all', async () => {
    expect(await says('KUBE_EDITOR=true kubectl edit cm fresh')).toBe('Edit cancelled, no changes made.');
    expect(await says(`KUBE_EDITOR="sed -i 's/a: b/a: q/'" kubectl edit cm fresh --output-patch`)).toBe(
      'Patch: {"data":{"a":"q"}}\nconfigmap/fresh edited',
    );
    const renamed = await says(`KUBE_EDITOR="sed -i 's/name: fresh/name: other/'" kubectl edit cm fresh`);
    expect(renamed).toContain('error: At least one of apiVersion, kind and name was changed');
    const wrong = await says(`KUBE_EDITOR="sed -i 's/^  replicas: .*/  replicas: -1/'" kubectl edit deploy web`);
    expect(wrong).toContain('error: deployments.apps "web" is invalid\n');
    expect(wrong).toContain('Edit cancelled, no valid changes were saved.');
  });
});

describe('kubectl patch', () => {
  const patch = (more: string): Promise<string> => says(`kubectl patch deploy web ${more}`);
  const read = (path: string): Promise<string> => says(`kubectl get deploy web -o jsonpath='{${path}}'`);

  it('merges with directives', async () => {
    const inner = (containers: string): string => `-p '{"spec":{"template":{"spec":${containers}}}}'`;
    await patch(
      inner('{"containers":[{"name":"nginx","env":[{"name":"A","$patch":"delete"},{"name":"B","value":"1"}]}]}'),
    );
    expect(await read('.spec.template.spec.containers[0].env')).toBe('[{"name":"B","value":"1"}]');
    await patch(
      inner(
        '{"$setElementOrder/containers":[{"name":"second"},{"name":"nginx"}],"containers":[{"name":"second","image":"nginx"}]}',
      ),
    );
    expect(await read('.spec.template.spec.containers[*].name')).toBe('second nginx');
    await patch(inner('{"containers":[{"$patch":"replace"},{"name":"nginx","image":"nginx:1.27"}]}'));
    expect(await read('.spec.template.spec.containers[*].name')).toBe('nginx');
    await patch(`-p '{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}'`);
    expect(await read('.spec.strategy')).toBe('{"type":"Recreate"}');
    await patch(`-p '{"metadata":{"finalizers":["a.b/c","d.e/f"]}}'`);
    await patch(`-p '{"metadata":{"$deleteFromPrimitiveList/finalizers":["a.b/c"]}}'`);
    expect(await read('.metadata.finalizers')).toBe('["d.e/f"]');
    await patch(`--type=merge -p '{"metadata":{"finalizers":null}}'`);
    expect(await patch(inner('{"containers":[{"image":"x"}]}'))).toBe(
      '[1] Error from server: map: map[image:x] does not contain declared merge key: name',
    );
    expect(await patch(`-p '{"spec":{"nope":1}}'`)).toBe(
      'Warning: unknown field "spec.nope"\ndeployment.apps/web patched (no change)',
    );
  });

  it('takes steps one after the other, and only when a test holds', async () => {
    expect(await patch(`--type=json -p '[{"op":"test","path":"/spec/paused","value":true}]'`)).toBe(
      '[1] The request is invalid: the server rejected our request due to an error in our request',
    );
    await patch(
      `--type=json -p '[{"op":"add","path":"/metadata/labels","value":{}},{"op":"add","path":"/metadata/labels/q~1r","value":"s"},{"op":"move","from":"/metadata/labels/q~1r","path":"/metadata/labels/t"}]'`,
    );
    expect(await read('.metadata.labels')).toBe('{"t":"s"}');
    expect(await patch(`--type=json -p '{"op":"foo"}'`)).toMatch(
      /^\[1] Error from server \(BadRequest\): error decoding patch/,
    );
  });

  it('reaches subresources', async () => {
    expect(await patch(`--subresource=scale --type=merge -p '{"spec":{"replicas":2}}'`)).toBe(
      'scale.autoscaling/web patched',
    );
    expect(await says('kubectl get deploy web --subresource=scale --no-headers')).toMatch(/^web +2 +\d +/);
    expect(await says(`kubectl patch cm fresh --subresource=status -p '{}'`)).toBe(
      '[1] Error from server (NotFound): the server could not find the requested resource',
    );
  });
});

describe('kubectl delete', () => {
  it('leaves dependents, or waits for them', async () => {
    await says('kubectl rollout status deploy/web');
    const before = await says('kubectl get rs -l app=web -o name');
    await says('kubectl delete deploy web --cascade=orphan');
    expect(await says('kubectl get rs -l app=web -o name')).toBe(before);
    await says('kubectl apply -f -', web(2, '1.27'));
    await says('kubectl rollout status deploy/web');
    const owners = `kubectl get rs -l app=web -o jsonpath='{.items[*].metadata.ownerReferences[0].kind}'`;
    expect(new Set((await says(owners)).split(' '))).toEqual(new Set(['Deployment']));
    expect((await says(owners)).split(' ')).toHaveLength(
      (await says('kubectl get rs -l app=web -o name')).split('\n').length,
    );
    await says('kubectl delete deploy web --cascade=foreground');
    expect(await says('kubectl get rs,pods -l app=web')).toBe('No resources found in default namespace.');
    expect(await says('kubectl delete deploy web --cascade=foo')).toContain('invalid cascade value (foo)');
  });

  it('at once, or in the time that it is given', async () => {
    await says('kubectl run a --image=nginx; kubectl run b --image=nginx');
    expect(await says('kubectl delete pod a --grace-period=0 --force')).toBe(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\npod "a" force deleted from default namespace',
    );
    expect(await says('kubectl delete pod b --now')).toBe('pod "b" deleted from default namespace');
  });

  it('waits while a finalizer holds', async () => {
    await says('kubectl create cm held');
    await says(`kubectl patch cm held --type=merge -p '{"metadata":{"finalizers":["a.b/c"]}}'`);
    expect(await says('kubectl delete cm held --timeout=1s')).toContain(
      'error: timed out waiting for the condition on configmaps/held',
    );
    expect(
      await says(`kubectl patch cm held --type=merge -p '{"metadata":{"finalizers":["a.b/c","d.e/f"]}}'`),
    ).toContain(
      'no new finalizers can be added if the object is being deleted, found new finalizers []string{"d.e/f"}',
    );
    await says(`kubectl patch cm held --type=merge -p '{"metadata":{"finalizers":null}}'`);
    expect(await says('kubectl delete cm held')).toContain('configmaps "held" not found');
  });

  it('asks, tries, and takes everything', async () => {
    expect(await says('kubectl delete cm fresh --interactive', 'n\n')).toContain('deletion is cancelled');
    expect(await says('kubectl delete cm --all --dry-run=server')).toContain(
      'configmap "fresh" deleted from default namespace (server dry run)',
    );
    expect(await says('kubectl delete namespace default')).toBe(
      '[1] Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted',
    );
    expect(await says('kubectl delete --raw /api/v1/namespaces/default/configmaps/fresh')).toMatch(
      /^\{"kind":"Status","apiVersion":"v1","metadata":\{},"status":"Success","details":\{"name":"fresh","kind":"configmaps"/,
    );
  });
});

describe('kubectl drain', () => {
  it('names what keeps it from going on, and waits for budgets', async () => {
    await says('kubectl apply -f -', web(2, '1.27'));
    await says('kubectl create pdb web --selector=app=web --min-available=2');
    await says('kubectl rollout status deploy/web');
    served.host.clock.leap(10_000);
    const node = await says(`kubectl get pods -l app=web -o jsonpath='{.items[0].spec.nodeName}'`);
    const refused = await says(`kubectl drain ${node}`);
    expect(refused).toContain(`node/${node} cordoned`);
    expect(refused).toContain('cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)');
    const evicting = await says(`kubectl drain ${node} --pod-selector=app=web --timeout=2s`);
    expect(evicting).toMatch(
      /error when evicting pods\/"web-[^"]+" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\./,
    );
    expect(await says(`kubectl drain ${node} --pod-selector=app=web --disable-eviction`)).toMatch(
      /pod\/web-\S+ deleted\nnode\/\S+ drained$/,
    );
    expect(await says(`kubectl uncordon ${node}; kubectl uncordon ${node}`)).toBe(
      `node/${node} uncordoned\nnode/${node} already uncordoned`,
    );
  });
});
