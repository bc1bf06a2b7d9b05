/** Warnings about what is accepted and still not well. Upstream: pkg/api/{service,persistentvolume,persistentvolumeclaim}/*.go. */
import { expect, it } from 'vitest';
import { parseManifest } from '../../../src/manifest/index.ts';
import { objectWarnings } from '../../../src/sim/api/object-warnings.ts';
import { bootWorld, request } from '../../support/world.ts';

const parsed = (manifest: string): Parameters<typeof objectWarnings>[0] =>
  parseManifest('stdin', manifest).documents[0]!.object;
const of = (apiVersion: string, kind: string, rest: string, metadata = '{name: x}'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\n${rest}\n`;

it.each<readonly [string, readonly string[]]>([
  [of('v1', 'Service', 'spec: {type: ClusterIP, clusterIP: None, ports: [{port: 80}]}'), []],
  [
    of(
      'v1',
      'Service',
      'spec: {type: ClusterIP, clusterIP: None, sessionAffinity: ClientIP, externalIPs: [1.2.3.4], ports: [{port: 80}]}',
    ),
    ['spec.externalIPs is ignored for headless services', 'spec.SessionAffinity is ignored for headless services'],
  ],
  [
    of('v1', 'Service', 'spec: {type: ClusterIP, externalName: a.b, ports: [{port: 80}]}'),
    ['spec.externalName is ignored when spec.type is not "ExternalName"'],
  ],
  [
    of(
      'v1',
      'PersistentVolume',
      'spec: {persistentVolumeReclaimPolicy: Recycle}',
      '{name: x, annotations: {volume.beta.kubernetes.io/mount-options: ro}}',
    ),
    [
      'metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use "mountOptions" attribute instead',
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    ],
  ],
  [
    of('v1', 'PersistentVolumeClaim', 'spec: {resources: {requests: {storage: 100m}}}'),
    ['spec.resources.requests[storage]: fractional byte value "100m" is invalid, must be an integer'],
  ],
])('of\n%s', (manifest, warnings) => {
  expect(objectWarnings(parsed(manifest))).toEqual(warnings);
});

const INGRESS = {
  metadata: { name: 'i', annotations: { 'kubernetes.io/ingress.class': 'nginx' } },
  spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
};

it('of an Ingress whose class is an annotation, when it is made', () => {
  const world = bootWorld({ preset: 'plain' });
  const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
  const warned = (method: string, at: string, body: object, type?: string): string | undefined => {
    const headers: Record<string, string> = type ? { 'content-type': type } : {};
    return (request(world, method, at, body, headers) as { headers?: Record<string, string> }).headers?.['warning'];
  };
  expect(warned('POST', path, INGRESS)).toContain(
    `annotation \\"kubernetes.io/ingress.class\\" is deprecated, please use 'spec.ingressClassName' instead`,
  );
  const patch = { metadata: { labels: { a: 'b' } } };
  expect(warned('PATCH', `${path}/i`, patch, 'application/merge-patch+json')).toBeUndefined();
});
