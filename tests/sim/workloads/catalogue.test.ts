/** Scripted workloads as people put them together: queues, stores with a leader, programs that crash, burn and load. */
import { describe, expect, it } from 'vitest';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Stored } from '../../../src/sim/api/object.ts';
import type { World } from '../../../src/sim/world.ts';
import { advance, apply, bootWorld, deployment, podsOf, request, service, statuses } from '../../support/world.ts';
import { exec, findPod, log, scriptPod } from '../../support/shell.ts';

const replicas = (name: string, count: number, image: string, env: Readonly<Record<string, string>> = {}): string =>
  deployment(
    name,
    count,
    image,
    Object.keys(env).length === 0
      ? ''
      : `          env: ${JSON.stringify(Object.entries(env).map(([key, value]) => ({ name: key, value })))}\n`,
  );

const depth = (world: World): unknown => JSON.parse(exec(world, 'shell', 'curl', '-s', 'http://queue/orders').stdout);

function kill(world: World, name: string): void {
  request(world, 'DELETE', `/api/v1/namespaces/default/pods/${name}`, { gracePeriodSeconds: 0 });
}

const shell = scriptPod('shell', 'sleep infinity', { image: 'curlimages/curl:8.5.0' });

describe('a queue', () => {
  const queue = `${replicas('queue', 1, 'pilothouse/queue:1.0')}---\n${service('queue')}---\n${shell}`;

  it('shows its depth, and drains as fast as its consumers work', () => {
    const world = bootWorld();
    apply(world, queue);
    advance(world, 20);
    for (let order = 1; order <= 6; order += 1)
      expect(exec(world, 'shell', 'curl', '-s', '-d', `order ${order}`, 'http://queue/orders').stdout).toBe(
        `${order}\n`,
      );
    expect(depth(world)).toEqual({ queue: 'orders', ready: 6, locked: 0, done: 0, dead: 0 });
    apply(world, replicas('consumer', 2, 'pilothouse/consumer:1.0', { SECONDS_PER_MESSAGE: '5' }));
    advance(world, 10);
    expect(depth(world)).toMatchObject({ locked: 2 });
    advance(world, 20);
    expect(depth(world)).toEqual({ queue: 'orders', ready: 0, locked: 0, done: 6, dead: 0 });
    const logs = podsOf(world, 'consumer').map(({ metadata }) => log(world, metadata.name));
    expect(logs.flat().filter((line) => / done$/.test(line))).toHaveLength(6);
    expect(logs[0]![0]).toBe('consumer of http://queue/orders');
  });

  it('gives a message to another consumer when the lock of a killed one has run out', () => {
    const world = bootWorld();
    apply(world, `${queue}---\n${replicas('consumer', 1, 'pilothouse/consumer:1.0', { SECONDS_PER_MESSAGE: '20' })}`);
    advance(world, 20);
    exec(world, 'shell', 'curl', '-s', '-d', 'one', 'http://queue/orders');
    advance(world, 5);
    const [first] = podsOf(world, 'consumer');
    expect(log(world, first!.metadata.name)).toContain('message 1: one');
    kill(world, first!.metadata.name);
    advance(world, 20);
    expect(depth(world)).toMatchObject({ locked: 1, done: 0 });
    advance(world, 60);
    expect(depth(world)).toMatchObject({ ready: 0, locked: 0, done: 1 });
  });

  it('refuses a settlement after the lock was lost, and puts a message aside after ten deliveries', () => {
    const world = bootWorld();
    apply(world, queue);
    advance(world, 20);
    exec(world, 'shell', 'curl', '-s', '-d', 'poison', 'http://queue/orders');
    for (let delivery = 1; delivery <= 10; delivery += 1) {
      expect(exec(world, 'shell', 'curl', '-s', '-X', 'POST', 'http://queue/orders/take').stdout).toBe('1 poison\n');
      advance(world, 31);
    }
    expect(exec(world, 'shell', 'curl', '-s', '-X', 'DELETE', 'http://queue/orders/1').stdout).toBe(
      'the lock of message 1 is lost\n',
    );
    expect(depth(world)).toEqual({ queue: 'orders', ready: 0, locked: 0, done: 0, dead: 1 });
  });

  it('is filled by a producer at its rate', () => {
    const world = bootWorld();
    apply(world, queue);
    advance(world, 20);
    apply(world, replicas('producer', 1, 'pilothouse/producer:1.0', { EVERY_SECONDS: '2' }));
    advance(world, 40);
    const { ready } = depth(world) as { ready: number };
    expect(ready).toBeGreaterThanOrEqual(16);
    expect(ready).toBeLessThanOrEqual(20);
  });
});

const store = (image: string, more = ''): string => `apiVersion: v1
kind: Service
metadata: { name: db }
spec: { clusterIP: None, publishNotReadyAddresses: true, selector: { app: db }, ports: [{ port: 8080 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: 3
  podManagementPolicy: Parallel
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
${more}      containers:
        - name: store
          image: ${image}
          env: [{ name: PEERS, value: db }]
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
${shell}`;

