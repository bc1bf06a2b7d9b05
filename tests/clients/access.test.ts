import { request } from 'node:https';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCredentials, type KeyPair } from '../../src/node/serve/authority.ts';
import { certificateOf } from './support/people.ts';
import { serveCluster, type Output, type Served } from './support/served.ts';

let served: Served;
let run: Served['run'];

beforeAll(async () => {
  served = await serveCluster();
  run = served.run;
  await run('kubectl create namespace shop');
}, 120_000);
afterAll(() => served.stop());

interface Who {
  readonly pair?: KeyPair;
  readonly token?: string;
}

/** One request over a connection of its own. */
function ask(path: string, { pair, token }: Who = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const options = {
      ca: served.credentials.authority,
      cert: pair?.certificate,
      key: pair?.key,
      headers,
      agent: false,
    };
    request(`${served.address}${path}`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as never }));
    })
      .on('error', reject)
      .end();
  });
}

const UNAUTHORIZED = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'Unauthorized',
  reason: 'Unauthorized',
  code: 401,
};
const refused = async (line: string): Promise<string> => (await run(line, { code: 1 })).stderr;
const said = async (line: string): Promise<string> => (await run(line)).stdout;
/** kubectl with a token in place of the administrator's certificate. */
const withToken = async (token: string, line: string, code = 0): Promise<Output> => {
  const file = join(dirname(served.kubeconfig), 'token');
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [
        {
          name: 'c',
          cluster: {
            server: served.address,
            'certificate-authority-data': Buffer.from(served.credentials.authority).toString('base64'),
          },
        },
      ],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  return run(`kubectl --kubeconfig=${file} ${line}`, { code });
};

describe('who asks', () => {
  it('is refused with 401 without credentials, and with a token that means nothing', async () => {
    expect(await ask('/api/v1/pods')).toEqual({ status: 401, body: UNAUTHORIZED });
    expect(await ask('/api/v1/pods', { token: 'abc' })).toEqual({ status: 401, body: UNAUTHORIZED });
    expect(await ask('/api/v1/pods', { token: 'a.b.c' })).toEqual({ status: 401, body: UNAUTHORIZED });
    expect((await withToken('nonsense', 'get pods', 1)).stderr).toContain(
      'error: You must be logged in to the server (the server has asked for the client to provide credentials)',
    );
  });

  it('is told by a client certificate: its common name, and a group for each organization', async () => {
    await run('kubectl create rolebinding readers --clusterrole=view --group=readers -n shop');
    const eve = await certificateOf(served.credentials, 'eve', ['readers', 'writers']);
    const pods = '/api/v1/namespaces/shop/pods';
    expect((await ask(pods, { pair: eve })).status).toBe(200);
    expect((await ask(pods, { pair: await certificateOf(served.credentials, 'mallory', []) })).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'pods is forbidden: User "mallory" cannot list resource "pods" in API group "" in the namespace "shop"',
      reason: 'Forbidden',
      details: { kind: 'pods' },
      code: 403,
    });
    const foreign = await certificateOf(await makeCredentials([], 'admin'), 'eve', ['system:masters']);
    expect((await ask(pods, { pair: foreign })).status).toBe(401);
  });

  it('is told by the token of a service account until that runs out, or what it is bound to is gone', async () => {
    await run('kubectl create serviceaccount robot -n shop');
    await run('kubectl create rolebinding robot --clusterrole=view --serviceaccount=shop:robot -n shop');
    const token = (await said('kubectl create token robot -n shop --duration=10m')).trim();
    expect(await withToken(token, 'auth whoami -o jsonpath={.status.userInfo.username}')).toMatchObject({
      stdout: 'system:serviceaccount:shop:robot',
    });
    expect((await withToken(token, 'get pods -n shop', 0)).stderr).toBe('No resources found in shop namespace.\n');
    await run('kubectl run holder --image=nginx:1.27 -n shop');
    const { stdout: bound } = await run(
      'kubectl create token robot -n shop --bound-object-kind=Pod --bound-object-name=holder',
    );
    expect((await ask('/api/v1/namespaces/shop/pods', { token: bound.trim() })).status).toBe(200);
    await run('kubectl delete pod holder -n shop --force --grace-period=0');
    expect(await ask('/api/v1/namespaces/shop/pods', { token: bound.trim() })).toEqual({
      status: 401,
      body: UNAUTHORIZED,
    });
    // Ten virtual minutes.
    served.world.kernel.advanceTo(served.world.now + 601_000);
    expect((await ask('/api/v1/namespaces/shop/pods', { token })).status).toBe(401);
    const last = (await said('kubectl create token robot -n shop')).trim();
    await run('kubectl delete serviceaccount robot -n shop');
    expect((await ask('/api/v1/namespaces/shop/pods', { token: last })).status).toBe(401);
  });

  it('speaks for others where that is allowed', async () => {
    expect(
      await said(
        'kubectl auth whoami --as=jane --as-group=dev --as-uid=7 --as-user-extra=team=red -o jsonpath={.status.userInfo}',
      ),
    ).toBe('{"extra":{"team":["red"]},"groups":["dev","system:authenticated"],"uid":"7","username":"jane"}');
    const eve = await certificateOf(served.credentials, 'eve', []);
    const token = (await said('kubectl create token default -n shop')).trim();
    expect((await withToken(token, 'get pods --as=jane', 1)).stderr).toBe(
      'Error from server (Forbidden): users "jane" is forbidden: User "system:serviceaccount:shop:default" cannot impersonate resource "users" in API group "" at the cluster scope\n',
    );
    await run('kubectl create clusterrole speaks-for-jane --verb=impersonate --resource=users --resource-name=jane');
    await run('kubectl create clusterrolebinding speaks --clusterrole=speaks-for-jane --serviceaccount=shop:default');
    expect((await withToken(token, 'auth whoami --as=jane -o jsonpath={.status.userInfo.username}')).stdout).toBe(
      'jane',
    );
    expect((await withToken(token, 'get pods --as=jane --as-group=dev', 1)).stderr).toContain(
      'groups "dev" is forbidden: User "system:serviceaccount:shop:default" cannot impersonate resource "groups" in API group "" at the cluster scope',
    );
    expect((await ask('/api', { pair: eve })).status).toBe(200);
  });
});

