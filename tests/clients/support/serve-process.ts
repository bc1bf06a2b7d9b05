/** `serve` as a process of its own, and requests to it with the administrator's certificate of its kubeconfig. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../../..');

export interface Answer {
  readonly status: number;
  readonly body: { readonly [key: string]: unknown } & {
    readonly metadata?: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string };
    readonly items?: readonly Answer['body'][];
    readonly message?: string;
  };
}

export interface ServeProcess {
  readonly pid: number;
  /** The ready line; fails when the process ends before it. */
  readonly ready: Promise<string>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();

/** By node itself, so that signals reach the server and no wrapper of it. */
export function startServe(...args: readonly string[]): ServeProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/node/serve.ts', ...args], { cwd: ROOT });
  running.add(child);
  const text = { stdout: '', stderr: '' };
  let found: (line: string) => void = () => undefined;
  let lost: (error: Error) => void = () => undefined;
  const ready = new Promise<string>((fulfil, reject) => {
    [found, lost] = [fulfil, reject];
  });
  ready.catch(() => undefined);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part;
      const line = /^ready: .*$/m.exec(text.stdout)?.[0];
      if (line) found(line);
    });
  }
  const ended: ServeProcess['ended'] = new Promise((fulfil) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      lost(new Error(`ended with ${code ?? signal} before it was ready\n${text.stdout}\n${text.stderr}`));
      fulfil({ code, signal, ...text });
    });
  });
  return { pid: child.pid!, ready, ended, kill: (signal) => void child.kill(signal) };
}

/** Those of a test that failed before it could end them. */
export function endServes(): void {
  for (const child of running) child.kill('SIGKILL');
}

interface Kubeconfig {
  readonly clusters: readonly [{ cluster: { server: string; 'certificate-authority-data': string } }];
  readonly users: readonly [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
}

export class Client {
  private readonly server: URL;
  private readonly agent: Agent;

  constructor(kubeconfig: string) {
    const { clusters, users } = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
    const { cluster } = clusters[0];
    const { user } = users[0];
    const decoded = (text: string): Buffer => Buffer.from(text, 'base64');
    this.server = new URL(cluster.server);
    this.agent = new Agent({
      ca: decoded(cluster['certificate-authority-data']),
      cert: decoded(user['client-certificate-data']),
      key: decoded(user['client-key-data']),
      keepAlive: true,
      maxSockets: 8,
    });
  }

  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((fulfil, reject) => {
      const { hostname, port } = this.server;
      const host = hostname.replace(/^\[(.*)\]$/, '$1');
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const question = request({ host, port, path, method, headers, agent: this.agent }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => fulfil({ status: answer.statusCode!, body: JSON.parse(text) as Answer['body'] }));
        answer.on('error', reject);
      });
      question.on('error', reject);
      question.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Opens a watch; `ended` says how it came to its end. */
  watch(path: string): { readonly begun: Promise<void>; readonly ended: Promise<'whole' | 'cut'> } {
    const { hostname: host, port } = this.server;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((fulfil) => (begin = fulfil));
    const ended = new Promise<'whole' | 'cut'>((fulfil) => {
      const question = request({ host, port, path, agent: this.agent }, (answer) => {
        begin();
        answer.resume();
        answer.on('close', () => fulfil(answer.complete ? 'whole' : 'cut'));
        answer.on('error', () => undefined);
      });
      question.on('error', () => fulfil('cut'));
      question.end();
    });
    return { begun, ended };
  }

  close(): void {
    this.agent.destroy();
  }
}

/** A folder for a test, gone after it. */
export function scratch(): { readonly path: (name: string) => string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-serve-'));
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
