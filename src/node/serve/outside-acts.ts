/**
 * What clients do to running containers past the API: exec, attach, typing, forwarded connections. Each is data, so that
 * a cluster that is kept can be played again with them: a command may end a container, and the API then tells of it.
 * Upstream: what the kubelet's streaming server is asked for (cri/streaming).
 */
import { HTTP_CLIENTS } from '../../sim/apiserver/http-watches.ts';
import { askForwarded } from '../../sim/network/index.ts';
import { OPEN_INPUT, type Reply } from '../../sim/workloads/index.ts';
import type { World } from '../../sim/world.ts';

export type OutsideAct =
  | {
      readonly act: 'exec';
      readonly podUid: string;
      readonly container: string;
      readonly argv: readonly string[];
      readonly hasInput: boolean;
      readonly hasTerminal: boolean;
    }
  | { readonly act: 'attach'; readonly podUid: string; readonly container: string }
  /** Without text, the input ends. */
  | { readonly act: 'type'; readonly session: number; readonly text?: string }
  /** Keys on the terminal of a session. */
  | { readonly act: 'press'; readonly session: number; readonly keys: string }
  | { readonly act: 'leave'; readonly session: number }
  | {
      readonly act: 'forward';
      readonly podIp: string;
      readonly port: number;
      readonly method: string;
      readonly path: string;
      readonly host: string;
    };

type Begin = Extract<OutsideAct, { act: 'exec' | 'attach' }>;
type Forward = Extract<OutsideAct, { act: 'forward' }>;

/** Carries acts out, each told to `keep` before. */
export class OutsideActs {
  /** Sessions that nobody has left. */
  private readonly open = new Set<number>();

  constructor(
    private readonly world: World,
    private readonly keep: (act: OutsideAct) => void,
  ) {}

  get sessionCount(): number {
    return this.open.size;
  }

  /** The number of a session; undefined when the container does not run. */
  begin(act: Begin): number | undefined {
    this.keep(act);
    return this.begun(act);
  }

  type(session: number, text: string | undefined): void {
    this.done(text === undefined ? { act: 'type', session } : { act: 'type', session, text });
  }

  press(session: number, keys: string): void {
    this.done({ act: 'press', session, keys });
  }

  leave(session: number): void {
    if (this.open.has(session)) this.done({ act: 'leave', session });
  }

  /** Those who were connected when the process before this one ended are no longer. */
  leaveAll(): void {
    for (const session of [...this.open]) this.leave(session);
  }

  forward(act: Omit<Forward, 'act'>): Reply | undefined {
    const whole = { act: 'forward', ...act } as const;
    this.keep(whole);
    return this.forwarded(whole);
  }

  /** Does again what was kept. */
  repeat(act: OutsideAct): void {
    if (act.act === 'exec' || act.act === 'attach') this.begun(act);
    else if (act.act === 'forward') this.forwarded(act);
    else this.told(act);
  }

  private done(act: Extract<OutsideAct, { act: 'type' | 'press' | 'leave' }>): void {
    this.keep(act);
    this.told(act);
  }

  private begun(act: Begin): number | undefined {
    const { processes } = this.world;
    const session = this.turn(() =>
      act.act === 'attach'
        ? processes.attach(act.podUid, act.container)
        : processes.exec(act.podUid, act.container, act.argv, {
            ...(act.hasInput ? { stdin: OPEN_INPUT } : {}),
            ...(act.hasTerminal ? { hasTerminal: true } : {}),
          }),
    );
    if (session !== undefined) this.open.add(session);
    return session;
  }

  private told(act: Extract<OutsideAct, { act: 'type' | 'press' | 'leave' }>): void {
    const { processes } = this.world;
    if (act.act === 'type') return this.turn(() => processes.type(act.session, act.text));
    if (act.act === 'press') return this.turn(() => processes.press(act.session, act.keys));
    this.open.delete(act.session);
    this.turn(() => processes.closeSession(act.session));
  }

  private forwarded({ podIp, method, path, host, port }: Forward): Reply | undefined {
    const { kernel, processes } = this.world;
    return this.turn(() => askForwarded({ kernel, processes }, podIp, { method, path, host, port }));
  }

  private turn<T>(work: () => T): T {
    return this.world.kernel.runParallelTurn(HTTP_CLIENTS, 0, work);
  }
}