describe('what may be done', () => {
  it('is told by can-i, for an administrator, a reader and an account', async () => {
    expect(await said('kubectl auth can-i "*" "*"')).toBe('yes\n');
    const admin = await said('kubectl auth can-i --list -n shop');
    expect(admin).toMatch(/^Resources +Non-Resource URLs +Resource Names +Verbs\n/);
    expect(admin).toMatch(/\n\*\.\* +\[\] +\[\] +\[\*\]\n/);
    await run('kubectl create rolebinding vera --clusterrole=view --user=vera -n shop');
    const reader = await said('kubectl auth can-i --list -n shop --as=vera');
    expect(reader).toMatch(/\npods +\[\] +\[\] +\[get list watch\]\n/);
    expect(reader).toMatch(/\nselfsubjectreviews\.authentication\.k8s\.io +\[\] +\[\] +\[create\]\n/);
    expect(reader).toMatch(/\n +\[\/healthz\] +\[\] +\[get\]\n/);
    expect(reader).not.toMatch(/\nsecrets /);
    const account = await said('kubectl auth can-i --list -n shop --as=system:serviceaccount:shop:nobody');
    expect(account).not.toMatch(/\npods /);
    expect(account).toMatch(/\[\/openid\/v1\/jwks\]/);
  });

  it('is decided by names, subresources and paths', async () => {
    await run('kubectl create role one --verb=get,update --resource=configmaps --resource-name=one -n shop');
    await run('kubectl create role scaler --verb=get,patch --resource=deployments/scale -n shop');
    await run('kubectl create clusterrole probe --verb=get --non-resource-url=/metrics --non-resource-url="/logs/*"');
    for (const role of ['one', 'scaler'])
      await run(`kubectl create rolebinding ${role} --role=${role} --user=ann -n shop`);
    await run('kubectl create clusterrolebinding probe --clusterrole=probe --user=ann');
    await run('kubectl create configmap one -n shop');
    await run('kubectl create configmap two -n shop');
    expect(await said('kubectl get configmap one -n shop -o name --as=ann')).toBe('configmap/one\n');
    expect(await refused('kubectl get configmap two -n shop --as=ann')).toBe(
      'Error from server (Forbidden): configmaps "two" is forbidden: User "ann" cannot get resource "configmaps" in API group "" in the namespace "shop"\n',
    );
    const can = async (what: string): Promise<string> =>
      (await run(`kubectl auth can-i ${what} -n shop --as=ann || true`)).stdout.trim();
    expect(await can('patch deployments.apps --subresource=scale')).toBe('yes');
    expect(await can('patch deployments.apps')).toBe('no');
    expect(await can('get /metrics')).toBe('yes');
    expect(await can('get /logs/a/b')).toBe('yes');
    expect(await can('get /debug')).toBe('no');
    expect(await refused('kubectl get --raw /debug --as=ann')).toBe(
      'Error from server (Forbidden): forbidden: User "ann" cannot get path "/debug"\n',
    );
  });

  it('is told of others by SubjectAccessReviews, in a namespace and in the cluster', async () => {
    const review = async (kind: string, namespace: string | undefined, spec: object): Promise<string> =>
      (
        await run('kubectl create -f - -o jsonpath={.status}', {
          stdin: JSON.stringify({
            apiVersion: 'authorization.k8s.io/v1',
            kind,
            ...(namespace ? { metadata: { namespace } } : {}),
            spec,
          }),
        })
      ).stdout;
    await run('kubectl create rolebinding sue --clusterrole=edit --user=sue -n shop');
    const resourceAttributes = { namespace: 'shop', verb: 'delete', resource: 'pods' };
    const reason = 'RBAC: allowed by RoleBinding \\"sue/shop\\" of ClusterRole \\"edit\\" to User \\"sue\\"';
    const yes = `{"allowed":true,"reason":"${reason}"}`;
    expect(await review('SubjectAccessReview', undefined, { user: 'sue', resourceAttributes })).toBe(yes);
    expect(await review('LocalSubjectAccessReview', 'shop', { user: 'sue', resourceAttributes })).toBe(yes);
    expect(
      await review('SubjectAccessReview', undefined, {
        user: 'sue',
        resourceAttributes: { ...resourceAttributes, namespace: 'default' },
      }),
    ).toBe('{"allowed":false}');
  });

  it('grows with the roles that are aggregated', async () => {
    await run('kubectl create clusterrole night --verb=get --resource=nodes');
    await run('kubectl create rolebinding tom --clusterrole=view --user=tom -n shop');
    const can = async (): Promise<string> =>
      (await run('kubectl auth can-i get nodes -n shop --as=tom 2>/dev/null || true')).stdout.trim();
    expect(await can()).toBe('no');
    await run('kubectl label clusterrole night rbac.authorization.k8s.io/aggregate-to-view=true');
    await expect.poll(can, { timeout: 10_000 }).toBe('yes');
  });

  it('is never handed on by those who do not hold it, unless they may escalate or bind', async () => {
    await run('kubectl create clusterrole role-writer --verb=create,patch,update --resource=roles,rolebindings');
    await run('kubectl create rolebinding bob --clusterrole=role-writer --user=bob -n shop');
    const grant = 'kubectl create role secret-reader --verb=get --resource=secrets -n shop --as=bob';
    expect(await refused(grant)).toBe(
      'Error from server (Forbidden): roles.rbac.authorization.k8s.io "secret-reader" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}\n',
    );
    const bind = 'kubectl create rolebinding self --clusterrole=edit --user=bob -n shop --as=bob';
    expect(await refused(bind)).toContain(
      'error: failed to create rolebinding: rolebindings.rbac.authorization.k8s.io "self" is forbidden: user "bob" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n',
    );
    await run('kubectl create role escalator --verb=escalate --resource=roles -n shop');
    await run('kubectl create clusterrole edit-binder --verb=bind --resource=clusterroles --resource-name=edit');
    await run('kubectl create rolebinding escalator --role=escalator --user=bob -n shop');
    await run('kubectl create rolebinding edit-binder --clusterrole=edit-binder --user=bob -n shop');
    expect(await said(grant)).toBe('role.rbac.authorization.k8s.io/secret-reader created\n');
    expect(await said(bind)).toBe('rolebinding.rbac.authorization.k8s.io/self created\n');
    expect(await refused('kubectl create rolebinding all --clusterrole=admin --user=bob -n shop --as=bob')).toContain(
      'is attempting to grant RBAC permissions not currently held',
    );
  });
});
