import { expect } from 'vitest';
import { decodeBase64 } from '../../src/sim/api/encoding.ts';
import type { World } from '../../src/sim/world.ts';
import { applied, deleted, get, parity, patched, refused, send, wait, type Step } from './support/parity.ts';

const TOKENS = 'pkg/controller/serviceaccount/tokens_controller.go';
const bob = `apiVersion: v1
kind: ServiceAccount
metadata: { name: bob }
secrets: [{ name: bob-token }, { name: other }]
imagePullSecrets: [{ name: registry }]
automountServiceAccountToken: false
`;
const token = (account: string): string => `apiVersion: v1
kind: Secret
metadata: { name: ${account}-token, annotations: { kubernetes.io/service-account.name: ${account} } }
type: kubernetes.io/service-account-token
`;
const pod = (account: string): string => `apiVersion: v1
kind: Pod
metadata: { name: p }
spec: { serviceAccountName: ${account}, containers: [{ name: c, image: "nginx:1.27" }] }
`;
interface Filled {
  readonly data?: Readonly<Record<string, string>>;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>>; readonly uid: string };
}
const secret = (world: World): Filled => get(world, 'secrets', 'bob-token') as never;
const isGone =
  (resource: string, name: string): Step =>
  (world) =>
    expect(world.find(resource, 'default', name)).toBeUndefined();
const who = (world: World): unknown => {
  const spec = { token: decodeBase64(secret(world).data!['token']!) };
  const { body } = send(world, 'create', 'tokenreviews.authentication.k8s.io', '', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    metadata: {},
    spec,
  });
  return (body as { status?: { user?: { username?: string } } }).status?.user?.username;
};

parity('A Secret for the token of a ServiceAccount', [
  {
    name: 'is filled, speaks for the account, and goes with it',
    upstream: `${TOKENS} (generateTokenIfNeeded), pkg/serviceaccount/legacy.go`,
    manifests: bob + '---\n' + token('bob'),
    steps: [
      wait(1),
      (world) => {
        const { data = {}, metadata } = secret(world);
        expect(Object.keys(data).sort()).toEqual(['ca.crt', 'namespace', 'token']);
        expect(decodeBase64(data['namespace']!)).toBe('default');
        const map = get(world, 'configmaps', 'kube-root-ca.crt') as { data?: Record<string, string> };
        expect(decodeBase64(data['ca.crt']!)).toBe(map.data?.['ca.crt']);
        const { uid } = get(world, 'serviceaccounts', 'bob').metadata;
        expect(metadata.annotations?.['kubernetes.io/service-account.uid']).toBe(uid);
        expect(who(world)).toBe('system:serviceaccount:default:bob');
      },
      deleted('serviceaccounts', 'bob'),
      wait(1),
      isGone('secrets', 'bob-token'),
    ],
  },
  {
    name: 'is deleted when there is no such account',
    upstream: `${TOKENS} (syncSecret)`,
    steps: [applied(token('nobody')), wait(1), isGone('secrets', 'nobody-token')],
  },
  {
    name: 'gets a new token when it has lost its own, and the account forgets it when it is gone',
    upstream: `${TOKENS} (secretUpdateNeeded, removeSecretReference)`,
    manifests: bob + '---\n' + token('bob'),
    steps: [
      wait(1),
      patched('secrets', 'bob-token', { data: { token: null } }),
      wait(1),
      (world) => expect(who(world)).toBe('system:serviceaccount:default:bob'),
      deleted('secrets', 'bob-token'),
      wait(1),
      (world) => {
        const { secrets } = get(world, 'serviceaccounts', 'bob') as { secrets?: unknown };
        expect(secrets).toEqual([{ name: 'other' }]);
      },
    ],
  },
]);

parity('The ServiceAccount of a pod', [
  {
    name: 'gives its pull secrets, and keeps its token back when told so',
    upstream: 'plugin/pkg/admission/serviceaccount/admission.go',
    manifests: bob,
    steps: [
      applied(pod('bob')),
      (world) => {
        const { spec } = get(world, 'pods', 'p') as { spec?: { imagePullSecrets?: unknown; volumes?: unknown } };
        expect(spec?.imagePullSecrets).toEqual([{ name: 'registry' }]);
        expect(spec?.volumes).toBeUndefined();
      },
    ],
  },
  {
    name: 'has to be there',
    upstream: 'plugin/pkg/admission/serviceaccount/admission.go',
    steps: [
      refused(
        pod('x'),
        'pods "p" is forbidden: error looking up service account default/x: serviceaccount "x" not found',
      ),
    ],
  },
]);

parity('What a namespace is given', [
  {
    name: 'comes back when it is deleted, and as it was when somebody changed it',
    upstream:
      'pkg/controller/serviceaccount/serviceaccounts_controller.go, pkg/controller/certificates/rootcacertpublisher',
    steps: [
      deleted('serviceaccounts', 'default'),
      patched('configmaps', 'kube-root-ca.crt', { data: { 'ca.crt': 'mine', more: 'of it' } }),
      wait(1),
      (world) => {
        get(world, 'serviceaccounts', 'default');
        const { data } = get(world, 'configmaps', 'kube-root-ca.crt') as { data?: Record<string, string> };
        expect(Object.keys(data ?? {})).toEqual(['ca.crt']);
        expect(data?.['ca.crt']).toContain('BEGIN CERTIFICATE');
      },
    ],
  },
]);