const put = (world: World, replica: string, key: string, value: string): string =>
  exec(world, 'shell', 'curl', '-s', '-X', 'PUT', '-d', value, `http://${replica}.db:8080/keys/${key}`).stdout;
const read = (world: World, replica: string, key: string): string =>
  exec(world, 'shell', 'curl', '-s', `http://${replica}.db:8080/keys/${key}`).stdout;

describe('a store led by ordinal 0', () => {
  it('takes writes there alone, copies them to the others, and finds them again on its disk', () => {
    const world = bootWorld();
    apply(world, store('pilothouse/store:1.0'));
    advance(world, 90);
    expect(statuses(podsOf(world, 'db'))).toEqual(['Running', 'Running', 'Running']);
    expect(put(world, 'db-0', 'colour', 'green')).toBe('version 1\n');
    expect(put(world, 'db-1', 'colour', 'red')).toBe('db-1 is a follower; db-0 leads\n');
    advance(world, 5);
    expect(read(world, 'db-1', 'colour')).toBe('green\n');
    expect(read(world, 'db-2', 'colour')).toBe('green\n');
    expect(log(world, 'db-1')).toEqual(expect.arrayContaining(['follows db-0', 'copied version 1 from db-0']));
    kill(world, 'db-0');
    advance(world, 60);
    expect(log(world, 'db-0').slice(0, 2)).toEqual(['found version 1 in /data', 'leads']);
    expect(read(world, 'db-0', 'colour')).toBe('green\n');
    expect(put(world, 'db-0', 'colour', 'blue')).toBe('version 2\n');
  });
});

const RIGHTS = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: elect }
rules:
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [get, create, update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: elect }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: elect }
subjects: [{ kind: ServiceAccount, name: default, namespace: default }]
`;

const leaseHolder = (world: World): string | undefined =>
  (
    world.find('leases.coordination.k8s.io', 'default', 'store') as Stored<Lease> | undefined
  )?.spec?.holderIdentity?.split('_')[0];

describe('a store that elects its leader', () => {
  it('needs the right to the Lease, and says so', () => {
    const world = bootWorld();
    apply(world, store('pilothouse/elected-store:1.0'));
    advance(world, 90);
    expect(leaseHolder(world)).toBeUndefined();
    expect(log(world, 'db-0').filter((line) => line.startsWith('error'))).toEqual([
      'error retrieving resource lock default/store: leases.coordination.k8s.io "store" is forbidden: User "system:serviceaccount:default:default" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "default"',
    ]);
    expect(put(world, 'db-0', 'a', '1')).toBe('nobody leads\n');
    apply(world, RIGHTS);
    advance(world, 10);
    expect(leaseHolder(world)).toMatch(/^db-[012]$/);
  });

  it('has a new leader once the lease of a lost one has run out, with the values it had copied', () => {
    const world = bootWorld();
    apply(world, `${RIGHTS}---\n${store('pilothouse/elected-store:1.0')}`);
    advance(world, 90);
    const first = leaseHolder(world)!;
    expect(put(world, first, 'colour', 'green')).toBe('version 1\n');
    advance(world, 6);
    kill(world, first);
    advance(world, 2);
    expect(put(world, first === 'db-1' ? 'db-2' : 'db-1', 'colour', 'red')).toBe(
      `${first === 'db-1' ? 'db-2' : 'db-1'} is a follower; ${first} leads\n`,
    );
    const restored = world.fork();
    for (const copy of [world, restored]) {
      advance(copy, 30);
      const second = leaseHolder(copy)!;
      expect(second).not.toBe(first);
      expect(read(copy, second, 'colour')).toBe('green\n');
      expect(put(copy, second, 'colour', 'blue')).toBe('version 2\n');
    }
    expect(restored.hash()).toBe(world.hash());
  });
});

const workload = (name: string, spec: string): string =>
  `apiVersion: pilothouse.dev/v1\nkind: Workload\nmetadata: { name: ${name} }\nspec:\n  image: acme/${name}\n${spec}`;
const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name}, labels: { app: ${name} } }\nspec:\n  containers:\n    - name: main\n      image: acme/${name}\n${more}`;

