import { describe, expect, it } from 'vitest';
import { advance, apply, bootWorld, deployment, request, service, statuses } from '../../support/world.ts';
import { exec, findPod, log, scriptPod } from '../../support/shell.ts';

const web = `${deployment('web', 2, 'nginx:1.27').replace('8080', '80')}---\n${service('web', 80)}`;

describe('a script in a container', () => {
  it('waits for a service with an init container, as the documentation has it', () => {
    const world = bootWorld();
    const inits = `  initContainers:
    - name: wait
      image: busybox:1.28
      command: [sh, -c, 'until nslookup web.default.svc.cluster.local; do echo waiting for web; sleep 2; done']
`;
    apply(world, scriptPod('app', 'echo up; sleep 1000', { more: inits }));
    advance(world, 20);
    expect(statuses([findPod(world, 'app')])).toEqual(['Init:0/1']);
    expect(log(world, 'app', 'wait').filter((line) => line === 'waiting for web').length).toBeGreaterThan(5);
    apply(world, web);
    advance(world, 15);
    expect(statuses([findPod(world, 'app')])).toEqual(['Running']);
    expect(log(world, 'app', 'wait').slice(-3)[0]).toBe('Name:\tweb.default.svc.cluster.local');
    expect(log(world, 'app')).toEqual(['up']);
  });

  it('asks over the network and hears what curl, wget and nc hear', () => {
    const world = bootWorld();
    apply(world, web);
    advance(world, 15);
    apply(world, scriptPod('client', 'sleep 1000', { image: 'curlimages/curl:8.5.0' }));
    advance(world, 10);
    expect(exec(world, 'client', 'curl', '-s', 'http://web').stdout).toMatch(/Welcome to nginx!/);
    expect(exec(world, 'client', 'sh', '-c', 'curl -s -o /dev/null -w "%{http_code}\\n" http://web/')).toMatchObject({
      code: 0,
      stdout: '200\n',
    });
    expect(exec(world, 'client', 'curl', 'http://nowhere')).toEqual({
      code: 6,
      stdout: '',
      stderr: 'curl: (6) Could not resolve host: nowhere\n',
    });
    expect(exec(world, 'client', 'nc', '-z', 'web', '80').code).toBe(0);
    expect(exec(world, 'client', 'nc', '-zv', '-w', '2', 'web', '81').code).toBe(1);
    expect(exec(world, 'client', 'wget', '-qO-', 'http://web/').stdout).toMatch(/Welcome to nginx!/);
    expect(exec(world, 'client', 'cat', '/etc/resolv.conf').stdout).toBe(
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.0.0.10\noptions ndots:5\n',
    );
    expect(exec(world, 'client', 'nope')).toMatchObject({ code: 127 });
  });

  it('shares an emptyDir with its neighbours, so that a web server serves what an init container has written', () => {
    const world = bootWorld();
    apply(
      world,
      `apiVersion: v1
kind: Pod
metadata: { name: site }
spec:
  initContainers:
    - name: install
      image: busybox:1.36
      command: [sh, -c, 'echo "<h1>mine</h1>" > /work/index.html']
      volumeMounts: [{ name: dir, mountPath: /work }]
  containers:
    - name: nginx
      image: nginx:1.27
      ports: [{ containerPort: 80 }]
      volumeMounts: [{ name: dir, mountPath: /usr/share/nginx/html }]
  volumes: [{ name: dir, emptyDir: {} }]
`,
    );
    advance(world, 15);
    expect(exec(world, 'site', 'curl', '-s', 'localhost').stdout).toBe('<h1>mine</h1>\n');
    expect(exec(world, 'site', 'sh', '-c', 'curl -s -o /dev/null -w "%{http_code}" localhost/nope').stdout).toBe('404');
    expect(log(world, 'site')).toContainEqual(expect.stringMatching(/"GET \/ HTTP\/1\.1" 200 14$/));
  });

  it('sees ConfigMaps and Secrets as files and as variables, and fields of its pod', () => {
    const world = bootWorld();
    apply(
      world,
      `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { mode: fast, app.conf: "a=1\\n" }
---
apiVersion: v1
kind: Secret
metadata: { name: login }
stringData: { password: hunter2 }
---
apiVersion: v1
kind: Pod
metadata: { name: app, labels: { tier: front } }
spec:
  containers:
    - name: main
      image: busybox:1.36
      command: [sh, -c, 'echo "$GREETING"; cat /etc/app/app.conf /etc/login/password /etc/pod/labels; ls /etc/app; echo x > /etc/app/new; sleep 1000']
      envFrom: [{ configMapRef: { name: settings }, prefix: S_ }]
      env:
        - { name: MY_NODE, valueFrom: { fieldRef: { fieldPath: spec.nodeName } } }
        - { name: MY_IP, valueFrom: { fieldRef: { fieldPath: status.podIP } } }
        - { name: PASSWORD, valueFrom: { secretKeyRef: { name: login, key: password } } }
        - { name: CPU, valueFrom: { resourceFieldRef: { resource: limits.cpu } } }
        - { name: MEM, valueFrom: { resourceFieldRef: { resource: requests.memory, divisor: 1Mi } } }
        - { name: GREETING, value: 'hello $(PASSWORD) $(NOPE) $$(PASSWORD)' }
      resources: { requests: { memory: 64Mi }, limits: { cpu: 1500m } }
      volumeMounts:
        - { name: conf, mountPath: /etc/app }
        - { name: login, mountPath: /etc/login }
        - { name: pod, mountPath: /etc/pod }
  volumes:
    - { name: conf, configMap: { name: settings, items: [{ key: app.conf, path: app.conf }] } }
    - { name: login, secret: { secretName: login } }
    - { name: pod, downwardAPI: { items: [{ path: labels, fieldRef: { fieldPath: metadata.labels } }] } }
`,
    );
    advance(world, 10);
    expect(log(world, 'app')).toEqual([
      'hello hunter2 $(NOPE) $(PASSWORD)',
      'a=1',
      'hunter2tier="front"',
      'topology.kubernetes.io/region="koreacentral"',
      `topology.kubernetes.io/zone="${findPod(world, 'app').metadata.labels?.['topology.kubernetes.io/zone']}"app.conf`,
      "sh: can't create /etc/app/new: Read-only file system",
    ]);
    const pod = findPod(world, 'app');
    const env = exec(world, 'app', 'env').stdout;
    for (const line of [
      `MY_NODE=${pod.spec!.nodeName}`,
      `MY_IP=${pod.status!.podIP}`,
      'S_mode=fast',
      'CPU=2',
      'MEM=64',
    ])
      expect(env).toContain(`${line}\n`);
    expect(env).toContain('KUBERNETES_SERVICE_HOST=10.0.0.1\n');
  });

  it('that traps SIGTERM ends in its own way, and its log outlives a restart', () => {
    const world = bootWorld();
    apply(world, scriptPod('crash', 'echo run; sleep 3; echo end; exit 4'));
    advance(world, 12);
    expect(findPod(world, 'crash').status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 4, reason: 'Error' } },
    });
    expect(log(world, 'crash', undefined, true)).toEqual(['run', 'end']);
    const trap = 'trap "echo bye; exit 0" TERM; sleep 1000 & wait';
    apply(world, scriptPod('polite', trap));
    advance(world, 5);
    request(world, 'DELETE', '/api/v1/namespaces/default/pods/polite');
    advance(world, 1);
    expect(world.find('pods', 'default', 'polite')).toBeUndefined();
  });

  it('leaves its last words in the termination log', () => {
    const world = bootWorld();
    apply(world, scriptPod('last', 'echo why > /dev/termination-log; exit 2', { more: '  restartPolicy: Never\n' }));
    advance(world, 10);
    expect(findPod(world, 'last').status?.containerStatuses?.[0]?.state?.terminated?.message).toBe('why\n');
  });

  it('goes on in a fork exactly as in the original', () => {
    const world = bootWorld();
    apply(world, scriptPod('loop', 'i=0; while true; do i=$((i+1)); echo $i | tee -a /tmp/log; sleep 1; done'));
    advance(world, 8);
    const copy = world.fork();
    advance(world, 20);
    advance(copy, 20);
    expect(log(copy, 'loop')).toEqual(log(world, 'loop'));
    expect(copy.hash()).toBe(world.hash());
  });
});

describe('logs and exec', () => {
  it('refuse what the API server refuses', () => {
    const world = bootWorld();
    apply(world, scriptPod('two', 'sleep 1000', { container: '    - { name: side, image: nginx }\n' }));
    apply(world, scriptPod('stuck', 'sleep 1', { image: 'nginx:1.161' }));
    advance(world, 12);
    const refused = (pod: string, container?: string): string => {
      const read = world.streams.logs({ namespace: 'default', pod, ...(container ? { container } : {}) });
      return read.ok ? 'ok' : read.message;
    };
    expect(refused('none')).toBe('pods "none" not found');
    expect(refused('two')).toBe('a container name must be specified for pod two, choose one of: [main side]');
    expect(refused('two', 'other')).toBe('container other is not valid for pod two');
    expect(refused('two', 'side')).toBe('ok');
    expect(refused('stuck')).toBe(
      'container "main" in pod "stuck" is waiting to start: trying and failing to pull image',
    );
  });
});
