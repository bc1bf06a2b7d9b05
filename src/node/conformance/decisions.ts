/** Whole decisions recorded from the real scheduler of release 1.35: verdicts, reasons, scores, messages, preemption. */
import type { KubeObject } from '../../sim/api/object.ts';
import {
  bestNodes,
  defaultProfile,
  evaluate,
  fitMessage,
  runPostFilter,
  type Evaluation,
} from '../../sim/scheduler/index.ts';
import { clusterOf, describedPod, type ClusterDescription } from './cluster.ts';
import { asSet, Comparison, isRelease, type CaseResult, type Format } from './format.ts';
import { candidatesFound, sortCandidates, type ExpectedCandidate } from './scheduler-vectors.ts';

interface Verdict {
  readonly plugin: string;
  readonly code: string;
  readonly reasons: readonly string[];
}

export interface Decision extends ClusterDescription {
  readonly id: string;
  readonly seed: unknown;
  readonly pod: KubeObject;
  readonly expect: {
    readonly gated?: Verdict;
    readonly preFilter?: Partial<Verdict> & { readonly nodeNames?: readonly string[] };
    readonly filterSkipped?: readonly string[];
    readonly filter?: Readonly<Record<string, Verdict>>;
    readonly feasible?: readonly string[];
    readonly preScoreSkipped?: readonly string[];
    readonly scores?: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>;
    readonly total?: Readonly<Record<string, number>>;
    readonly best?: readonly string[];
    readonly message?: string;
    readonly postFilter?: {
      readonly status: string;
      readonly nominatedNode?: string;
      readonly nominatedAnyOf?: readonly string[];
      readonly victims?: readonly string[];
      readonly candidates?: Readonly<Record<string, Omit<ExpectedCandidate, 'node'>>>;
    };
  };
}

/** Recorded from this release; others differ in plugins and messages. */
const RECORDED = '1.35';

const verdictOf = (rejection: { plugin: string; status: { code: string; reasons: readonly string[] } }): Verdict => ({
  plugin: rejection.plugin,
  code: rejection.status.code,
  reasons: asSet(rejection.status.reasons),
});

const sorted = (verdict: Verdict): Verdict => ({ ...verdict, reasons: asSet(verdict.reasons) });

function compareFilter(evaluation: Evaluation, expect: Decision['expect'], found: Comparison): void {
  const { preFilter: prepared, run, cluster } = evaluation;
  const { plugin, code, reasons, nodeNames } = expect.preFilter ?? {};
  if (plugin && code && reasons) {
    found.same('PreFilter', sorted({ plugin, code, reasons }), prepared.rejection && verdictOf(prepared.rejection));
    return;
  }
  found.same('PreFilter rejection', undefined, prepared.rejection && verdictOf(prepared.rejection));
  found.same('PreFilter nodes', nodeNames && asSet(nodeNames), prepared.nodeNames && asSet(prepared.nodeNames));
  if (prepared.rejection) return;
  if (expect.filterSkipped) found.same('skipped filters', asSet(expect.filterSkipped), asSet(prepared.skipped));
  for (const node of cluster.nodes) {
    const expected = expect.filter?.[node.name];
    const isLeftOut = prepared.nodeNames !== undefined && !prepared.nodeNames.has(node.name);
    const got = isLeftOut ? run.check(node) : evaluation.rejections.get(node.name);
    found.same(`filter of ${node.name}`, expected && sorted(expected), got && verdictOf(got));
  }
}

function compareScores(evaluation: Evaluation, expect: Decision['expect'], found: Comparison): void {
  const { feasible, scores, totals, skippedScore } = evaluation;
  if (expect.feasible) found.same('feasible', asSet(expect.feasible), asSet(feasible.map(({ name }) => name)));
  if (expect.best) found.same('best', asSet(expect.best), asSet(bestNodes(evaluation).map(({ name }) => name)));
  if (!expect.scores) return;
  if (expect.preScoreSkipped) found.same('skipped scores', asSet(expect.preScoreSkipped), asSet(skippedScore));
  for (const [index, { name }] of feasible.entries()) {
    const got = scores
      .filter(({ plugin }) => plugin !== 'DynamicResources')
      .map(({ plugin, weight, normalized }) => [plugin, [normalized[index]!, normalized[index]! * weight]] as const);
    found.same(`scores of ${name}`, expect.scores[name], Object.fromEntries(got));
    found.same(`total of ${name}`, expect.total?.[name], totals[index]);
  }
}

function comparePreemption(evaluation: Evaluation, expect: Decision['expect'], found: Comparison): void {
  const result = runPostFilter(evaluation, () => 0);
  if (expect.message !== undefined) found.same('message', expect.message, fitMessage(evaluation, result.message));
  if (!expect.postFilter) return;
  const { status, nominatedNode, nominatedAnyOf, victims, candidates } = expect.postFilter;
  found.same('PostFilter status', status, result.status);
  if (nominatedNode !== undefined) found.same('nominated node', nominatedNode, result.best?.node ?? '');
  if (nominatedAnyOf) found.same('equally good nodes', asSet(nominatedAnyOf), asSet(result.tied));
  if (victims && !nominatedAnyOf)
    found.same('victims', asSet(victims), asSet(result.best?.victims.map(({ name }) => name) ?? []));
  if (candidates) {
    const expected = Object.entries(candidates).map(([node, item]) => ({ node, ...item }));
    found.same('candidates', sortCandidates(expected), candidatesFound(result.candidates));
  }
}

export function runDecision(decision: Decision): CaseResult {
  const { id, expect } = decision;
  const found = new Comparison();
  const pod = describedPod(decision.pod);
  const profile = defaultProfile(35);
  const gate = profile
    .at('preEnqueue')
    .map(({ plugin }) => ({ plugin: plugin.name, status: plugin.preEnqueue!(pod.pod) }))
    .find(({ status }) => status);
  const got = gate?.status && verdictOf({ plugin: gate.plugin, status: gate.status });
  found.same('gated', expect.gated && sorted(expect.gated), got);
  if (expect.gated || got) return { id, group: 'gated', differences: found.differences };
  const evaluation = evaluate(pod, clusterOf(decision), { profile, percentageOfNodesToScore: 100, startIndex: 0 });
  compareFilter(evaluation, expect, found);
  compareScores(evaluation, expect, found);
  if (evaluation.feasible.length === 0) comparePreemption(evaluation, expect, found);
  return { id, group: groupOf(expect), differences: found.differences };
}

function groupOf({ feasible, postFilter }: Decision['expect']): string {
  if ((feasible?.length ?? 0) > 1) return 'several nodes fit';
  if (feasible?.length === 1) return 'one node fits';
  return postFilter?.status === 'Success' ? 'preemption helps' : 'nothing helps';
}

export const decisions: Format = {
  name: 'scheduling decisions',
  recognises: (content) =>
    Array.isArray(content) && content.every((item: Partial<Decision>) => item.seed !== undefined && item.expect),
  run: (content, release) =>
    isRelease(release, RECORDED, RECORDED) ? (content as readonly Decision[]).map(runDecision) : [],
};
