/** Streams of a stock kubectl: logs in all their forms, exec, attach, port-forward, and what is refused in words. */
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveCluster, type Served } from './support/served.ts';

let served: Served;
const run = (line: string, options?: { stdin?: string; code?: number }): ReturnType<Served['run']> =>
  served.run(line, options);

beforeAll(async () => {
  served = await serveCluster();
});
afterAll(() => served.stop());

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

async function listens(port: number): Promise<void> {
  for (let left = 200; left > 0; left -= 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on ${port}`);
}

const fetched = (port: number, path: string): Promise<{ status: number | undefined; body: string }> =>
  new Promise((resolve, reject) => {
    get({ port, path, host: '127.0.0.1', agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part: string) => (body += part));
      answer.on('end', () => resolve({ status: answer.statusCode, body }));
    }).on('error', reject);
  });

describe('kubectl logs', () => {
  it('follows a container until it ends, and shows its last lines, its newest, and their times', async () => {
    await run(
      `kubectl run teller --image=busybox --restart=Never -- sh -c 'for i in 1 2 3 4; do echo line $i; sleep 4; done'`,
    );
    await run('kubectl wait pod/teller --for=condition=Ready');
    expect((await run('kubectl logs -f teller')).stdout).toBe('line 1\nline 2\nline 3\nline 4\n');
    expect((await run('kubectl logs teller --tail=2')).stdout).toBe('line 3\nline 4\n');
    expect((await run('kubectl logs teller --tail=1 --timestamps')).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 4\n$/,
    );
    expect((await run('kubectl logs teller --limit-bytes=4')).stdout).toBe('line');
    served.host.clock.leap(60_000);
    expect((await run('kubectl logs teller --since=30s')).stdout).toBe('');
    expect((await run('kubectl logs teller --since=1h')).stdout).toContain('line 1');
  });

  it('shows all containers of all pods of a selector, with where each line comes from', async () => {
    const pod = (name: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: pair}}
spec:
  containers:
  - {name: left, image: busybox, command: [sh, -c, 'echo ${name} left; sleep 3600']}
  - {name: right, image: busybox, command: [sh, -c, 'echo ${name} right; sleep 3600']}
`;
    await run('kubectl apply -f -', { stdin: `${pod('one')}---${pod('two')}` });
    await run('kubectl wait pod -l app=pair --for=condition=Ready');
    const { stdout } = await run('kubectl logs -l app=pair --all-containers --prefix');
    expect(stdout.trim().split('\n').sort()).toEqual([
      '[pod/one/left] one left',
      '[pod/one/right] one right',
      '[pod/two/left] two left',
      '[pod/two/right] two right',
    ]);
    const chosen = await run('kubectl logs one');
    expect(chosen).toMatchObject({ stdout: 'one left\n', stderr: 'Defaulted container "left" out of: left, right\n' });
    expect((await run('kubectl logs one -c right')).stdout).toBe('one right\n');
    expect((await run('kubectl logs one -c nope', { code: 1 })).stderr).toBe(
      'error: container nope is not valid for pod one\n',
    );
  });

  it('shows the run before the last one, and says so where there is none', async () => {
    await run(`kubectl run again --image=busybox -- sh -c 'echo run; sleep 1; exit 1'`);
    await run("kubectl wait pod/again --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1");
    expect((await run('kubectl logs again --previous')).stdout).toBe('run\n');
    expect((await run('kubectl logs one -c left --previous', { code: 1 })).stderr).toBe(
      'Error from server (BadRequest): previous terminated container "left" in pod "one" not found\n',
    );
    await run('kubectl run stuck --image=registry.invalid/none:1');
    await run(
      "kubectl wait pod/stuck --for=jsonpath='{.status.containerStatuses[0].state.waiting.reason}'=ImagePullBackOff",
    );
    expect((await run('kubectl logs stuck', { code: 1 })).stderr).toMatch(
      /^Error from server \(BadRequest\): container "stuck" in pod "stuck" is waiting to start: /,
    );
  });
});

