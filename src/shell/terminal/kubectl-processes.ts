/** Runs kubectl as a command of the shell: hands it the cluster, and wakes it when it waits for time or for a change. */
import { routeOf } from '../../sim/apiserver/http-route.ts';
import { resourceName } from '../../sim/api/index.ts';
import { CLIENT } from '../../sim/kernel/index.ts';
import { isWait, type Files, type Scope, type ShellCommand, type ShellState } from '../../sim/workloads/index.ts';
import type { World } from '../../sim/world.ts';
import type {
  Keyboard,
  KubeconfigState,
  KubectlContext,
  KubectlStep,
  RestAnswer,
  RestCall,
  WaitingState,
} from '../kubectl/context.ts';
import { HOME } from './disk.ts';
import type { KubectlEngine } from './engine.ts';

/** Who kubectl says it is. */
export const USER_AGENT = 'kubectl/v1.35.0 (linux/amd64)';
/** The pipe from which a program reads what is typed. */
export const KEYBOARD = 0;
/** As many run within one moment; a loop's next one waits until the answers so far have come. */
const RUNS_PER_MOMENT = 20;

interface OpenWatch {
  readonly id: string;
  readonly path: string;
  /** Replies that wake who waits for this path. */
  readonly replies: readonly number[];
}

/** Who waits for more of an execution in a container, for what is typed, or for a line that says that a text is edited. */
interface Joined {
  readonly reply: number;
  readonly execution?: number;
  readonly input?: 'lines' | 'keys';
}

/** A file of the home folder that the page's editor is asked to open. */
export interface Editing {
  readonly name: string;
  /** Grows whenever the text is given out anew. */
  readonly round: number;
}

export interface KubectlWaits {
  readonly lastReply: number;
  readonly watches: readonly OpenWatch[];
  readonly joined: readonly Joined[];
  readonly editing: Editing | undefined;
  readonly rounds: number;
}

export interface KubectlPorts {
  columns(): number;
}

export class KubectlProcesses {
  config: KubeconfigState;
  private lastReply = 0;
  private watches: readonly OpenWatch[] = [];
  private joined: readonly Joined[] = [];
  editing: Editing | undefined;
  private rounds = 0;
  private runs = 0;

  constructor(
    private readonly world: World,
    private readonly engine: () => KubectlEngine,
    private readonly ports: KubectlPorts,
  ) {
    const name = world.options.clusterName;
    const user = `clusterUser_${world.options.resourceGroup}_${name}`;
    this.config = {
      currentContext: name,
      contexts: [{ name, cluster: name, user }],
      clusters: [{ name, server: `https://${world.serverHost}` }],
      users: [{ name: user }],
    };
  }

  /** Another moment begins. */
  begin(): void {
    this.runs = 0;
  }

  /** Every key goes to a container: the terminal itself neither shows what is typed nor acts on it. */
  get takesKeys(): boolean {
    return this.joined.some(({ input }) => input === 'keys');
  }

  /** Something has been typed: whoever passes it on goes on. */
  hearKeys(shell: ShellState): void {
    for (const { reply, input } of this.joined) if (input !== undefined) shell.replies[reply] = true;
  }

  /** An execution has written more, or has ended: true when somebody waited for it. */
  hearOutput(shell: ShellState, execution: number): boolean {
    const found = this.joined.find((item) => item.execution === execution);
    if (found) shell.replies[found.reply] = true;
    return found !== undefined;
  }

  /** The command line is over: nobody watches any more, or looks into a container. */
  end(): void {
    for (const { execution } of this.joined) if (execution !== undefined) this.world.streams.close(execution);
    this.joined = [];
    this.editing = undefined;
    for (const { id } of this.watches) this.world.api.unwatch(CLIENT, id);
    this.watches = [];
  }

  /** A delivery has come: true when somebody waited for it. */
  hear(shell: ShellState, watch: string): boolean {
    const found = this.watches.find(({ id }) => id === watch);
    for (const reply of found?.replies ?? []) shell.replies[reply] = true;
    return (found?.replies.length ?? 0) > 0;
  }

  command(files: Files): ShellCommand {
    return (io, [, ...argv]) => {
      const { memory, frame, scope } = io;
      if (memory['kubectl'] === undefined && this.runs >= RUNS_PER_MOMENT && memory['held'] === undefined) {
        memory['held'] = true;
        return { kind: 'until', at: Math.max(this.world.kernel.turn.cursor, io.host.nowMs + 1) };
      }
      const isTyped = frame.streams.input.kind === 'pipe' && frame.streams.input.pipe === KEYBOARD;
      const stdin = memory['kubectl'] === undefined && readsInput(argv, isTyped) ? io.readAll() : '';
      if (isWait(stdin)) return stdin;
      this.runs += 1;
      const keyboard = isTyped ? keyboardOf(io.state) : undefined;
      const context = {
        ...this.context({ files, scope }, stdin),
        ...(keyboard ? { keyboard } : {}),
        ...this.editedIn(files, keyboard),
      };
      const state = memory['kubectl'] as WaitingState | undefined;
      const step = state ? this.engine().resume(state, context) : this.engine().start(argv, context);
      this.release(io.state, memory['reply'] as number | undefined);
      for (const { stream, text } of step.written) {
        if (stream === 'stdout') io.out(text);
        else io.err(text);
      }
      if (!step.done) {
        memory['kubectl'] = step.state;
        memory['reply'] = this.await(step);
        if (step.wake.edit) this.openEditor(files, step.wake.edit);
        const until = step.wake.atMs - this.world.options.epochMs;
        return { kind: 'reply', id: memory['reply'] as number, until: Math.max(until, io.host.nowMs + 1) };
      }
      delete memory['kubectl'];
      if (step.config) this.config = step.config;
      if (step.kept) files.write(step.kept.path, step.kept.text);
      return step.code;
    };
  }

