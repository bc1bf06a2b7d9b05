/**
 * Work on copies of the world, slice by slice between the messages, while the run goes on. One at a time: the next one ends
 * the one before. Each ends by itself after a while, with what it has found.
 */
import type { Study } from '../run/index.ts';
import { Later } from './calls.ts';
import type { FromWorker, Studied } from './messages.ts';

/** Wall-clock milliseconds of a slice. */
const SLICE_MS = 12;
/** Whoever waits has waited long enough. */
export const STUDY_LIMIT_MS = 30_000;

interface Port {
  post(message: FromWorker): void;
  nowMs(): number;
  later(callback: () => void, delayMs: number): void;
}

interface Answering {
  /** Does what may fail, and answers the call with the fault if it does. */
  attempt(id: number, work: () => void): void;
  reply(id: number, reply: unknown): void;
}

interface Under {
  readonly study: Study<unknown>;
  readonly answerOf: (found: never) => unknown;
  readonly result: Later<never>;
  readonly endsAtMs: number;
  isCancelled: boolean;
}

export class Studies {
  private under: Under | undefined;

  constructor(
    private readonly port: Port,
    private readonly answering: Answering,
  ) {}

  begin<T, A>(study: Study<T>, answerOf: (found: T) => A): Later<Studied<A>> {
    this.cancel();
    const result = new Later<Studied<A>>();
    const endsAtMs = this.port.nowMs() + STUDY_LIMIT_MS;
    const under = { study, answerOf, result, endsAtMs, isCancelled: false } as unknown as Under;
    this.under = under;
    this.port.later(() => this.goOn(under), 0);
    return result;
  }

  cancel(): void {
    if (this.under) this.under.isCancelled = true;
  }

  private goOn(under: Under): void {
    const { study, answerOf, result, endsAtMs } = under;
    this.answering.attempt(result.id, () => {
      const begin = this.port.nowMs();
      let hasMore = true;
      while (hasMore && !under.isCancelled && this.port.nowMs() - begin < SLICE_MS) hasMore = study.next();
      if (hasMore && !under.isCancelled && begin < endsAtMs) {
        this.port.post({ kind: 'progress', of: 'study', done: study.done, total: study.total });
        this.port.later(() => this.goOn(under), 0);
        return;
      }
      if (this.under === under) this.under = undefined;
      this.answering.reply(result.id, { found: answerOf(study.end() as never), isWhole: !hasMore });
    });
  }
}
