/** A run of a world as data: what the command log holds, what a frame shows, what a link carries. */
import type { KubeObject, Status, Stored } from '../sim/api/object.ts';
import type { ChartDescription, SourceSpan, TraceEvent } from '../sim/kernel/index.ts';
import type { CheckName, Violation } from '../sim/checks/index.ts';
import type { OptionFault } from '../sim/azure/options.ts';
import type { WorldOptions } from '../sim/options.ts';
import type { FileChanges, Language, TerminalView } from '../shell/terminal/index.ts';
import type { PipelineStep, PipelineView } from '../sim/pipeline/index.ts';
import type { DecisionRecord, DecisionSummary } from '../sim/scheduler/decision.ts';
import type { ChangeKind } from './fit-candidates.ts';

/** What a person can do to a cluster. Everything that changes the world is one of these, and goes through the log. */
export type Command =
  /** `kubectl apply` of a text of YAML documents; `file` names it in causes. */
  | { readonly verb: 'apply'; readonly file: string; readonly text: string; readonly lines?: LineRange }
  /** `kubectl delete` of the objects that a text names. */
  | { readonly verb: 'delete'; readonly file: string; readonly text: string; readonly lines?: LineRange }
  /** Any REST request to the API server: the console, tables and buttons of the page. */
  | {
      readonly verb: 'request';
      readonly method: string;
      readonly path: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** Who sends it; the person's own machine when nobody is named. */
      readonly client?: 'dashboard';
    }
  /** A traced request of the person's own, once or at a rate. */
  | {
      readonly verb: 'traffic';
      readonly namespace: string;
      readonly pod: string;
      readonly url: string;
      readonly count: number;
      readonly intervalMs: number;
    }
  | { readonly verb: 'stop-traffic' }
  /** A CI/CD pipeline releases a text: applies it, waits for its rollout, and puts back what was before when that fails. */
  | {
      readonly verb: 'release';
      readonly name: string;
      readonly file: string;
      readonly text: string;
      readonly timeoutMs: number;
      readonly rollsBack: boolean;
      readonly testUrl?: string;
    }
  /** A line typed into the terminal, and Enter; `files` is what has changed in the editor since the line before. */
  | {
      readonly verb: 'terminal';
      readonly line: string;
      readonly files?: FileChanges;
      readonly columns?: number;
      readonly rows?: number;
      readonly language?: Language;
    }
  /** Ctrl+C and Ctrl+D. */
  | { readonly verb: 'terminal-key'; readonly key: TerminalKey }
  /** A KubeSchedulerConfiguration, put in force at once; empty for the default. */
  | { readonly verb: 'configure-scheduler'; readonly text: string }
  /** `az aks nodepool scale`: a pool grows to so many nodes. */
  | { readonly verb: 'scale-pool'; readonly pool: string; readonly count: number }
  /** Stops a component of the cluster where it stands, as SIGSTOP would, or lets it go on; `node/<name>/kubelet`. */
  | { readonly verb: 'fault'; readonly component: string; readonly action: 'stop' | 'start' };

export const TERMINAL_KEYS = ['interrupt', 'end-of-input'] as const;

export type TerminalKey = (typeof TERMINAL_KEYS)[number];

/** Lines of a text, from 1, both included: a command on a part of it takes the documents that begin in there. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

export interface LoggedCommand {
  /** Virtual time at which it was given. */
  readonly at: number;
  /** Tasks that had run before it; names the exact state. Absent in files written by hand: then `at` alone decides. */
  readonly step?: number;
  readonly command: Command;
}

/** The version of links and scenario files that this build writes. */
export const SCENARIO_VERSION = 1;

/** A whole run as it is shared, saved and written by hand (YAML or JSON). */
export interface Scenario {
  readonly version: number;
  readonly title?: string;
  readonly options: WorldOptions;
  /** Texts in the editor, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly commands: readonly LoggedCommand[];
  /** Where the playhead stood, in virtual milliseconds. */
  readonly time: number;
  readonly speed: number;
  readonly view?: ScenarioView;
  /** For `npm run sim`: what must hold, and when. */
  readonly expectations?: readonly Expectation[];
}