  /** What the editor's file holds, once a line has been typed that says so. */
  private editedIn(files: Files, keyboard: Keyboard | undefined): { readonly edited?: string } {
    const { editing } = this;
    if (!editing || !keyboard || keyboard.take() === '') return {};
    const path = `${HOME}/${editing.name}`;
    const edited = files.read(path)?.text ?? '';
    files.remove(path);
    this.editing = undefined;
    return { edited };
  }

  private openEditor(files: Files, { name, text }: { readonly name: string; readonly text: string }): void {
    files.write(`${HOME}/${name}`, text);
    this.rounds += 1;
    this.editing = { name, round: this.rounds };
  }

  context({ files, scope }: { readonly files: Files; readonly scope: Scope }, stdin: string): KubectlContext {
    const { world } = this;
    const absolute = (path: string): string => resolved(path, scope.directory);
    return {
      request: (call) => this.request(call),
      nowMs: world.options.epochMs + (world.kernel.hasTurn ? world.kernel.turn.cursor : world.now),
      stdin,
      readFile: (path) => files.read(absolute(path))?.text,
      listFiles: (path) => files.list(absolute(path)),
      config: this.config,
      columns: this.ports.columns(),
      streams: world.streams,
      formatLogTime: (atMs) => world.kernel.formatMicroTime(atMs),
    };
  }

  private request({ method, path, headers = {}, body = '' }: RestCall): RestAnswer {
    if (path.startsWith('/openapi/v3') && this.world.api.isListening) {
      const text = this.engine().openApi(path);
      if (text !== undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body: text };
    }
    const answer = this.world.request({ method, path, headers: { 'user-agent': USER_AGENT, ...headers }, body });
    return { ...answer, body: typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body) };
  }

  /** Keeps a watch open on each path that is waited for. */
  private await({ wake }: Extract<KubectlStep, { readonly done: false }>): number {
    this.lastReply += 1;
    const reply = this.lastReply;
    for (const path of wake.paths) {
      const open = this.watches.find((watch) => watch.path === path);
      if (open) this.replace({ ...open, replies: [...open.replies, reply] });
      else this.open(path, reply);
    }
    const { execution, edit } = wake;
    const input = edit ? 'lines' : wake.input;
    if (execution !== undefined || input) {
      const joined = { ...(execution === undefined ? {} : { execution }), ...(input ? { input } : {}) };
      this.joined = [...this.joined, { reply, ...joined }];
    }
    if (execution !== undefined) this.world.streams.listen(execution, CLIENT);
    return reply;
  }

  private open(path: string, reply: number): void {
    const { api } = this.world;
    const route = routeOf(api, path.replace(/\?.*$/, ''));
    if (!route) return;
    const id = `kubectl-${reply}-${this.watches.length}`;
    this.watches = [...this.watches, { id, path, replies: [reply] }];
    this.world.watch({
      watch: id,
      component: CLIENT,
      resource: resourceName(route.kind),
      ...(route.namespace ? { namespace: route.namespace } : {}),
      ...(route.name ? { fieldSelector: `metadata.name=${route.name}` } : {}),
      resourceVersion: String(this.world.revision),
    });
  }

  private replace(watch: OpenWatch): void {
    this.watches = this.watches.map((other) => (other.id === watch.id ? watch : other));
  }

  /** The one who waited under this number goes on. */
  private release(shell: ShellState, reply: number | undefined): void {
    if (reply === undefined) return;
    delete shell.replies[reply];
    this.joined = this.joined.filter((item) => item.reply !== reply);
    for (const watch of this.watches)
      if (watch.replies.includes(reply))
        this.replace({ ...watch, replies: watch.replies.filter((id) => id !== reply) });
  }

  save(): KubectlWaits {
    return {
      lastReply: this.lastReply,
      watches: this.watches,
      joined: this.joined,
      editing: this.editing,
      rounds: this.rounds,
    };
  }

  load({ lastReply, watches, joined, editing, rounds }: KubectlWaits, config: KubeconfigState): void {
    this.lastReply = lastReply;
    this.watches = watches;
    this.joined = joined;
    this.editing = editing;
    this.rounds = rounds;
    this.config = config;
  }
}

function keyboardOf(shell: ShellState): Keyboard {
  const pipe = shell.pipes[KEYBOARD]!;
  return {
    take: () => {
      const { text } = pipe;
      pipe.text = '';
      return text;
    },
    isEnded: pipe.writers === 0,
  };
}

function resolved(path: string, directory: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${directory}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Whether it reads all of its input before it begins: `-f -` always does; `-i` what is piped in, for keys come while it runs. */
function readsInput(argv: readonly string[], isTyped: boolean): boolean {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  if (own.some((word) => word === '-' || /^(-f|--filename=)-$/.test(word))) return true;
  return !isTyped && own.some((word) => word === '--stdin' || /^-[it]*i[it]*$/.test(word));
}
