/** Verbs of a stock kubectl that look, wait and ask, the protocol beneath them, rollouts, generators, and who may. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';
import { tell } from './support/tell.ts';

let served: Served;
const says = (line: string, stdin = ''): Promise<string> => tell(served, line, stdin);
const raw = (path: string): Promise<string> => says(`kubectl get --raw '${path}'`);

const CONTROLLERS = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template: {metadata: {labels: {app: agent}}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: "nginx:1.26"}]}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: c, image: "nginx:1.26"}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: nginx, image: "nginx:1.26"}]}}
`;

beforeAll(async () => {
  served = await serveCluster();
  await served.run('kubectl apply -f -', { stdin: CONTROLLERS });
  await served.run(
    'kubectl rollout status deploy/web && kubectl rollout status sts/db && kubectl rollout status ds/agent',
  );
});
afterAll(() => served.stop());

describe('kubectl get', () => {
  it('chooses by fields, and says which it cannot choose by', async () => {
    const choose = (kind: string, selector: string): Promise<string> =>
      says(`kubectl get ${kind} --field-selector ${selector} -o name`);
    expect(await choose('pods', 'status.phase=Running,spec.restartPolicy=Always,metadata.name=db-0')).toBe('pod/db-0');
    expect(await choose('svc', 'spec.type=ClusterIP')).toBe('service/kubernetes');
    expect(await choose('ns', 'status.phase=Active,metadata.name=default')).toBe('namespace/default');
    expect(await choose('deploy', 'status.replicas=2')).toBe(
      '[1] Error from server (BadRequest): Unable to find "apps/v1, Resource=deployments" that match label selector "", field selector "status.replicas=2": "status.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    expect(await choose('jobs', 'a=b')).toContain('field label "a" not supported for batchv1.Job');
  });

  it('reads long lists in pieces, in every form of output', async () => {
    const whole = await says('kubectl get pods -A -o name');
    expect(await says('kubectl get pods -A -o name --chunk-size=3')).toBe(whole);
    expect(await says('kubectl get pod db-0 -o custom-columns=N:.metadata.name,I:.spec.containers[*].image')).toMatch(
      /^N +I\ndb-0 +nginx:1\.26$/,
    );
    expect(
      await says(`echo '{{range .items}}{{.metadata.name}};{{end}}' > t; kubectl get sts,deploy -o go-template-file=t`),
    ).toBe('db;web;');
    expect(await says(`kubectl get sts db -o jsonpath-as-json='{.spec.replicas}'`)).toBe('[\n    1\n]');
    expect(await says('kubectl get deploy,sts --show-labels --no-headers')).toMatch(
      /^deployment\.apps\/web .* app=web\n+statefulset\.apps\/db .* <none>$/,
    );
  });

  it('follows what happens, with the kind of each event', async () => {
    const watching = served.start(
      'exec kubectl get cm --watch-only --output-watch-events -o jsonpath="{.type} {.object.metadata.name},"',
    );
    await says('sleep 1.5; kubectl create cm seen; kubectl label cm seen a=b; kubectl delete cm seen; sleep 0.5');
    watching.stop();
    expect((await watching.ended).stdout).toBe('ADDED seen,MODIFIED seen,DELETED seen,');
  });

  it('is told what is wrong with a path', async () => {
    expect(await raw('/apis/apps/v2')).toBe(
      '[1] Error from server (NotFound): the server could not find the requested resource',
    );
    expect(await raw('/api/v1/nodes?limit=x')).toBe(
      '[1] Error from server (BadRequest): strconv.ParseInt: parsing "x": invalid syntax',
    );
    expect(await raw('/api/v1/nodes?watch=1&resourceVersionMatch=NotOlderThan')).toBe(
      '[1] The ListOptions "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
    expect(await raw('/api/v1/nodes?watch=1&sendInitialEvents=true')).toContain(
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
    expect(await raw('/api/v1/nodes?watch=1&resourceVersion=1')).toContain('"message":"too old resource version: 1 (');
    const initial =
      '/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=5';
    expect(await raw(initial)).not.toContain('BOOKMARK');
    expect(await raw(`${initial}&allowWatchBookmarks=true`)).toContain(
      '"annotations":{"k8s.io/initial-events-end":"true"}',
    );
    expect(await raw('/readyz?verbose')).toMatch(/^\[\+]ping ok\n[^]*readyz check passed$/);
    expect(await raw('/readyz/etcd')).toBe('ok');
    expect(JSON.parse(await raw('/'))).toMatchObject({
      paths: expect.arrayContaining(['/apis/apps/v1', '/readyz/etcd']) as unknown,
    });
    expect(JSON.parse(await raw('/apis/apps'))).toMatchObject({ kind: 'APIGroup', name: 'apps' });
    expect(JSON.parse(await raw('/version'))).toMatchObject({
      emulationMinor: '35',
      minCompatibilityMinor: '34',
      compiler: 'gc',
    });
  });

  it('warns of what is on its way out', async () => {
    expect(await says('kubectl get endpoints -o name')).toContain(
      'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    );
  });
});

describe('kubectl wait', () => {
  it('for conditions, values, creation and deletion', async () => {
    expect(
      await says(
        `kubectl wait pod/db-0 --for=condition=Ready; kubectl wait pod/db-0 --for=jsonpath='{.status.podIP}'; kubectl wait pod/db-0 --for=create`,
      ),
    ).toBe(Array(3).fill('pod/db-0 condition met').join('\n'));
    expect(await says('kubectl wait pod/db-0 --for=condition=Ready=false --timeout=1s')).toBe(
      '[1] error: timed out waiting for the condition on pods/db-0',
    );
    expect(await says('kubectl wait pod/nope --for=condition=Ready')).toBe(
      '[1] Error from server (NotFound): pods "nope" not found',
    );
    const late =
      '(sleep 1; kubectl create cm late >/dev/null) & kubectl wait cm/late --for=create --timeout=20s; kubectl delete cm late --wait=false; kubectl wait cm/late --for=delete';
    expect(await says(late)).toBe('configmap/late condition met\nconfigmap "late" deleted from default namespace');
  });
});

describe('kubectl rollout', () => {
  it.each([
    ['daemonset.apps', 'ds/agent', 'c'],
    ['statefulset.apps', 'sts/db', 'c'],
    ['deployment.apps', 'deploy/web', 'nginx'],
  ])('tells the history of a %s and goes back in it', async (kind, name, container) => {
    const object = `${kind}/${name.split('/')[1]}`;
    await says(`kubectl set image ${name} ${container}=nginx:1.27 && kubectl rollout status ${name}`);
    expect(await says(`kubectl rollout history ${name}`)).toBe(
      `${object} \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>`,
    );
    expect(await says(`kubectl rollout history ${name} --revision=1`)).toContain('nginx:1.26');
    expect(await says(`kubectl rollout undo ${name} --to-revision=9`)).toBe(
      '[1] error: unable to find specified revision 9 in history',
    );
    expect(await says(`kubectl rollout undo ${name} --dry-run=server`)).toBe(`${object} rolled back (server dry run)`);
    expect(await says(`kubectl rollout undo ${name} --to-revision=1`)).toBe(`${object} rolled back`);
    expect(await says(`kubectl rollout restart ${name}`)).toBe(`${object} restarted`);
    await says(`kubectl rollout status ${name}`);
  });

  it('pauses and resumes what can be paused', async () => {
    expect(await says('kubectl rollout pause sts/db')).toBe(
      '[1] error: statefulsets.apps "db" pausing is not supported',
    );
    expect(await says('kubectl rollout pause deploy/web; kubectl rollout pause deploy/web')).toBe(
      '[1] deployment.apps/web paused\nerror: deployments.apps "web" is already paused',
    );
    expect(await says('kubectl rollout undo deploy/web')).toContain('you cannot rollback a paused deployment');
    expect(await says('kubectl rollout resume deploy/web; kubectl rollout status deploy/web --watch=false')).toMatch(
      /^deployment\.apps\/web resumed\n/,
    );
  });
});

describe('generators and setters', () => {
  it.each([
    [
      'create clusterrole c1 --verb=get,list --resource=pods,deploy.apps/scale',
      'clusterrole.rbac.authorization.k8s.io/c1 created',
    ],
    ['create clusterrole c2 --aggregation-rule="a=b"', 'clusterrole.rbac.authorization.k8s.io/c2 created'],
    ['create cm c3 --from-literal=a=b --append-hash', 'configmap/c3-52d48g29tt created'],
    [
      'create cronjob c4 --image=busybox --schedule="0 0 1 1 *" -- date && kubectl create job j4 --from=cronjob/c4',
      'cronjob.batch/c4 created\njob.batch/j4 created',
    ],
    [
      'create cronjob c5 --image=busybox --schedule=bad',
      '[1] error: failed to create cronjob: CronJob.batch "c5" is invalid: spec.schedule: Invalid value: "bad": expected exactly 5 fields, found 1: [bad]',
    ],
    [
      'create ingress i1 --class=nginx --rule="a.b/x*=svc:80,tls=sec" --default-backend=d:80',
      'ingress.networking.k8s.io/i1 created',
    ],
    ['create pdb p1 --selector=app=none --max-unavailable=50%', 'poddisruptionbudget.policy/p1 created'],
    ['create priorityclass pc1 --value=10 --preemption-policy=Never', 'priorityclass.scheduling.k8s.io/pc1 created'],
    ['create quota q1 --hard=pods=99 --scopes=BestEffort', 'resourcequota/q1 created'],
    ['create svc nodeport s1 --tcp=80:8080 --node-port=31000', 'service/s1 created'],
    ['create svc externalname s2 --external-name=bar.com', 'service/s2 created'],
    [
      'create secret docker-registry r1 --docker-server=a.b --docker-username=u --docker-password=p',
      'secret/r1 created',
    ],
    [
      'create token default --duration=1s',
      '[1] error: failed to create token: TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
    ],
    ['expose cm kube-root-ca.crt --port=80', '[1] error: cannot expose a ConfigMap'],
    [
      'autoscale deploy web --min=1 --max=3 --cpu=80% --memory=500Mi',
      'horizontalpodautoscaler.autoscaling/web autoscaled',
    ],
    [
      'set resources deploy/web --limits=cpu=1 --requests=cpu=2',
      '[1] error: failed to patch resources update to pod template Deployment.apps "web" is invalid: spec.template.spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
    ],
    [
      'set selector svc s1 a=b --resource-version=1',
      '[1] Error from server (Conflict): Operation cannot be fulfilled on services "s1": the object has been modified; please apply your changes to the latest version and try again',
    ],
    ['label pod db-0 app=x', `[1] error: 'app' already has a value (db), and --overwrite is false`],
    ['annotate sts db a=b && kubectl annotate sts db --list | grep ^a=', 'statefulset.apps/db annotated\na=b'],
  ])('kubectl %s', async (line, told) => {
    expect(await says(`kubectl ${line}`)).toBe(told);
  });
});

describe('who may, and who asks', () => {
  it('impersonates users, groups and uids', async () => {
    expect(await says('kubectl auth whoami --as=jane --as-group=devs --as-uid=7')).toMatch(
      /^ATTRIBUTE +VALUE\nUsername +jane\nUID +7\nGroups +\[devs system:authenticated]$/,
    );
    expect(await says('kubectl get pods --as=jane')).toBe(
      '[1] Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(await says('kubectl auth can-i --list --as=jane --no-headers')).toMatch(
      /^selfsubjectreviews\.authentication\.k8s\.io +\[] +\[] +\[create]$/m,
    );
  });

  it('reconciles roles', async () => {
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: c1}\nrules: [{apiGroups: [""], resources: [services], verbs: [get]}]';
    expect(await says('kubectl auth reconcile -f -', role)).toBe(
      'clusterrole.rbac.authorization.k8s.io/c1 reconciled\n\treconciliation required update\n\tmissing rules added:\n\t\t{Verbs:[get] APIGroups:[] Resources:[services] ResourceNames:[] NonResourceURLs:[]}',
    );
  });

  it('writes down who asks for a certificate, and lets it be approved once', async () => {
    const request = `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: jane}\nspec: {request: LS0tLQ==, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth], username: root}`;
    await says('kubectl create -f -', request);
    expect(await says('kubectl get csr jane --no-headers')).toMatch(
      /^jane +\d+s +kubernetes\.io\/kube-apiserver-client +admin +<none> +Pending$/,
    );
    expect(await says('kubectl certificate approve jane; kubectl certificate deny jane')).toBe(
      '[1] certificatesigningrequest.certificates.k8s.io/jane approved\nerror: certificate signing request "jane" is already Approved',
    );
    expect(await says('kubectl get csr jane --no-headers')).toMatch(/ Approved$/);
  });
});

describe('the rest of the toolbox', () => {
  it('debugs a pod from within, and by a copy', async () => {
    const debug = 'kubectl debug pod/db-0 --image=busybox --profile=general --attach=false';
    await says(`${debug} -c guest -- sh -c 'echo hi; sleep 3600'`);
    expect(
      await says(
        'kubectl wait pod/db-0 --for=jsonpath="{.status.ephemeralContainerStatuses[0].state.running}" && kubectl logs db-0 -c guest',
      ),
    ).toBe('pod/db-0 condition met\nhi');
    await says(`${debug} -c guest --copy-to=copy -- sleep 3600`);
    expect(await says(`kubectl get pod copy -o jsonpath='{.spec.containers[*].name}'`)).toBe('c guest');
  });

  it('explains, lists and shows as it does anywhere', async () => {
    expect(await says('kubectl explain pods.spec.nodeName --output=plaintext-openapiv2')).toMatch(
      /^KIND: +Pod\nVERSION: +v1\n\nFIELD: +nodeName <string>/,
    );
    expect(await says('kubectl api-resources --api-group=batch -o wide --no-headers')).toMatch(
      /^cronjobs +cj +batch\/v1 +true +CronJob +create,delete,deletecollection,get,list,patch,update,watch +all$/m,
    );
    expect(await says('kubectl cluster-info dump -o yaml --output-directory=dump >/dev/null; ls dump')).toContain(
      'default\nkube-system\nnodes.yaml',
    );
    expect(await says('kubectl get pods --request-timeout=1ns')).toMatch(/^\[1] .*context deadline exceeded/);
    expect(await says('kubectl get sts -v=8')).toContain('status="200 OK"');
    expect(await says('kubectl __complete get pods db')).toMatch(/^db-0\n/);
    const proxied =
      'kubectl proxy --port=0 > p & P=$!; for i in $(seq 100); do grep -q serve p && break; sleep 0.1; done; curl -s http://$(sed "s/.* on //" p)/api/v1/namespaces/default/pods/db-0 | head -2; kill $P';
    expect(await says(proxied)).toBe('{\n  "kind": "Pod",');
  });
});
