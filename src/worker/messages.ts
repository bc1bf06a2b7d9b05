/** Everything that the page and the worker say to each other: calls with answers, and pushes. */
import type {
  Audit,
  ClusterCheck,
  ClusterChoices,
  Command,
  CommandResult,
  Comparison,
  RunGoal,
  DecisionRecord,
  DecisionSummary,
  DiffEntry,
  Fault,
  FitEdit,
  FitProposal,
  ForkNotice,
  Frame,
  Inspection,
  ObjectSeries,
  ObjectTable,
  ReachedGoal,
  Scenario,
  TypedOutcome,
} from '../run/types.ts';
import type { Completion, TypedLine } from '../shell/terminal/index.ts';
import type { WorldOptions } from '../sim/options.ts';
import type { ChartDescription, TraceEvent } from '../sim/kernel/index.ts';

export type StepUnit = 'event' | 'decision' | 'tick';

export interface TraceFilter {
  readonly types?: readonly string[];
  readonly component?: string;
  /** Record key of an object. */
  readonly object?: string;
  readonly text?: string;
  /** Events before this sequence number, newest first up to `limit`; the answer is oldest first. */
  readonly before?: number;
  readonly limit: number;
}

/** Name to [arguments, answer]. */
export interface Calls {
  /** Starts another run; the answer comes when its boot is over. A bad scenario is refused with a `CallFault`. */
  load: [{ scenario: Scenario; play: boolean }, { startTime: number }];
  /** The run as it stands, for links, files and the saved state. */
  scenario: [Record<string, never>, Scenario];
  play: [Record<string, never>, void];
  pause: [Record<string, never>, void];
  /** Virtual milliseconds a wall-clock millisecond, 0.1 to 1000. */
  speed: [{ factor: number }, void];
  step: [{ unit: StepUnit; direction: 1 | -1 }, { seq: number; time: number }];
  seek: [{ time: number } | { seq: number }, { time: number }];
  /** What a command at the playhead would discard; zeros at the end of the run. */
  forkNotice: [Record<string, never>, ForkNotice];
  /** Carries a command out at the playhead. On the past this forks: `confirmFork` must be true, else a `CallFault` says what goes. */
  command: [{ command: Command; confirmFork: boolean }, CommandResult];
  /** Gives the run a name; an empty one takes it away. */
  rename: [{ title: string }, void];
  /** A read of the API server, on a copy: the run stays as it is. */
  query: [Omit<Extract<Command, { verb: 'request' }>, 'verb'>, NonNullable<CommandResult['response']>];
  /** A line typed into the terminal, with the editor's files as they are. In the past, only what reads is done without `confirmFork`. */
  typeLine: [
    Omit<TypedLine, 'files'> & { readonly files: Readonly<Record<string, string>>; readonly confirmFork: boolean },
    TypedOutcome,
  ];
  /** What Tab offers behind a line up to the cursor. */
  completeLine: [{ line: string; files: Readonly<Record<string, string>> }, Completion];
  /** Text of a file that a command of the terminal has written. */
  terminalFile: [{ name: string }, string | undefined];
  /** Breaks off the command under way; what it has done so far stays done. */
  cancel: [Record<string, never>, void];
  /** Answered at once: the page asks whether anybody is there. */
  ping: [Record<string, never>, void];
  /** Texts of the editor, kept with the scenario. */
  files: [{ files: Readonly<Record<string, string>> }, void];
  /** The text in tidy form; undefined when it cannot be read. */
  format: [{ text: string }, string | undefined];
  diff: [{ file: string; text: string }, readonly DiffEntry[]];
  /** Schema and semantic faults of a text, with the live cluster and the other files in view. */
  check: [{ file: string; text: string; others?: Readonly<Record<string, string>> }, readonly Fault[]];
  inspect: [{ key: string }, Inspection];
  /** How an object's numbers, and those of what it owns, went up to the playhead. */
  series: [{ key: string }, ObjectSeries];
  why: [{ seq: number } | { key: string }, readonly TraceEvent[]];
  trace: [TraceFilter, { events: readonly TraceEvent[]; total: number }];
  decisions: [{ namespace?: string; pod?: string }, readonly DecisionSummary[]];
  decision: [{ attempt: number }, DecisionRecord | undefined];
  charts: [Record<string, never>, readonly ChartDescription[]];
  hash: [Record<string, never>, string];
  /** Kinds and what is behind them: the support table. */
  support: [Record<string, never>, readonly SupportRow[]];
  /** Objects of a kind in kubectl's columns; without a namespace, of all. */
  table: [{ resource: string; namespace?: string }, ObjectTable];
  clusterChoices: [Record<string, never>, ClusterChoices];
  checkCluster: [{ options: WorldOptions }, ClusterCheck];
  /** "What would make it fit?": changes that were each tried out on a copy of the cluster, the smallest first. */
  fit: [{ namespace: string; pod: string }, Studied<readonly FitProposal[]>];
  /** What a proposal of the last search does to the texts; undefined for one that is a command. */
  fitEdit: [{ proposal: number; files: Readonly<Record<string, string>> }, FitEdit | undefined];
  /** Two scheduler configurations, as YAML, on the pods of now. */
  compare: [{ texts: readonly [string, string] }, Studied<Comparison>];
  /** Plays the run once more up to the playhead, with every invariant checked after every step. */
  audit: [Record<string, never>, Studied<Audit>];
  /** Faults of a KubeSchedulerConfiguration. */
  checkConfiguration: [{ text: string }, readonly Fault[]];
  /** When each goal was met, in their order; undefined for those that are open at the playhead. */
  goals: [{ goals: readonly RunGoal[] }, readonly (ReachedGoal | undefined)[]];
  /** Ends the search or comparison under way; it answers with what it has. */
  cancelStudy: [Record<string, never>, void];
  encodeShare: [{ scenario: Scenario }, { payload: string; characters: number }];
  /** Reads a scenario file, YAML or JSON. */
  parseScenario: [{ text: string }, { scenario: Scenario }];
  decodeShare: [{ payload: string }, { scenario: Scenario }];
}

/** What came of work on copies of the cluster, which ends when it is broken off or takes too long. */
export interface Studied<T> {
  readonly found: T;
  readonly isWhole: boolean;
}

export interface SupportRow {
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly support: 'simulated' | 'stored';
  readonly verbs: readonly string[];
}

export type CallName = keyof Calls;
export type CallArguments<N extends CallName> = Calls[N][0];
export type CallAnswer<N extends CallName> = Calls[N][1];

/** An expected failure, as data. `code` is an i18n key under `fault.`; `values` fill it. */
export interface CallFault {
  readonly code: string;
  readonly message: string;
  readonly values?: Readonly<Record<string, string | number>>;
  /** True when it is a fault of ours: the run has stopped, and the message says how to replay it. */
  readonly isAssertion?: boolean;
}

/** What takes long: a command goes before all else, a study goes on in between. */
export type Work = 'command' | 'study';

export type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly name: CallName; readonly args: unknown }
  | { readonly kind: 'acknowledge'; readonly frame: number };

export type FromWorker =
  | { readonly kind: 'reply'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: CallFault }
  | { readonly kind: 'frame'; readonly frame: Frame }
  /** How far the command or the study under way has come. */
  | { readonly kind: 'progress'; readonly of: Work; readonly done: number; readonly total: number }
  | { readonly kind: 'crashed'; readonly fault: CallFault };
