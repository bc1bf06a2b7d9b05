/** A stock kubectl and the page's own, side by side on one cluster whose time stands still. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesTools } from '../../../src/node/kubernetes-tools.ts';
import { ApiHost } from '../../../src/node/serve/api-host.ts';
import { makeCredentials } from '../../../src/node/serve/authority.ts';
import { kubeconfigText } from '../../../src/node/serve/kubeconfig.ts';
import { openApiAnswer } from '../../../src/node/serve/openapi.ts';
import { encode } from '../../../src/node/serve/wire.ts';
import { serveHttp, type HttpAnswer } from '../../../src/sim/apiserver/http.ts';
import { HTTP_CLIENTS } from '../../../src/sim/apiserver/http-watches.ts';
import type { World } from '../../../src/sim/world.ts';
import {
  resumeKubectl,
  startKubectl,
  type KubeconfigState,
  type KubectlContext,
} from '../../../src/shell/kubectl/index.ts';
import type { Output } from './served.ts';

export interface Twins {
  readonly world: World;
  /** Both answers to one line, each from the same state; what they wrote is taken back. */
  both(line: string, stdin?: string): Promise<{ readonly stock: Outcome; readonly own: Outcome }>;
  /** A line of the page's own, whose changes stay. */
  own(line: string, stdin?: string): Output;
  stop(): Promise<void>;
}

export interface Outcome extends Output {
  /** What it wrote, object by object, without what differs by nature: uids, revisions, times. */
  readonly written: readonly string[];
}

const certificate = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** Words of a line as a shell splits them: quotes, and a backslash before a character. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  for (const [, text] of line.matchAll(/((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\])+)/g)) {
    words.push(
      text!.replace(
        /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
        (_, single?: string, double?: string, char?: string) =>
          single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? char ?? '',
      ),
    );
  }
  return words;
}

