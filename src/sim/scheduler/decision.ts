/** What is kept of a scheduling attempt: every verdict and every number, as the decision panel shows them. */

export type StatusCode =
  'Success' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Wait' | 'Skip' | 'Pending' | 'Error';

export interface DecisionSummary {
  /** From 1, in the order of attempts. */
  readonly attempt: number;
  readonly time: number;
  /** Trace sequence number of its `scheduler.attempt` event. */
  readonly seq: number;
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  /** Which attempt of this pod it is, from 1. */
  readonly attemptOfPod: number;
  readonly outcome: 'scheduled' | 'unschedulable' | 'error' | 'preempting';
  readonly node?: string;
  /** The FailedScheduling or Scheduled text. */
  readonly message: string;
}

export interface FilterVerdict {
  readonly plugin: string;
  readonly code: StatusCode;
  readonly reasons: readonly string[];
}

export interface ScoreEntry {
  readonly raw: number;
  readonly normalized: number;
  readonly weighted: number;
}

/** One named step of a plugin's arithmetic with its real numbers, e.g. `(4000 − 1500) × 100 / 4000 = 62`. */
export interface ArithmeticLine {
  readonly label: string;
  readonly expression: string;
  /** Of a comparison what is left; absent where the expression says it all. */
  readonly result?: number;
}

export interface NodeDecision {
  readonly node: string;
  /** In the order of the profile; ends with the first that turned the node down. */
  readonly passed: readonly string[];
  readonly rejected?: FilterVerdict;
  /** Plugin to numbers; absent where nothing was scored. */
  readonly scores?: Readonly<Record<string, ScoreEntry>>;
  readonly total?: number;
  /** Plugin (filter or score) to its arithmetic, where the plugin calculates. */
  readonly arithmetic?: Readonly<Record<string, readonly ArithmeticLine[]>>;
}

/** What would have to go from a node to make room. */
export interface PreemptionCandidate {
  readonly node: string;
  /** From the most important. */
  readonly victims: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly priority: number;
    readonly startTime?: string;
  }[];
  readonly pdbViolations: number;
}

export interface DecisionRecord extends DecisionSummary {
  /** Extension point and plugin, in the order in which they ran. */
  readonly phases: readonly { readonly point: string; readonly plugins: readonly string[] }[];
  readonly filterPlugins: readonly string[];
  readonly scorePlugins: readonly { readonly name: string; readonly weight: number }[];
  /** Plugins whose PreFilter or PreScore said Skip. */
  readonly skippedFilter: readonly string[];
  readonly skippedScore: readonly string[];
  readonly preFilter?: FilterVerdict;
  readonly nodes: readonly NodeDecision[];
  /** Nodes of the cluster, and how many of them were looked at before enough were feasible. */
  readonly nodeCount: number;
  readonly evaluatedCount: number;
  readonly startIndex: number;
  /** With so many feasible nodes the search ends, as the percentage of nodes to score says (0: by the cluster's size). */
  readonly enoughCount: number;
  readonly percentageOfNodesToScore: number;
  /** The nodes with the highest total; one was drawn by the seeded stream when there are several. */
  readonly tied: readonly string[];
  readonly postFilter?: {
    readonly status: string;
    readonly message: string;
    readonly nominatedNode?: string;
    readonly victims?: readonly string[];
    /** Every node that preemption could free, in the order in which they were found. */
    readonly candidates?: readonly PreemptionCandidate[];
    /** The candidates equal to the one that was taken. */
    readonly tied?: readonly string[];
    /** Nodes that do not fit the pod even without its lessers, or where it has none, and why. */
    readonly hopeless?: readonly (FilterVerdict & { readonly node: string })[];
    /** Nodes whose rejection no removal of pods can resolve (UnschedulableAndUnresolvable): they were not looked at. */
    readonly notHelpful?: readonly string[];
    /** Nodes that were left because candidates enough had been found. */
    readonly untriedCount?: number;
  };
  /** Profile that scheduled it. */
  readonly profile: string;
  /** `status.nominatedNodeName` as it was: that node is tried first. */
  readonly nominatedNode?: string;
  /** Nodes that PreFilter left out without a look, and who said so. */
  readonly excluded: { readonly count: number; readonly by: readonly string[] };
  /** Which event made the pod try again. */
  readonly because: string;
  /** The plugin whose queueing hint said that the event may help; absent where no hint was asked. */
  readonly hintedBy?: string;
}
