import type { Event } from 'kubernetes-types/core/v1';
import { expect } from 'vitest';
import type { World } from '../../src/sim/world.ts';
import { applied, get, parity, wait } from './support/parity.ts';

const BROADCASTER = 'staging/src/k8s.io/client-go/tools/events/event_broadcaster.go';
const BINDER = 'pkg/scheduler/framework/plugins/volumebinding/binder.go (GetPodVolumeClaims)';

const about = (world: World, pod: string, reason: string): readonly Event[] =>
  (world.eventsAbout(get(world, 'pods', pod)) as unknown as readonly Event[]).filter(
    (event) => event.reason === reason,
  );
const pod = (name: string, more: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\nspec: { ${more} containers: [{ name: c, image: "nginx:1.27" }] }\n`;

parity('Events of the scheduler', [
  {
    name: 'come by the newer API: with the time of the event, and no count, no source',
    upstream: BROADCASTER,
    manifests: pod('web', ''),
    steps: [
      wait(2),
      (world) => {
        const [event] = about(world, 'web', 'Scheduled');
        expect(event).toMatchObject({
          action: 'Binding',
          source: {},
          firstTimestamp: null,
          lastTimestamp: null,
          reportingComponent: 'default-scheduler',
          type: 'Normal',
        });
        expect(event!.eventTime).toMatch(/\.\d{6}Z$/);
        expect(event!.count).toBeUndefined();
      },
    ],
  },
  {
    name: 'become a series with the second of the same about an object that has not changed',
    upstream: BROADCASTER,
    manifests: pod('stuck', 'nodeSelector: { disk: ssd },'),
    steps: [
      wait(2),
      (world) => expect(about(world, 'stuck', 'FailedScheduling')).toHaveLength(1),
      // Nodes that come and go, and the flush of what waits for long, let it be tried again.
      wait(1000),
      (world) => {
        const events = about(world, 'stuck', 'FailedScheduling');
        expect(events.length).toBeLessThanOrEqual(3);
        expect(events.some(({ series }) => (series?.count ?? 0) >= 2)).toBe(true);
      },
    ],
  },
]);

parity('A pod whose claim is of a class that is not there', [
  {
    name: 'waits for its claim as for one that binds at once',
    upstream: BINDER,
    steps: [
      applied(
        `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: open }\nspec: { storageClassName: manual, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }\n---\n${pod('waits', 'volumes: [{ name: v, persistentVolumeClaim: { claimName: open } }],')}`,
      ),
      wait(2),
      (world) =>
        expect(about(world, 'waits', 'FailedScheduling')[0]!.message).toBe(
          '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found',
        ),
    ],
  },
]);
