/** Vectors that test one plugin of the scheduler at a time: a small cluster, a pod, and what the plugin answers. */
import type { KubeObject } from '../../sim/api/object.ts';
import {
  bestCandidates,
  dryRun,
  FilterRun,
  isPluginName,
  makePlugin,
  preFilter,
  Profile,
  runPostFilter,
  whyNotEligible,
  type Candidate,
  type ClusterState,
  type Evaluation,
  type Plugin,
  type PluginArgs,
  type PodInfo,
  Rejections,
  type Rejection,
} from '../../sim/scheduler/index.ts';
import { clusterOf, describedPod, type ClusterDescription } from './cluster.ts';
import { asSet, Comparison, isRelease, type CaseResult, type Format } from './format.ts';

/** A node that preemption could free, as the files write it. */
export interface ExpectedCandidate {
  readonly node: string;
  readonly victims: readonly string[];
  readonly numPDBViolations: number;
}

export interface Vector extends ClusterDescription {
  readonly id: string;
  readonly plugin: string;
  readonly extensionPoint: 'filter' | 'score' | 'postFilter';
  readonly since?: string;
  readonly until?: string;
  readonly args: PluginArgs[keyof PluginArgs] | null;
  readonly feasibleNodes?: readonly string[];
  readonly pod: KubeObject;
  readonly filterPlugins?: readonly string[];
  readonly nodeStatuses?: Readonly<Record<string, string>>;
  readonly expect: {
    readonly filter?: Readonly<Record<string, string>>;
    readonly reasons?: Readonly<Record<string, readonly string[]>>;
    readonly score?: Readonly<Record<string, number>>;
    readonly skip?: boolean;
    readonly preFilter?: { status: string; reasons?: readonly string[]; nodeNames?: readonly string[] };
    readonly postFilter?: { nominatedNode?: string; status?: string; reasons?: readonly string[] };
    readonly victims?: readonly string[];
    readonly candidates?: readonly ExpectedCandidate[];
    readonly bestNodeAnyOf?: readonly string[];
    readonly eligible?: boolean;
  };
}

/** In an order of their own, since that of the files is not fixed. */
export function sortCandidates(candidates: readonly ExpectedCandidate[]): readonly ExpectedCandidate[] {
  return candidates
    .map(({ node, victims, numPDBViolations }) => ({ node, victims: asSet(victims), numPDBViolations }))
    .sort((left, right) => (left.node < right.node ? -1 : 1));
}

export const candidatesFound = (candidates: readonly Candidate[]): readonly ExpectedCandidate[] =>
  sortCandidates(
    candidates.map(({ node, victims, pdbViolations }) => ({
      node,
      victims: victims.map(({ name }) => name),
      numPDBViolations: pdbViolations,
    })),
  );

function compareFilter(
  plugin: Plugin,
  pod: PodInfo,
  cluster: ClusterState,
  { expect }: Vector,
  found: Comparison,
): void {
  const verdict = plugin.preFilter?.(pod, cluster);
  found.same('skip', expect.skip ?? false, verdict?.isSkipped ?? false);
  if (expect.preFilter) {
    const { status, reasons, nodeNames } = expect.preFilter;
    found.same('PreFilter status', status, verdict?.status?.code ?? 'Success');
    if (reasons) found.same('PreFilter reasons', asSet(reasons), asSet(verdict?.status?.reasons ?? []));
    if (nodeNames) found.same('PreFilter nodes', asSet(nodeNames), asSet(verdict?.nodeNames ?? []));
  }
  if (verdict?.isSkipped || !expect.filter) return;
  for (const [name, code] of Object.entries(expect.filter)) {
    const status = plugin.filter!(pod, cluster.node(name)!, verdict?.state, cluster);
    found.same(`filter of ${name}`, code, status?.code ?? 'Success');
    const reasons = expect.reasons?.[name];
    if (reasons) found.same(`reasons of ${name}`, asSet(reasons), asSet(status?.reasons ?? []));
  }
}

function compareScore(plugin: Plugin, pod: PodInfo, cluster: ClusterState, vector: Vector, found: Comparison): void {
  const { expect, feasibleNodes } = vector;
  const nodes = cluster.nodes.filter(({ name }) => !feasibleNodes || feasibleNodes.includes(name));
  const verdict = plugin.preScore?.(pod, nodes, cluster);
  found.same('skip', expect.skip ?? false, verdict?.isSkipped ?? false);
  if (verdict?.isSkipped || !expect.score) return;
  const raw = nodes.map((node) => plugin.score!(pod, node, verdict?.state, cluster));
  const scores = plugin.normalize ? plugin.normalize(raw, verdict?.state, nodes) : raw;
  found.same('score', expect.score, Object.fromEntries(nodes.map(({ name }, index) => [name, scores[index]])));
}