/** What the sender looked at: the receiver sees the same. */
export interface ScenarioView {
  /** Record key or component id. */
  readonly selected?: string;
  readonly namespace?: string;
  readonly filter?: string;
  /** Open panels; one that is closed is left out. */
  readonly left?: string;
  readonly right?: string;
  readonly drawer?: string;
  /** Scenario of the gallery whose lesson is shown. */
  readonly lesson?: string;
  /** The stage's camera. */
  readonly camera?: { readonly x: number; readonly y: number; readonly zoom: number };
}

export interface Expectation {
  readonly at: number;
  /** REST path of an object or list. */
  readonly path: string;
  /** JSONPath-like dotted path into the answer, and the value it must have. Absent: the answer must be 200. */
  readonly field?: string;
  readonly equals?: unknown;
  readonly matches?: string;
}

/** `resource|namespace/name`, unique over all kinds: `pods|default/web-1`. */
export type RecordKey = string;

export interface LifeState {
  /** `pod/default/web-1`, `container/default/web-1/app`, `kube-scheduler`. */
  readonly instance: string;
  readonly machine: string;
  readonly state: string;
  /** Virtual time since which it is in that state. */
  readonly since: number;
}

export interface TimelineMark {
  readonly seq: number;
  readonly time: number;
  readonly kind: 'command' | 'warning' | 'decision-failed';
  readonly title: string;
}

/** What the page is told. The records of a frame replace those of the same key; the rest stays as it was. */
export interface Frame {
  /** Grows by one a frame, so that an acknowledgement names it. */
  readonly number: number;
  /** Grows when the past was entered anew (seek, fork, another run): drop everything held and take this frame as whole. */
  readonly epoch: number;
  readonly isWhole: boolean;
  readonly time: number;
  /** Wall-clock milliseconds of virtual time 0. */
  readonly epochMs: number;
  readonly step: number;
  readonly traceLength: number;
  /** The end of what this run has ever reached: rewinding keeps it, editing the past cuts it. */
  readonly horizon: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly isSettled: boolean;
  readonly changed: readonly { readonly key: RecordKey; readonly object: Stored }[];
  readonly removed: readonly RecordKey[];
  /** New events, oldest first, at most 2,000; of a whole frame the newest ones. Lease renewals are left out. */
  readonly events: readonly TraceEvent[];
  readonly eventsOmitted: number;
  readonly lives: readonly LifeState[];
  readonly livesRemoved: readonly string[];
  /** The command log and marks when they changed, otherwise absent. */
  readonly log?: readonly LoggedCommand[];
  readonly marks?: readonly TimelineMark[];
  readonly keyframes?: readonly number[];
  /** Commands of the log before the playhead; later ones lie in its future. */
  readonly commandsDone: number;
  /** Virtual time at which the boot was over and the run proper begins. */
  readonly startTime: number;
  readonly options?: WorldOptions;
  /** What the run is called, when it was given a name; sent with the options. */
  readonly title?: string;
  /** The terminal, when it has changed. */
  readonly terminal?: TerminalPatch;
  /** The pipeline's release, when it has changed. */
  readonly pipeline?: PipelineView;
  readonly nodeUsage?: Readonly<Record<string, { readonly cpuMillis: number; readonly memoryBytes: number }>>;
  readonly controlPlane?: ControlPlaneState;
}

/** The terminal as it is now; its text may go on from what was told before. */
export interface TerminalPatch extends TerminalView {
  /** The text follows on what the page has of this generation; otherwise it is the whole. */
  readonly isContinued: boolean;
}

/** What came of a line typed into the terminal. */
export type TypedOutcome =
  /** It has been carried out, or goes on. */
  | { readonly kind: 'typed' }
  /** The shell would ask for more before it runs it. */
  | { readonly kind: 'incomplete' }
  /** It only read, and the playhead is in the past: looked up on a copy, the run is as it was. */
  | { readonly kind: 'looked'; readonly text: string };

