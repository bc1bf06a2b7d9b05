/**
 * The worker's end: owns the run, answers calls one at a time, paces virtual time by the wall clock, and sends frames that
 * merge while the page has not acknowledged the last one. It is the one room that reads real time.
 */
import { AssertionFailure } from '../sim/kernel/index.ts';
import {
  RunFault,
  type Carrying,
  type CommandResult,
  type Fit,
  type LoggedCommand,
  type Run,
  type Study,
} from '../run/index.ts';
import type { KubectlEngine } from '../shell/terminal/index.ts';
import { answer, Later, type Session } from './calls.ts';
import { Studies } from './studies.ts';
import { FrameMaker } from './frames.ts';
import type { CallArguments, CallFault, CallName, FromWorker, Studied, ToWorker } from './messages.ts';

export interface HostPort {
  post(message: FromWorker): void;
  /** Milliseconds of a steady clock. */
  nowMs(): number;
  later(callback: () => void, delayMs: number): void;
  /** kubectl is as large as all the rest: it comes when the first command of a terminal is given or replayed. */
  loadKubectl(): Promise<KubectlEngine>;
}

/** Wall-clock milliseconds of simulation between two looks at the messages. */
const SLICE_MS = 12;
/** Frames are not sent more often. */
const FRAME_MS = 16;
/** A page that has been away (a sleeping laptop) is not made to catch up more than this. */
const CATCH_UP_MS = 250;

/** A command that takes longer than a slice. Whatever else would move the run waits until it is done. */
interface Job {
  readonly carrying: Carrying;
  readonly result: Later<CommandResult>;
  done: number;
  isCancelled: boolean;
}

type Call = Extract<ToWorker, { readonly kind: 'call' }>;

/** Calls that kubectl answers, and runs in whose log it stands. */
function needsKubectl({ name, args }: Call): boolean {
  if (name === 'typeLine' || name === 'completeLine') return true;
  if (name !== 'load') return false;
  const { commands } = (args as CallArguments<'load'>).scenario;
  return (
    Array.isArray(commands) && commands.some((entry: Partial<LoggedCommand>) => entry?.command?.verb === 'terminal')
  );
}

/** These go past a command under way: they read nothing of the run and move nothing. */
const PASSING = new Set<CallName>(['ping', 'cancel', 'cancelStudy']);

export class Host implements Session {
  run: Run | undefined;
  fits: readonly Fit[] = [];
  kubectl: KubectlEngine | undefined;
  isPlaying = false;
  speed = 1;
  private frames: FrameMaker | undefined;
  private lastTickMs = 0;
  /** Virtual time that is owed; fractions of a millisecond are kept. */
  private owed = 0;
  private isTicking = false;
  private isAwaited = false;
  private isFrameDue = false;
  private hasCrashed = false;
  private job: Job | undefined;
  private readonly queue: Call[] = [];
  private isLoading = false;

  private readonly studies: Studies;

  constructor(private readonly port: HostPort) {
    this.studies = new Studies(port, {
      attempt: (id, work) => this.attempt(id, work),
      reply: (id, reply) => this.port.post({ kind: 'reply', id, answer: reply }),
    });
  }

  receive(message: ToWorker): void {
    if (message.kind === 'acknowledge') {
      this.isAwaited = false;
      if (this.isFrameDue) this.sendFrame();
      return;
    }
    if ((this.job || this.isLoading) && !PASSING.has(message.name)) this.queue.push(message);
    else if (!this.kubectl && needsKubectl(message)) void this.loadFor(message);
    else this.handle(message);
  }

  /** Whatever comes meanwhile waits, so that everything is answered in its order. */
  private async loadFor(call: Call): Promise<void> {
    this.isLoading = true;
    try {
      this.kubectl = await this.port.loadKubectl();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.port.post({ kind: 'fault', id: call.id, fault: { code: 'kubectl.notLoaded', message } });
    }
    this.isLoading = false;
    if (this.kubectl) this.handle(call);
    this.drain();
  }

  private drain(): void {
    while (!this.job && !this.isLoading && this.queue.length > 0) this.receive(this.queue.shift()!);
  }

  private handle({ id, name, args }: Call): void {
    this.attempt(id, () => {
      const reply = answer(this, name, args);
      if (reply instanceof Later) reply.id = id;
      else this.reply(id, reply);
    });
  }