describe('a program that crashes on a condition', () => {
  it('ends without the variable it needs, and stays up with it', () => {
    const world = bootWorld();
    apply(world, replicas('crash', 1, 'pilothouse/crash:1.0'));
    advance(world, 20);
    const [crashing] = podsOf(world, 'crash');
    expect(statuses([crashing!])).toEqual(['CrashLoopBackOff']);
    expect(log(world, crashing!.metadata.name)).toEqual(['panic: CONFIG is not set']);
    apply(world, replicas('crash', 1, 'pilothouse/crash:1.0', { CONFIG: 'yes' }));
    advance(world, 30);
    expect(statuses(podsOf(world, 'crash'))).toEqual(['Running']);
  });

  it('ends without its file, for an address where nothing listens, after requests, or when asked for a path', () => {
    const world = bootWorld();
    const cases = [
      workload('files', '  exit: { code: 3, log: no settings, when: { fileMissing: /etc/app/settings.yaml } }\n'),
      pod('files'),
      workload('needs', '  exit: { code: 4, when: { unreachable: "$(DB):5432" } }\n'),
      pod('needs', '      env: [{ name: DB, value: nowhere }]\n'),
      workload('worn', '  server: { ports: [80] }\n  exit: { code: 5, when: { requests: 3 } }\n'),
      pod('worn'),
      service('worn', 80),
      workload('asked', '  server: { ports: [80] }\n  exit: { code: 6, when: { path: /crash } }\n'),
      pod('asked'),
      service('asked', 80),
      shell,
    ];
    apply(world, cases.join('---\n'));
    advance(world, 30);
    const ended = (name: string): number | undefined =>
      findPod(world, name).status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode;
    expect([ended('files'), ended('needs'), ended('worn'), ended('asked')]).toEqual([3, 4, undefined, undefined]);
    expect(log(world, 'needs')).toEqual(["nc: bad address 'nowhere'", 'cannot connect to nowhere:5432']);
    expect(log(world, 'files')).toEqual(['no settings']);
    for (let request = 0; request < 3; request += 1) exec(world, 'shell', 'curl', '-s', 'http://worn/');
    exec(world, 'shell', 'curl', '-s', 'http://asked/');
    advance(world, 2);
    expect([ended('worn'), ended('asked')]).toEqual([5, undefined]);
    exec(world, 'shell', 'curl', '-s', 'http://asked/crash');
    advance(world, 2);
    expect(ended('asked')).toBe(6);
  });
});

describe('a Workload', () => {
  it('can say a program as a script that runs beside what is served', () => {
    const world = bootWorld();
    const script = 'i=0\n    while true; do i=$((i+1)); echo "tick $i on $HOSTNAME"; sleep 5; done\n';
    apply(
      world,
      [
        workload('ticker', `  server: { ports: [80], body: here }\n  script: |\n    ${script}`),
        pod('ticker'),
        service('ticker', 80),
        shell,
      ].join('---\n'),
    );
    advance(world, 30);
    expect(log(world, 'ticker').slice(0, 2)).toEqual(['tick 1 on ticker', 'tick 2 on ticker']);
    expect(exec(world, 'shell', 'curl', '-s', 'http://ticker/').stdout).toBe('here');
  });

  it('has one program and one way to answer', () => {
    const world = bootWorld();
    expect(() => apply(world, workload('both', '  script: "true"\n  consumer: { url: "http://queue/a" }\n'))).toThrow(
      'Workload.pilothouse.dev "both" is invalid: spec.script: Forbidden: spec.consumer is its program already',
    );
    expect(() => apply(world, workload('both', '  queue: {}\n  store: { peers: db }\n'))).toThrow(
      'spec.store: Forbidden: spec.queue says what it answers already',
    );
    expect(() => apply(world, workload('odd', '  exit: { when: { path: crash } }\n'))).toThrow(
      'spec.exit.when.path: Invalid value: "crash": must be an absolute path',
    );
  });
});

describe('a batch worker', () => {
  it('works through its items, and fails where it is told to', () => {
    const world = bootWorld();
    const job = (name: string, env: string): string => `apiVersion: batch/v1
kind: Job
metadata: { name: ${name} }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: main, image: 'pilothouse/batch:1.0', env: [${env}] }]
`;
    apply(
      world,
      `${job('good', '{ name: ITEMS, value: "3" }')}---\n${job('bad', '{ name: FAIL_AT, value: "2" }, { name: EXIT_CODE, value: "42" }')}`,
    );
    advance(world, 30);
    const conditions = (name: string): readonly string[] =>
      (
        world.find('jobs.batch', 'default', name) as Stored & {
          status?: { conditions?: readonly { type: string }[] };
        }
      ).status?.conditions?.map(({ type }) => type) ?? [];
    expect(conditions('good')).toContain('Complete');
    expect(conditions('bad')).toContain('Failed');
  });
});

describe('a client', () => {
  const client = (exitSeconds: number): string => `apiVersion: pilothouse.dev/v1
kind: Workload
metadata: { name: caller }
spec: { image: acme/caller, client: { url: http://web, everySeconds: 10 }, exit: { afterSeconds: ${exitSeconds} } }
---
apiVersion: v1
kind: Pod
metadata: { name: caller }
spec: { containers: [{ name: main, image: 'acme/caller:1' }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: main, image: 'pilothouse/web:1.0', ports: [{ containerPort: 8080 }] }] }
---
${service('web')}`;

  it('that has come back begins anew: what its last run had still to send is gone with it', () => {
    const brief = bootWorld();
    apply(brief, client(7));
    advance(brief, 60);
    expect(log(brief, 'web').filter((line) => line.includes('GET'))).toEqual([]);
    const long = bootWorld();
    apply(long, client(12));
    advance(long, 20);
    expect(log(long, 'web').filter((line) => line.includes('GET'))).toHaveLength(1);
  });
});
