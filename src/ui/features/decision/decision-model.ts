/**
 * A recorded attempt as something to step through: extension point by extension point, plugin by plugin; what each node
 * shows at a step; and how two attempts differ. Pure, so that it can be tested without a page.
 */
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';

export const POINTS = [
  'PreEnqueue',
  'QueueSort',
  'PreFilter',
  'Filter',
  'PostFilter',
  'PreScore',
  'Score',
  'NormalizeScore',
  'Total',
  'Pick',
  'Reserve',
  'Permit',
  'PreBind',
  'Bind',
  'PostBind',
] as const;

export type Point = (typeof POINTS)[number];

export interface Step {
  readonly point: Point;
  /** Absent for steps of the scheduler itself: the sum, the pick. */
  readonly plugin?: string;
  /** The plugin had nothing to do for this pod. */
  readonly isSkipped: boolean;
}

type Node = DecisionRecord['nodes'][number];

/** Steps before the nodes come into play look at the pod alone, or at all nodes at once. */
const OF_THE_POD: readonly Point[] = ['PreEnqueue', 'QueueSort', 'PreFilter', 'PreScore'];

export const isAboutNodes = ({ point, plugin }: Step): boolean =>
  point === 'PostFilter' ? plugin === 'DefaultPreemption' : !OF_THE_POD.includes(point);

/** Points at which plugins compare or calculate, node by node. */
export const hasNumbers = ({ point }: Step): boolean =>
  point === 'Filter' || point === 'Score' || point === 'NormalizeScore' || point === 'Total';

/** Whether the pod of an attempt is not there any more, or another has its name. */
export function isGone(
  objects: ReadonlyMap<string, { readonly metadata: { readonly uid: string } }>,
  { namespace, pod, uid }: Pick<DecisionSummary, 'namespace' | 'pod' | 'uid'>,
): boolean {
  return objects.get(`pods|${namespace}/${pod}`)?.metadata.uid !== uid;
}

/** Every step of an attempt in the order in which it ran; skipped plugins stay in sight, marked as such. */
export function stepsOf(record: DecisionRecord): readonly Step[] {
  const ran = (point: string): readonly string[] => record.phases.find((phase) => phase.point === point)?.plugins ?? [];
  const each = (point: Point, plugins: readonly string[], skipped: readonly string[] = []): Step[] =>
    plugins.map((plugin) => ({ point, plugin, isSkipped: skipped.includes(plugin) }));
  const own = (point: Point, plugin?: string): Step => ({ point, ...(plugin ? { plugin } : {}), isSkipped: false });
  const steps = [
    ...each('PreEnqueue', ran('PreEnqueue')),
    ...each('QueueSort', ran('QueueSort')),
    ...each('PreFilter', ran('PreFilter'), record.skippedFilter),
  ];
  const preempting = each('PostFilter', ran('PostFilter'));
  if (record.preFilter) {
    const last = steps.findIndex(({ plugin }) => plugin === record.preFilter!.plugin);
    return [...steps.slice(0, last < 0 ? steps.length : last + 1), ...preempting];
  }
  steps.push(...each('Filter', record.filterPlugins, record.skippedFilter));
  if (!record.node) return [...steps, ...preempting];
  const scored = scoredPlugins(record);
  if (scored.length > 0) {
    steps.push(...each('PreScore', ran('PreScore'), record.skippedScore));
    steps.push(...each('Score', scored), ...each('NormalizeScore', scored), own('Total'));
  }
  // Points at which no plugin takes part are passed all the same.
  const passed = (point: Point): readonly Step[] => {
    const plugins = ran(point);
    return plugins.length > 0 ? each(point, plugins) : [own(point)];
  };
  return [...steps, own('Pick'), ...(['Reserve', 'Permit', 'PreBind', 'Bind', 'PostBind'] as const).flatMap(passed)];
}

/** Plugins that gave scores in this attempt, in their order. */
export function scoredPlugins(record: DecisionRecord): readonly string[] {
  const scores = record.nodes.find((node) => node.scores)?.scores;
  return record.scorePlugins.map(({ name }) => name).filter((name) => scores?.[name] !== undefined);
}

export const weightOf = (record: DecisionRecord, plugin: string): number =>
  record.scorePlugins.find(({ name }) => name === plugin)?.weight ?? 0;

export type Cell =
  | { readonly kind: 'passed' }
  | { readonly kind: 'rejected'; readonly reasons: readonly string[]; readonly code: string }
  /** Another plugin had turned the node down before this one was asked. */
  | { readonly kind: 'out'; readonly by: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'score'; readonly value: number; readonly from?: number; readonly weighted?: number }
  | { readonly kind: 'total'; readonly value: number; readonly isHighest: boolean }
  | { readonly kind: 'picked'; readonly isPicked: boolean; readonly isTied: boolean }
  /** What preemption would do on the node, or why it can do nothing there. */
  | { readonly kind: 'candidate'; readonly victims: number; readonly isNominated: boolean }
  | { readonly kind: 'hopeless'; readonly reasons: readonly string[] }
  | { readonly kind: 'notHelpful' | 'untried' }
  | { readonly kind: 'none' };