  /** The page has the log before it hears that a command is done: should this worker die, nothing acknowledged is lost. */
  private reply(id: number, reply: unknown): void {
    if (this.frames?.isLogStale) {
      this.isAwaited = false;
      this.sendFrame();
    }
    this.port.post({ kind: 'reply', id, answer: reply });
    this.sendFrame();
  }

  private attempt(id: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      const fault = faultOf(error);
      this.port.post({ kind: 'fault', id, fault });
      if (fault.isAssertion) this.crash(fault);
    }
  }

  /** What fits into a slice is answered at once; the rest goes on slice by slice, between which messages are heard. */
  carry(carrying: Carrying): CommandResult | Later<CommandResult> {
    const job: Job = { carrying, result: new Later(), done: 0, isCancelled: false };
    if (this.isThrough(job)) return carrying.end();
    this.job = job;
    this.port.later(() => this.goOn(job), 0);
    return job.result;
  }

  cancel(): void {
    if (this.job) this.job.isCancelled = true;
  }

  study<T, A>(study: Study<T>, answerOf: (found: T) => A): Later<Studied<A>> {
    return this.studies.begin(study, answerOf);
  }

  cancelStudy(): void {
    this.studies.cancel();
  }

  private isThrough(job: Job): boolean {
    const begin = this.port.nowMs();
    do {
      if (!job.carrying.next()) return true;
      job.done += 1;
    } while (this.port.nowMs() - begin < SLICE_MS);
    return false;
  }

  private goOn(job: Job): void {
    this.job = undefined;
    this.attempt(job.result.id, () => {
      if (job.isCancelled || this.isThrough(job)) return this.reply(job.result.id, job.carrying.end());
      this.job = job;
      this.port.post({ kind: 'progress', of: 'command', done: job.done, total: job.carrying.total });
      this.port.later(() => this.goOn(job), 0);
    });
    this.drain();
    if (!this.job && this.isPlaying) this.tickSoon(0);
  }

  take(run: Run): void {
    this.studies.cancel();
    this.run = run;
    this.frames = new FrameMaker(run);
    this.isPlaying = false;
    this.hasCrashed = false;
    this.owed = run.now;
  }

  play(): void {
    if (this.isPlaying || !this.run) return;
    this.isPlaying = true;
    this.owed = this.run.now;
    this.lastTickMs = this.port.nowMs();
    this.tickSoon(0);
  }

  pause(): void {
    this.isPlaying = false;
    if (this.run) this.owed = this.run.now;
  }

  /** After a jump, playing goes on from where the playhead is now. */
  rebase(): void {
    if (this.run) this.owed = this.run.now;
  }

  private tickSoon(delayMs: number): void {
    if (this.isTicking) return;
    this.isTicking = true;
    this.port.later(() => {
      this.isTicking = false;
      this.tick();
    }, delayMs);
  }

  private tick(): void {
    const { run } = this;
    if (!run || !this.isPlaying || this.hasCrashed || this.job) return;
    const begin = this.port.nowMs();
    const elapsedMs = Math.min(begin - this.lastTickMs, CATCH_UP_MS);
    this.lastTickMs = begin;
    this.owed += elapsedMs * this.speed;
    try {
      const isThere = run.advance(Math.floor(this.owed), () => this.port.nowMs() - begin < SLICE_MS);
      // A speed that the machine cannot hold is not owed for ever.
      if (!isThere) this.owed = Math.min(this.owed, run.now + CATCH_UP_MS * this.speed);
    } catch (error) {
      this.crash(faultOf(error));
      return;
    }
    this.sendFrame();
    this.tickSoon(Math.max(0, FRAME_MS - (this.port.nowMs() - begin)));
  }

  private sendFrame(): void {
    if (!this.frames || this.hasCrashed) return;
    if (this.isAwaited) {
      this.isFrameDue = true;
      return;
    }
    this.isFrameDue = false;
    this.isAwaited = true;
    this.port.post({ kind: 'frame', frame: this.frames.make(this) });
  }

  private crash(fault: CallFault): void {
    this.isPlaying = false;
    this.hasCrashed = true;
    this.port.post({ kind: 'crashed', fault });
  }
}

function faultOf(error: unknown): CallFault {
  if (error instanceof RunFault) return { code: error.code, message: error.message, values: error.values };
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof AssertionFailure ? 'worker.assertion' : 'worker.died', message, isAssertion: true };
}