/** A profile with the filters that take part and DefaultPreemption alone. */
function preemptionProfile({ filterPlugins = [], args }: Vector): Profile {
  return new Profile(
    {
      schedulerName: 'default-scheduler',
      plugins: {
        multiPoint: {
          disabled: [{ name: '*' }],
          enabled: [...filterPlugins.map((name) => ({ name })), { name: 'DefaultPreemption' }],
        },
      },
      args: { DefaultPreemption: (args ?? {}) as NonNullable<PluginArgs['DefaultPreemption']> },
    },
    35,
  );
}

function comparePostFilter(pod: PodInfo, cluster: ClusterState, vector: Vector, found: Comparison): void {
  const { expect, nodeStatuses = {} } = vector;
  const profile = preemptionProfile(vector);
  const prepared = preFilter(pod, cluster, profile);
  const run = FilterRun.of(pod, cluster, profile, prepared);
  const given = cluster.nodes.filter(({ name }) => nodeStatuses[name] !== undefined);
  const statuses = given.map(({ name }): Rejection => {
    return { plugin: '', status: { code: nodeStatuses[name] as Rejection['status']['code'], reasons: [] } };
  });
  const rejections = new Rejections(given, statuses, 0);
  if (expect.eligible !== undefined) {
    const nominated = pod.pod.status?.nominatedNodeName;
    const status = nominated ? (rejections.get(nominated) ?? 'unresolvable') : undefined;
    found.same('eligible', expect.eligible, whyNotEligible(pod, nominated, status, cluster) === undefined);
  }
  if (expect.candidates || expect.bestNodeAnyOf) {
    const nodes = cluster.nodes.filter(({ name }) => nodeStatuses[name] === 'Unschedulable');
    const { candidates } = dryRun(run, profile, nodes, 0, nodes.length);
    if (expect.candidates) found.same('candidates', sortCandidates(expect.candidates), candidatesFound(candidates));
    const best = bestCandidates(candidates).map(({ node }) => node);
    if (expect.bestNodeAnyOf)
      found.same(
        'best node',
        true,
        best.every((node) => expect.bestNodeAnyOf!.includes(node)),
      );
  }
  if (!expect.postFilter) return;
  const evaluation: Evaluation = {
    ...{ pod, profile, cluster, run, rejections, preFilter: prepared, evaluated: cluster.nodes },
    ...{ excluded: 0, feasible: [], skippedScore: [], scores: [], totals: [], nextStart: 0 },
  };
  const result = runPostFilter(evaluation, () => 0);
  const { nominatedNode, status, reasons } = expect.postFilter;
  if (nominatedNode !== undefined) found.same('nominated node', nominatedNode, result.best?.node ?? '');
  if (status) found.same('PostFilter status', status, result.status);
  if (reasons) found.same('PostFilter reasons', reasons, [result.message]);
  if (expect.victims)
    found.same('victims', asSet(expect.victims), asSet(result.best?.victims.map(({ name }) => name) ?? []));
}

export function runVector(vector: Vector): CaseResult {
  const found = new Comparison();
  const { id, plugin: name, extensionPoint, args } = vector;
  const pod = describedPod(vector.pod);
  const cluster = clusterOf(vector);
  if (!isPluginName(name)) found.same('plugin', name, 'unknown');
  else if (extensionPoint === 'postFilter') comparePostFilter(pod, cluster, vector, found);
  else {
    const plugin = makePlugin(name, args ? { [name]: args } : {});
    (extensionPoint === 'filter' ? compareFilter : compareScore)(plugin, pod, cluster, vector, found);
  }
  return { id, group: name, differences: found.differences };
}

export const schedulerVectors: Format = {
  name: 'scheduler plugin vectors',
  recognises: (content) =>
    Array.isArray(content) && content.every((item: Partial<Vector>) => item.plugin && item.extensionPoint),
  run: (content, release) =>
    (content as readonly Vector[])
      .filter(({ since, until }) => isRelease(release, since, until))
      .map((vector) => runVector(vector)),
};