/** What the control plane holds that no object and no single event tells. */
export interface ControlPlaneState {
  readonly etcdRevision: number;
  readonly schedulerQueues: Readonly<Record<'active' | 'backoff' | 'unschedulable' | 'gated', number>>;
  /** Controllers of the controller manager, by name. */
  readonly controllers: readonly string[];
}

export interface DocumentResult {
  readonly source: SourceSpan;
  /** Of the object, where the kind is known. */
  readonly key?: RecordKey;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'deleted' | 'error';
  /** For `error`: the Status; its causes carry fields, which `faults` maps to lines. */
  readonly status?: Status;
  readonly faults?: readonly Fault[];
}

/** A fault of a text: where it is, what is wrong, how to mend it. Lines and columns count from 1. */
export interface Fault {
  readonly file: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: 'error' | 'warning' | 'info';
  /** i18n key and values for our own words; `message` for upstream's, which stay English. */
  readonly code: string;
  readonly values?: Readonly<Record<string, string | number>>;
  readonly message: string;
  /** What mends it, where that is certain. */
  readonly fix?: TextFix;
}

/** An edit of the text: what stands between the two places gives way to `text`. */
export interface TextFix {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly text: string;
}

export interface CommandResult {
  readonly documents?: readonly DocumentResult[];
  readonly faults?: readonly Fault[];
  /** The command was broken off after this many of its documents; the rest of the text was left out of the run. */
  readonly cancelledAfter?: number;
  readonly response?: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

export interface DiffEntry {
  readonly source: SourceSpan;
  readonly key: RecordKey;
  readonly title: string;
  /** YAML of the live object and of what it would become (by a dry run), with server-set noise left out. */
  readonly live: string;
  readonly merged: string;
  readonly outcome: DocumentResult['outcome'];
  readonly status?: Status;
}

export interface Inspection {
  readonly key: string;
  readonly object?: Stored;
  /** Whether it is of a kind that nothing acts on. */
  readonly isStoredOnly: boolean;
  readonly yaml?: string;
  /** Lives of this object or component, each with the chart to draw and its latest moves. */
  readonly lives: readonly (LifeState & {
    readonly chart: ChartDescription;
    readonly history: readonly TraceEvent[];
  })[];
  /** Kubernetes Events about it, newest last. */
  readonly events: readonly Stored[];
  readonly decisions: readonly DecisionSummary[];
  /** The latest trace events about it, newest last, at most 200. */
  readonly trace: readonly TraceEvent[];
  /** What its containers printed, newest last. */
  readonly logs: readonly TraceEvent[];
  readonly related: readonly {
    readonly key: RecordKey;
    readonly relation: string;
    readonly kind: string;
    readonly name: string;
  }[];
}

/** One object's numbers over the run: each point holds until the next. */
export interface SeriesLine {
  readonly key: RecordKey;
  readonly uid: string;
  /** Virtual time of its first write that the run saw, and of its end if that is past. */
  readonly since: number;
  readonly until?: number;
  readonly points: readonly {
    readonly time: number;
    /** Null where the object does not say. */
    readonly values: Readonly<Record<string, number | null>>;
  }[];
}

/** Curves of an object up to the playhead. */
export interface ObjectSeries {
  readonly key: RecordKey;
  /** Its own line first, then those of what it owns, oldest first. Empty for a kind without numbers. */
  readonly lines: readonly SeriesLine[];
  /** Pods above and below the desired number that a rolling update may have now. */
  readonly rollout?: { readonly surge: number; readonly unavailable: number };
  /** When a CronJob's next runs are due, in virtual time. */
  readonly nextRuns?: readonly number[];
}

/** Objects of one kind in kubectl's columns. */
export interface ObjectTable {
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** Wide columns are those of `kubectl get -o wide`. */
  readonly columns: readonly { readonly name: string; readonly isWide: boolean }[];
  readonly rows: readonly { readonly key: RecordKey; readonly namespace: string; readonly cells: readonly string[] }[];
  /** How many there are; the rows may be fewer. */
  readonly total: number;
}

/** What a cluster can be made of. */
export interface ClusterChoices {
  readonly regions: readonly { readonly name: string; readonly hasZones: boolean }[];
  readonly sizes: readonly { readonly name: string; readonly cpus: number; readonly memoryGib: number }[];
  readonly versions: readonly string[];
}

/** What is wrong with a cluster's options, and what pods could use of each node; undefined for an unknown VM size. */
export interface ClusterCheck {
  readonly faults: readonly OptionFault[];
  readonly allocatable: readonly (
    { readonly cpuMillis: number; readonly memoryMi: number; readonly pods: number } | undefined
  )[];
}

/** A single change that lets a pod be scheduled, as it was tried out. */
export interface FitProposal {
  /** Its place among the answers of the last search. */
  readonly id: number;
  readonly kind: ChangeKind;
  readonly values: Readonly<Record<string, string>>;
  /** The object whose manifest it changes. */
  readonly target: { readonly kind: string; readonly namespace: string; readonly name: string };
  readonly node: string;
  /** `namespace/name` of pods that have to go for it. */
  readonly victims: readonly string[];
  /** The part that changes, before and after. */
  readonly before: string;
  readonly after: string;
  /** For a change of the cluster: what carries it out, and how a person types it. */
  readonly command?: Command;
  readonly line?: string;
}

/** What a proposal does to the texts of the editor. */
export interface FitEdit {
  readonly file: string;
  /** No text holds the object: this one is added, made from the living object. */
  readonly isNew: boolean;
  readonly before: string;
  readonly after: string;
  /** Of the document in the new text. */
  readonly lines: LineRange;
  /** The object has to be deleted and made anew for it. */
  readonly isReplaced: boolean;
}

/** What a lesson or scenario asks of the scheduler's decisions. Names may hold `*` for any letters. */
export type DecisionGoal =
  /** The plugin has turned the pod down on a node of that name, or on every one. */
  | {
      readonly kind: 'rejected';
      readonly namespace: string;
      readonly pod: string;
      readonly node: string;
      readonly onEvery?: boolean;
      readonly plugin: string;
    }
  /** The pod has preempted the other. */
  | { readonly kind: 'preempted'; readonly namespace: string; readonly preemptor: string; readonly victim: string };

/** What a lesson or scenario asks of a run. */
export type RunGoal =
  | DecisionGoal
  /** A step of a release of the pipeline has come out so. */
  | {
      readonly kind: 'released';
      readonly release: string;
      readonly step: PipelineStep;
      readonly outcome: 'succeeded' | 'failed';
    };

/** When a goal was met, and by what: an attempt of the scheduler, or an event of the trace. */
export interface ReachedGoal {
  readonly time: number;
  readonly attempt?: number;
  readonly seq?: number;
}

export interface ForkNotice {
  /** What editing the past gives up: commands and virtual time after the playhead. */
  readonly discardedCommands: number;
  readonly discardedMs: number;
  /** The first of those commands, as a person would write them. */
  readonly titles: readonly string[];
}

export type { Comparison, NodeUse, Placement } from './configuration-comparison.ts';
export type { ChangeKind, DecisionRecord, DecisionSummary, KubeObject, OptionFault };

/** What a second play of a run found, with every invariant checked after every step. */
export interface Audit {
  /** Steps that were checked. */
  readonly steps: number;
  /** Virtual time up to which it was played. */
  readonly time: number;
  /** Names of all checks: those of every step, and those of a cluster at rest. */
  readonly always: readonly CheckName[];
  readonly atRest: readonly CheckName[];
  /** What may never be: a fault of the simulation. */
  readonly broken: readonly Violation[];
  /** What a cluster at rest has reached, and this one has not yet. */
  readonly pending: readonly Violation[];
}
