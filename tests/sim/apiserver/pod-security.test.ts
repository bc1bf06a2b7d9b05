/** Pod Security Standards, by labels of namespaces. Upstream: k8s.io/pod-security-admission. */
import { describe, expect, it } from 'vitest';
import { advance, bootWorld, request } from '../../support/world.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const world = bootWorld({ preset: 'plain' });
const make = (name: string, labels: object): unknown =>
  request(world, 'POST', '/api/v1/namespaces', { metadata: { name, labels } });
const warningOf = (answer: object): string | undefined =>
  (answer as { headers?: Record<string, string> }).headers?.['warning'];
const pod = (spec: object, name = 'p'): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
});

describe('pod security', () => {
  make('strict', { [`${PREFIX}enforce`]: 'restricted' });
  make('base', { [`${PREFIX}enforce`]: 'baseline', [`${PREFIX}enforce-version`]: 'v1.30' });
  make('told', { [`${PREFIX}warn`]: 'restricted' });
  // Their service accounts come a little later.
  advance(world, 2);

  it('refuses what is not restricted', () => {
    expect(request(world, 'POST', '/api/v1/namespaces/strict/pods', pod({}))).toMatchObject({
      status: 403,
      body: {
        message:
          'pods "p" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
      },
    });
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const spec = {
      containers: [{ name: 'c', image: 'x', securityContext }],
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    };
    expect(request(world, 'POST', '/api/v1/namespaces/strict/pods', pod(spec)).status).toBe(201);
  });

  it('refuses what the baseline does', () => {
    const spec = {
      hostNetwork: true,
      hostPID: true,
      containers: [
        { name: 'c', image: 'x', securityContext: { privileged: true, capabilities: { add: ['SYS_TIME'] } } },
      ],
      volumes: [{ name: 'd', hostPath: { path: '/d' } }],
    };
    expect(request(world, 'POST', '/api/v1/namespaces/base/pods', pod(spec))).toMatchObject({
      status: 403,
      body: {
        message:
          'pods "p" is forbidden: violates PodSecurity "baseline:v1.30": non-default capabilities (container "c" must not include "SYS_TIME" in securityContext.capabilities.add), host namespaces (hostNetwork=true, hostPID=true), hostPath volumes (volume "d"), privileged (container "c" must not set securityContext.privileged=true)',
      },
    });
    expect(request(world, 'POST', '/api/v1/namespaces/base/pods', pod({})).status).toBe(201);
  });

  it('only warns where it is told to', () => {
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
    const answer = request(world, 'POST', '/apis/apps/v1/namespaces/told/deployments', {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    });
    expect(answer.status).toBe(201);
    expect(warningOf(answer)).toContain('would violate PodSecurity \\"restricted:latest\\": allowPrivilege');
  });

  it('asks for levels that there are, and tells of pods that are there', () => {
    expect(make('odd', { [`${PREFIX}enforce`]: 'tight' })).toMatchObject({
      status: 422,
      body: {
        message:
          'Namespace "odd" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "tight": must be one of privileged, baseline, restricted',
      },
    });
    request(world, 'POST', '/api/v1/namespaces/told/pods', pod({}, 'first'));
    request(world, 'POST', '/api/v1/namespaces/told/pods', pod({}, 'second'));
    const answer = request(
      world,
      'PATCH',
      '/api/v1/namespaces/told',
      { metadata: { labels: { [`${PREFIX}enforce`]: 'restricted' } } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(warningOf(answer)).toContain(
      '"first (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile"',
    );
  });
});