export async function makeTwins(world: World, files: Readonly<Record<string, string>> = {}): Promise<Twins> {
  const credentials = await makeCredentials([], 'admin');
  const host = new ApiHost({ world, credentials, pace: { kind: 'held' }, host: '127.0.0.1', port: 0 });
  const address = await host.start();
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-twins-'));
  const kubeconfig = join(folder, '.kubeconfig');
  const resetConfig = (): void =>
    writeFileSync(kubeconfig, kubeconfigText(address, 'lab', credentials), { mode: 0o600 });
  resetConfig();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const config: KubeconfigState = {
    currentContext: 'lab',
    contexts: [{ name: 'lab', cluster: 'lab', user: 'admin_lab' }],
    clusters: [{ name: 'lab', server: address }],
    users: [{ name: 'admin_lab' }],
  };
  const environment = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig, LANG: 'C.UTF-8', TZ: 'UTC' };

  /** What an editor does to a text: a script of `sed` behind `%`, for both. */
  let script = '';
  let isEdit = false;
  const edit = (text: string): string =>
    execFileSync('sed', ['-E', script], { input: text, encoding: 'utf8', env: { PATH: process.env['PATH'] } });
  const stock = (argv: readonly string[], stdin: string): Promise<Output> =>
    new Promise((done) => {
      const editor = `sed -E -i '${script}'`;
      const options = {
        cwd: folder,
        env: { ...environment, KUBE_EDITOR: editor },
        maxBuffer: 64 * 1024 * 1024,
        timeout: 60_000,
      };
      const child = execFile(kubernetesTools().kubectl, [...argv], options, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        done({ stdout, stderr, code });
      });
      child.stdin?.on('error', () => undefined).end(stdin);
    });

  const inTurn = <T>(act: () => T): T => world.kernel.runParallelTurn(HTTP_CLIENTS, 0, act);
  const context = (stdin: string, edited?: string): KubectlContext => ({
    ...(isEdit ? { keyboard: { take: () => '', isEnded: false } } : {}),
    ...(edited === undefined ? {} : { edited }),
    request: ({ method, path, headers = {}, body = '' }) => answerOf(world, { method, path, headers, body }),
    nowMs: world.options.epochMs + world.now,
    stdin,
    readFile: (path) => files[path],
    listFiles: (path) => (path === '.' ? Object.keys(files) : []),
    config,
    columns: 120,
    streams: {
      logs: (name, query) => world.streams.logs(name, query),
      exec: (name, argv, options) => inTurn(() => world.streams.exec(name, argv, options)),
      attach: (name) => inTurn(() => world.streams.attach(name)),
      type: (id, text) => inTurn(() => world.streams.type(id, text)),
      press: (id, keys) => inTurn(() => world.streams.press(id, keys)),
      execution: (id) => world.streams.execution(id),
      close: (id) => world.streams.close(id),
    },
    formatLogTime: (at) => world.kernel.formatMicroTime(at).replace(/Z$/, '000Z'),
  });

  /** What an execution has come to: its end, or how much it has written. */
  const outputOf = (id: number | undefined): number | undefined => {
    const found = id === undefined ? undefined : world.streams.execution(id);
    return found && found.stdout.length + found.stderr.length + (found.exitCode === undefined ? 0 : 1);
  };
  const own = (argv: readonly string[], stdin: string): Output => {
    let step = startKubectl(argv, context(stdin));
    let written = step.written;
    for (let count = 0; !step.done && count < 10_000; count += 1) {
      if (step.wake.edit) {
        step = resumeKubectl(step.state, context('', edit(step.wake.edit.text)));
        written = [...written, ...step.written];
        continue;
      }
      const nowMs = world.options.epochMs + world.now;
      const { revision } = world;
      const until = step.wake.atMs - world.options.epochMs;
      const seen = outputOf(step.wake.execution);
      while (
        world.revision === revision &&
        outputOf(step.wake.execution) === seen &&
        world.kernel.step(Math.max(until, world.now))
      );
      if (outputOf(step.wake.execution) === seen && world.options.epochMs + world.now === nowMs)
        world.kernel.advanceTo(Math.max(until, world.now + 1));
      step = resumeKubectl(JSON.parse(JSON.stringify(step.state)) as typeof step.state, context(''));
      written = [...written, ...step.written];
    }
    const textOf = (wanted: string): string =>
      written.flatMap(({ stream, text }) => (stream === wanted ? [text] : [])).join('');
    return { stdout: textOf('stdout'), stderr: textOf('stderr'), code: step.done ? step.code : -1 };
  };

  return {
    world,
    own: (line, stdin = '') => own(wordsOf(line), stdin),
    both: async (line, stdin = '') => {
      const [typed = '', editing = ''] = line.split(' % ');
      script = editing;
      isEdit = typed.startsWith('edit');
      const argv = wordsOf(typed);
      world.kernel.advanceTo(world.now);
      const before = world.save();
      const { revision } = world;
      const first = await stock(argv, stdin);
      const stockWrote = writtenSince(world, revision);
      resetConfig();
      world.load(before);
      const second = own(argv, stdin);
      const ownWrote = writtenSince(world, revision);
      world.load(before);
      return { stock: { ...first, written: stockWrote }, own: { ...second, written: ownWrote } };
    },
    stop: async () => {
      await host.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const OWN_TO_EACH = new Set(['uid', 'resourceVersion', 'time']);

function writtenSince(world: World, revision: number): readonly string[] {
  const changes = world.changesSince(revision) ?? [];
  return changes
    .filter(({ resource }) => !['events', 'leases.coordination.k8s.io'].includes(resource))
    .map(({ resource, object, isDeleted }) => {
      const text = JSON.stringify(sorted(object), (key, value: unknown) => (OWN_TO_EACH.has(key) ? undefined : value));
      return `${resource} ${isDeleted ? 'deleted' : text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')}`;
    });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

function answerOf(world: World, question: Parameters<typeof serveHttp>[1]): ReturnType<KubectlContext['request']> {
  const caller = { certificate, allowsAnonymous: false };
  const ask = (path: string): HttpAnswer => serveHttp(world.api, { ...question, path }, caller);
  const answer =
    openApiAnswer(question, ask) ??
    world.kernel.runParallelTurn(HTTP_CLIENTS, 0, () => serveHttp(world.api, question, caller));
  const { status, headers, body } = answer;
  return { status, headers, body: typeof body === 'string' ? body : `${encode(body)}\n` };
}