describe('kubectl exec, run and attach', () => {
  it('runs a pod for one command, shows its output, ends with its code, and takes the pod away', async () => {
    const once = await run(`kubectl run once -i --rm --image=busybox --restart=Never -- sh -c 'echo hi; hostname'`);
    expect(once.stdout).toBe('hi\nonce\npod "once" deleted from default namespace\n');
    expect((await run('kubectl get pod once', { code: 1 })).stderr).toContain('NotFound');
  });

  it('reads commands line by line from whoever has attached, and ends with their exit code', async () => {
    const stdin = 'echo one\nfor i in 1 2; do\n  echo $i\ndone\ncd /tmp\npwd\nexit 4\n';
    const typed = await run('kubectl run shell -i --rm --image=busybox --restart=Never -- sh', { stdin, code: 4 });
    expect(typed.stdout).toContain('one\n1\n2\n/tmp\n');
    expect(typed.stderr).toContain('pod default/shell terminated (Error)');
    expect((await run('kubectl exec -i one -c left -- sh', { stdin: 'echo $((6 * 7))\n' })).stdout).toBe('42\n');
  });

  it('asks for commands on a terminal, and echoes what is typed', async () => {
    const keys = 'echo onx\\x7fe\\rcd /tmp\\rpwd\\rexit\\r';
    const line = `printf '${keys}' | script -qec "kubectl exec -it one -c left -- sh" /dev/null`;
    const { stdout } = await run(line);
    expect(stdout).toContain('/ # ');
    expect(stdout).toMatch(/\r\none\r\n/);
    expect(stdout).toContain('/tmp # ');
  });

  it('attaches to what runs, and sees what it writes from then on', async () => {
    await run(
      `kubectl run ticker --image=busybox --restart=Never -- sh -c 'for i in 1 2 3; do sleep 15; echo tick $i; done'`,
    );
    await run('kubectl wait pod/ticker --for=condition=Ready');
    const { stdout } = await run('kubectl attach ticker');
    expect(stdout).toContain('tick 3\n');
  });

  it('refuses to copy files, in words', async () => {
    const refused = await run('kubectl cp one:/etc/hostname here -c left', { code: 1 });
    // What the tar in the container complains of, kubectl shows on its standard output.
    expect(refused.stdout).toContain('kubectl cp is not supported');
    await run('echo x > there');
    expect((await run('kubectl cp there one:/tmp/there -c left', { code: 1 })).stderr).toContain(
      'kubectl cp is not supported',
    );
  });
});

describe('kubectl port-forward', () => {
  beforeAll(async () => {
    await run('kubectl create deployment web --image=nginx:1.27 --port=80');
    await run('kubectl expose deployment web --port=8000 --target-port=80');
    await run('kubectl rollout status deployment/web');
  });

  it('brings requests to a pod, and to a pod behind a Service, several over one connection', async () => {
    for (const target of ['deployment/web', 'service/web']) {
      const port = await freePort();
      const forward = served.start(
        `exec kubectl port-forward ${target} ${port}:${target === 'service/web' ? 8000 : 80}`,
      );
      await listens(port);
      const answers = await Promise.all([1, 2, 3].map(() => fetched(port, '/')));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body).toContain('Welcome to nginx!');
      }
      forward.stop();
    }
    expect((await run('kubectl logs deployment/web')).stdout).toContain('"GET / HTTP/1.1" 200');
  });

  it('says that nothing listens there', async () => {
    const port = await freePort();
    const forward = served.start(`exec kubectl port-forward deployment/web ${port}:81`);
    await listens(port);
    // The first connection that fails ends the tunnel, and whatever else has just come in by it: no one is left waiting.
    await Promise.all([1, 2, 3].map(() => expect(fetched(port, '/')).rejects.toThrow()));
    const { stderr, code } = await forward.ended;
    expect(stderr).toContain('connect: connection refused');
    expect(stderr).toContain('error: lost connection to pod');
    expect(code).toBe(1);
  });
});