export function cellOf(record: DecisionRecord, node: Node, step: Step): Cell {
  if (step.isSkipped) return { kind: 'skipped' };
  const { rejected } = node;
  switch (step.point) {
    case 'Filter':
      return filterCell(record, node, step.plugin!);
    case 'Score':
    case 'NormalizeScore': {
      const entry = node.scores?.[step.plugin!];
      if (!entry) return rejected ? { kind: 'out', by: rejected.plugin } : { kind: 'none' };
      return step.point === 'Score'
        ? { kind: 'score', value: entry.raw }
        : { kind: 'score', value: entry.normalized, from: entry.raw, weighted: entry.weighted };
    }
    case 'Total':
      return node.total === undefined
        ? rejected
          ? { kind: 'out', by: rejected.plugin }
          : { kind: 'none' }
        : { kind: 'total', value: node.total, isHighest: record.tied.includes(node.node) };
    case 'Pick':
    case 'Reserve':
    case 'Permit':
    case 'PreBind':
    case 'Bind':
    case 'PostBind':
      return rejected
        ? { kind: 'out', by: rejected.plugin }
        : { kind: 'picked', isPicked: record.node === node.node, isTied: record.tied.includes(node.node) };
    case 'PostFilter':
      return step.plugin === 'DefaultPreemption' ? preemptionCell(record, node.node) : { kind: 'none' };
    default:
      return { kind: 'none' };
  }
}

function preemptionCell({ postFilter = { status: '', message: '' } }: DecisionRecord, node: string): Cell {
  const candidate = postFilter.candidates?.find((item) => item.node === node);
  if (candidate)
    return { kind: 'candidate', victims: candidate.victims.length, isNominated: postFilter.nominatedNode === node };
  const hopeless = postFilter.hopeless?.find((item) => item.node === node);
  if (hopeless) return { kind: 'hopeless', reasons: hopeless.reasons };
  if (postFilter.notHelpful?.includes(node)) return { kind: 'notHelpful' };
  return { kind: postFilter.hopeless ? 'untried' : 'none' };
}

function filterCell(record: DecisionRecord, { rejected }: Node, plugin: string): Cell {
  if (!rejected) return { kind: 'passed' };
  const order = record.filterPlugins;
  const [at, own] = [order.indexOf(rejected.plugin), order.indexOf(plugin)];
  if (own < at) return { kind: 'passed' };
  if (own > at) return { kind: 'out', by: rejected.plugin };
  return { kind: 'rejected', reasons: rejected.reasons, code: rejected.code };
}

/** A number to sort by: better first. */
export function rankOf(cell: Cell): number {
  switch (cell.kind) {
    case 'score':
    case 'total':
      return cell.value;
    case 'picked':
      return cell.isPicked ? 3 : cell.isTied ? 2 : 1;
    case 'passed':
      return 1;
    case 'candidate':
      return cell.isNominated ? 2 : 1;
    case 'rejected':
      return -1;
    case 'out':
    case 'notHelpful':
      return -2;
    default:
      return 0;
  }
}

export interface TableOrder {
  readonly by: 'node' | 'value';
  readonly isReversed: boolean;
}

export type NodeFilter = 'all' | 'feasible' | 'rejected';

export function rowsOf(
  record: DecisionRecord,
  step: Step,
  { order, filter, text }: { order: TableOrder; filter: NodeFilter; text: string },
): readonly Node[] {
  const wanted = text.trim().toLowerCase();
  const kept = record.nodes.filter(
    (node) =>
      (filter === 'all' || (filter === 'rejected') === (node.rejected !== undefined)) &&
      (!wanted || node.node.toLowerCase().includes(wanted) || node.rejected?.plugin.toLowerCase().includes(wanted)),
  );
  const byName = (left: Node, right: Node): number => (left.node < right.node ? -1 : left.node > right.node ? 1 : 0);
  const sorted = [...kept].sort((left, right) => {
    if (order.by === 'node') return byName(left, right);
    const [a, b] = [rankOf(cellOf(record, left, step)), rankOf(cellOf(record, right, step))];
    return b - a || (right.total ?? -1) - (left.total ?? -1) || byName(left, right);
  });
  return order.isReversed ? sorted.reverse() : sorted;
}

export interface AttemptChange {
  readonly node: string;
  readonly before: Outcome | undefined;
  readonly after: Outcome | undefined;
}

export interface Outcome {
  readonly rejectedBy?: string;
  readonly reasons?: readonly string[];
  readonly total?: number;
}

const outcomeOf = (node: Node | undefined): Outcome | undefined =>
  node && {
    ...(node.rejected ? { rejectedBy: node.rejected.plugin, reasons: node.rejected.reasons } : {}),
    ...(node.total === undefined ? {} : { total: node.total }),
  };

/** Nodes that came out otherwise in the later of two attempts, in the order of their names. */
export function changesBetween(before: DecisionRecord, after: DecisionRecord): readonly AttemptChange[] {
  const [was, is] = [before, after].map((record) => new Map(record.nodes.map((node) => [node.node, node])));
  const names = [...new Set([...was!.keys(), ...is!.keys()])].sort();
  return names
    .map((node) => ({ node, before: outcomeOf(was!.get(node)), after: outcomeOf(is!.get(node)) }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}
