import { applied, get, parity, refused } from './support/parity.ts';
import { expect } from 'vitest';

const LIMITS = 'plugin/pkg/admission/limitranger/admission.go';
const VALIDATION = 'pkg/apis/core/validation/validation.go (ValidateLimitRange)';

const range = (limits: string): string => `apiVersion: v1
kind: LimitRange
metadata: { name: bounds }
spec: { limits: [${limits}] }
`;
const pod = (name: string, ...resources: readonly string[]): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { containers: [${resources.map((item, index) => `{ name: c${index}, image: "nginx:1.27", resources: ${item} }`).join(', ')}] }
`;
const claim = (storage: string): string => `apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: ${storage} } } }
`;

parity('A LimitRange', [
  {
    name: 'gives containers what they do not ask for, and says so in an annotation',
    upstream: LIMITS,
    manifests: range('{ type: Container, default: { cpu: 500m }, defaultRequest: { cpu: 100m } }'),
    steps: [
      applied(pod('plain', '{}')),
      (world) => {
        const { metadata, spec } = get(world, 'pods', 'plain') as unknown as {
          metadata: { annotations: Record<string, string> };
          spec: { containers: { resources: unknown }[] };
        };
        expect(spec.containers[0]!.resources).toEqual({ requests: { cpu: '100m' }, limits: { cpu: '500m' } });
        expect(metadata.annotations['kubernetes.io/limit-ranger']).toBe(
          'LimitRanger plugin set: cpu request for container c0; cpu limit for container c0',
        );
      },
    ],
  },
  {
    name: 'refuses a container above its maximum or below its minimum',
    upstream: LIMITS,
    manifests: range('{ type: Container, max: { cpu: "1" }, min: { cpu: 50m } }'),
    steps: [
      refused(
        pod('big', '{ limits: { cpu: "3" } }'),
        'pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 3',
      ),
      refused(
        pod('small', '{ requests: { cpu: 10m } }'),
        'pods "small" is forbidden: minimum cpu usage per Container is 50m, but request is 10m',
      ),
    ],
  },
  {
    name: 'bounds how far a limit may be above its request',
    upstream: LIMITS,
    manifests: range('{ type: Container, maxLimitRequestRatio: { cpu: "10" } }'),
    steps: [
      refused(
        pod('wide', '{ requests: { cpu: 50m }, limits: { cpu: "1" } }'),
        'pods "wide" is forbidden: cpu max limit to request ratio per Container is 10, but provided ratio is 20.000000',
      ),
      refused(
        pod('bare', '{}'),
        'pods "bare" is forbidden: cpu max limit to request ratio per Container is 10, but no request is specified or request is 0',
      ),
      applied(pod('fit', '{ requests: { cpu: 100m }, limits: { cpu: "1" } }')),
    ],
  },
  {
    name: 'of type Pod adds up what the containers ask for',
    upstream: LIMITS,
    manifests: range('{ type: Pod, max: { cpu: "2" } }'),
    steps: [
      refused(
        pod('three', ...Array.from({ length: 3 }, () => '{ limits: { cpu: "1" } }')),
        'pods "three" is forbidden: maximum cpu usage per Pod is 2, but limit is 3',
      ),
      applied(pod('two', '{ limits: { cpu: "1" } }', '{ limits: { cpu: "1" } }')),
    ],
  },
  {
    name: 'of type PersistentVolumeClaim bounds the storage that is asked for',
    upstream: LIMITS,
    manifests: range('{ type: PersistentVolumeClaim, max: { storage: 2Gi }, min: { storage: 1Gi } }'),
    steps: [
      refused(
        claim('5Gi'),
        'persistentvolumeclaims "data" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi',
      ),
      refused(
        claim('5Mi'),
        'persistentvolumeclaims "data" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Mi',
      ),
      applied(claim('2Gi')),
    ],
  },
  {
    name: 'has no defaults for pods as a whole',
    upstream: VALIDATION,
    steps: [
      refused(
        range('{ type: Pod, default: { cpu: "1" } }'),
        'LimitRange "bounds" is invalid: spec.limits[0].default: Forbidden: may not be specified when `type` is \'Pod\'',
      ),
    ],
  },
]);
