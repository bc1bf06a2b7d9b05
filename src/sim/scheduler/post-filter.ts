/**
 * PostFilter: what the plugins try when no node fits, in the order of the profile.
 * Upstream: pkg/scheduler/framework/runtime/framework.go (RunPostFilterPlugins).
 */
import type { Evaluation } from './cycle.ts';
import type { NodeInfo } from './node-info.ts';
import {
  bestCandidates,
  candidatesToFind,
  dryRun,
  noCandidateMessage,
  searchFault,
  whyNotEligible,
  type Candidate,
  type Preemption,
} from './preemption.ts';

export interface PostFilterResult {
  readonly status: 'Success' | 'Unschedulable' | 'Error';
  /** What it adds to the message of the pod. */
  readonly message: string;
  /** The candidates that were found, and the node that was taken. */
  readonly candidates: readonly Candidate[];
  readonly best?: Candidate;
  /** The candidates equal to the best. */
  readonly tied: readonly string[];
  /** Where it looked for candidates, in the order of the cluster's list, and what it found; undefined when it did not look. */
  readonly search?: { readonly potential: readonly NodeInfo[]; readonly found: Preemption };
  /** Whether the pod may preempt others at all; undefined when that was not asked. */
  readonly isEligible?: boolean;
  /** The pod's nomination is to be taken back. */
  readonly clearsNomination: boolean;
}

const NOTHING = { candidates: [], tied: [], clearsNomination: false };

/** `drawOffset` says from which of so many nodes the search starts. */
export function runPostFilter(evaluation: Evaluation, drawOffset: (nodes: number) => number): PostFilterResult {
  const reasons: string[] = [];
  let last: PostFilterResult | undefined;
  for (const { plugin } of evaluation.profile.at('postFilter')) {
    const result = plugin.name === 'DefaultPreemption' ? preempt(evaluation, drawOffset) : deallocateClaims(evaluation);
    if (result.status === 'Success' || result.status === 'Error') return result;
    if (plugin.name === 'DefaultPreemption') last = result;
    if (result.message !== '') reasons.push(result.message);
  }
  return { ...NOTHING, status: 'Unschedulable', ...last, message: reasons.join(', ') };
}

/** DynamicResources: without claims there is nothing to free; after a rejection by PreFilter its own state is missing. */
function deallocateClaims({ preFilter }: Evaluation): PostFilterResult {
  if (preFilter.rejection) return { ...NOTHING, status: 'Error', message: 'not found' };
  return { ...NOTHING, status: 'Unschedulable', message: 'no new claims to deallocate' };
}

function preempt(evaluation: Evaluation, drawOffset: (nodes: number) => number): PostFilterResult {
  const { pod, cluster, run, rejections, preFilter, profile } = evaluation;
  const nominated = pod.pod.status?.nominatedNodeName;
  // A node that nobody looked at counts as one that nothing can help on.
  const atNominated = nominated === undefined ? undefined : (rejections.get(nominated) ?? 'unresolvable');
  const reason = whyNotEligible(pod, nominated, atNominated, cluster);
  if (reason !== undefined)
    return { ...NOTHING, status: 'Unschedulable', message: `preemption: ${reason}`, isEligible: false };
  const potential = preFilter.rejection ? [] : rejections.unschedulable;
  const args = profile.args.DefaultPreemption ?? {};
  const offset = potential.length === 0 ? 0 : drawOffset(potential.length);
  const found = dryRun(run, profile, potential, offset, candidatesToFind(potential.length, args));
  const search = { potential, found };
  const tied = bestCandidates(found.candidates);
  if (tied.length === 0) {
    const fault = searchFault(found.rejections);
    if (fault !== undefined)
      return { ...NOTHING, status: 'Error', message: `preemption: ${fault}`, search, isEligible: true };
    const message = `preemption: ${noCandidateMessage(found.rejections, cluster.nodes.length)}`;
    return { ...NOTHING, status: 'Unschedulable', message, search, isEligible: true, clearsNomination: true };
  }
  return {
    status: 'Success',
    message: '',
    candidates: found.candidates,
    search,
    best: tied[0]!,
    tied: tied.map(({ node }) => node),
    isEligible: true,
    clearsNomination: false,
  };
}
