/** A stock kubectl against the default cluster: the verbs that people use, in the order of a working day. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';

let served: Served;
const run = (line: string, options?: { stdin?: string; code?: number }): ReturnType<Served['run']> =>
  served.run(line, options);

beforeAll(async () => {
  served = await serveCluster();
});
afterAll(() => served.stop());

describe('kubectl', () => {
  it('finds its way about', async () => {
    expect((await run('kubectl version')).stdout).toContain('Server Version: v1.35');
    expect((await run('kubectl cluster-info')).stdout).toContain('is running at');
    expect((await run('kubectl api-versions')).stdout.split('\n')).toEqual(
      expect.arrayContaining(['v1', 'apps/v1', 'batch/v1']),
    );
    const resources = (await run('kubectl api-resources --no-headers')).stdout;
    expect(resources).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect((await run('kubectl explain deployment.spec.replicas')).stdout).toContain('FIELD: replicas <integer>');
    expect((await run('kubectl auth can-i create pods')).stdout).toBe('yes\n');
    expect((await run('kubectl auth whoami')).stdout).toMatch(/Username +admin/);
  });

  it('creates, shows, changes and rolls out a deployment', async () => {
    await run('kubectl create deployment web --image=nginx:1.27 --replicas=2 --port=80');
    expect((await run('kubectl rollout status deploy/web')).stdout).toContain('successfully rolled out');
    expect((await run('kubectl get deploy web -o wide')).stdout).toMatch(/web +2\/2 +2 +2/);
    expect((await run("kubectl get pods -l app=web -o jsonpath='{.items[*].status.phase}'")).stdout).toBe(
      'Running Running',
    );
    expect(
      (await run('kubectl get pods -l app=web --sort-by=.metadata.name -o name')).stdout.trim().split('\n'),
    ).toHaveLength(2);
    await run('kubectl set image deploy/web nginx=nginx:1.26');
    await run('kubectl rollout status deploy/web');
    expect((await run('kubectl rollout history deploy/web')).stdout).toMatch(/^2 /m);
    await run('kubectl rollout undo deploy/web');
    await run('kubectl rollout status deploy/web');
    await run('kubectl scale deploy/web --replicas=3');
    await run('kubectl wait deploy/web --for=condition=Available');
    await run('kubectl label deploy/web tier=front');
    await run('kubectl annotate deploy/web note=kept');
    await run(`kubectl patch deploy/web -p '{"spec":{"minReadySeconds":1}}'`);
    await run('kubectl set env deploy/web MODE=test');
    await run('kubectl set resources deploy/web --requests=cpu=50m');
    await run('kubectl rollout restart deploy/web');
    await run('kubectl rollout status deploy/web');
    expect((await run('kubectl describe deploy web')).stdout).toContain('MODE:');
    await run('kubectl autoscale deploy/web --min=1 --max=4 --cpu=50%');
    await run('kubectl expose deploy/web --port=80');
    expect((await run('kubectl get svc web')).stdout).toMatch(/ClusterIP/);
  });

  it('applies, differs and takes back, on either side', async () => {
    const manifest = (value: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: ${value}}\n`;
    expect((await run('kubectl apply -f -', { stdin: manifest('a') })).stdout).toBe('configmap/settings created\n');
    expect((await run('kubectl apply -f -', { stdin: manifest('a') })).stdout).toBe('configmap/settings unchanged\n');
    expect((await run('kubectl diff -f -', { stdin: manifest('b'), code: 1 })).stdout).toContain('+  mode: b');
    expect((await run('kubectl apply --dry-run=server -f -', { stdin: manifest('b') })).stdout).toContain(
      '(server dry run)',
    );
    expect((await run('kubectl apply --server-side -f -', { stdin: manifest('c') })).stdout).toContain(
      'serverside-applied',
    );
    const conflict = await run('kubectl apply --server-side --field-manager=other -f -', {
      stdin: manifest('d'),
      code: 1,
    });
    expect(conflict.stderr).toContain('conflict with "kubectl"');
    await run('kubectl replace -f -', { stdin: manifest('e') });
    expect((await run('kubectl delete -f -', { stdin: manifest('e') })).stdout).toContain('"settings" deleted');
  });

  it('makes small things with its generators, which speak protobuf', async () => {
    await run('kubectl create namespace shop');
    await run('kubectl create configmap c --from-literal=a=b -n shop');
    await run('kubectl create secret generic s --from-literal=a=b -n shop');
    await run('kubectl create serviceaccount robot -n shop');
    await run('kubectl create role reader --verb=get,list --resource=pods -n shop');
    await run('kubectl create rolebinding reads --role=reader --serviceaccount=shop:robot -n shop');
    await run('kubectl create quota q --hard=pods=5 -n shop');
    await run('kubectl create pdb p --selector=app=x --min-available=1 -n shop');
    await run('kubectl create priorityclass high --value=1000');
    await run('kubectl create job once --image=busybox -n shop -- true');
    await run('kubectl create cronjob often --image=busybox --schedule="* * * * *" -n shop -- true');
    expect((await run("kubectl get secret s -n shop -o jsonpath='{.data.a}'")).stdout).toBe('Yg==');
    const { stdout: token } = await run('kubectl create token robot -n shop');
    expect(
      (await run(`kubectl get pods -n shop --token=${token.trim()} --client-certificate= --client-key=`)).code,
    ).toBe(0);
    expect((await run('kubectl auth can-i list pods -n shop --as=system:serviceaccount:shop:robot')).stdout).toBe(
      'yes\n',
    );
    const denied = await run('kubectl get secrets -n shop --as=system:serviceaccount:shop:robot', { code: 1 });
    expect(denied.stderr).toContain('cannot list resource "secrets" in API group "" in the namespace "shop"');
    await run('kubectl delete namespace shop');
  });

  it('reads logs of containers and runs commands in them', async () => {
    await run(`kubectl run teller --image=busybox:1.36 --restart=Never -- sh -c 'echo one; echo two; sleep 3600'`);
    await run('kubectl wait pod/teller --for=condition=Ready');
    expect((await run('kubectl logs teller')).stdout).toBe('one\ntwo\n');
    expect((await run('kubectl logs teller --tail=1')).stdout).toBe('two\n');
    expect((await run('kubectl exec teller -- hostname')).stdout).toBe('teller\n');
    expect((await run('kubectl exec -i teller -- cat', { stdin: 'piped\n' })).stdout).toBe('piped\n');
    const failed = await run('kubectl exec teller -- sh -c "exit 3"', { code: 3 });
    expect(failed.stderr).toContain('exit code 3');
    expect((await run('kubectl logs teller --previous', { code: 1 })).stderr).toContain(
      'previous terminated container "teller" in pod "teller" not found',
    );
  });

  it('cordons, drains and taints nodes', async () => {
    const { stdout } = await run('kubectl get nodes -o name');
    const [node = ''] = stdout
      .trim()
      .split('\n')
      .map((name) => name.replace('node/', ''));
    await run(`kubectl taint nodes ${node} room=full:NoSchedule`);
    await run(`kubectl taint nodes ${node} room-`);
    expect((await run(`kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data --force`)).stdout).toContain(
      'drained',
    );
    expect((await run(`kubectl get node ${node}`)).stdout).toContain('SchedulingDisabled');
    await run(`kubectl uncordon ${node}`);
  });
});
