/**
 * Where the states and transitions of a statechart stand. Layered by dagre, which knows nested states; a transition that
 * leaves or enters a compound state is laid out by its first inner state and drawn to the border of its box.
 */
import { graphlib, layout } from '@dagrejs/dagre';
import type { ChartDescription } from '../../../sim/kernel/index.ts';

export interface Box {
  readonly path: string;
  /** The last part of the path: what stands in the box. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isCompound: boolean;
  readonly isFinal: boolean;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Events of all transitions between the two, one a line. */
  readonly labels: readonly string[];
  readonly events: readonly string[];
  readonly path: string;
  readonly labelAt: { readonly x: number; readonly y: number };
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface ChartPicture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  /** Where arrows begin that lead out of every state. */
  readonly anywhere?: Point;
  readonly arrows: readonly Arrow[];
}

const LETTER = 7;
const SMALL_LETTER = 5.6;
const BOX_HEIGHT = 30;
export const LINE_HEIGHT = 13;
/** Stands for the root, whose transitions every state has; no state has this name. */
export const ANYWHERE = '*';
export const ANYWHERE_RADIUS = 9;

const nameOf = (path: string): string => path.split('.').at(-1)!;

/** `EXITED` or `EXITED [restarts]`. */
const labelOf = ({ on, guard }: ChartDescription['transitions'][number]): string => (guard ? `${on} [${guard}]` : on);

export function layoutChart(chart: ChartDescription): ChartPicture {
  const graph = new graphlib.Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 34, edgesep: 14, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const isCompound = (path: string): boolean => chart.states.some(({ parent }) => parent === path);
  for (const { path } of chart.states) {
    graph.setNode(path, { width: Math.max(64, nameOf(path).length * LETTER + 20), height: BOX_HEIGHT });
  }
  for (const { path, parent } of chart.states) if (parent) graph.setParent(path, parent);
  const innermost = (path: string): string => {
    const child = chart.states.find(({ parent }) => parent === path);
    return child ? innermost(child.path) : path;
  };
  const groups = grouped(chart);
  const hasAnywhere = groups.some(({ from }) => from === ANYWHERE);
  if (hasAnywhere) graph.setNode(ANYWHERE, { width: 2 * ANYWHERE_RADIUS, height: 2 * ANYWHERE_RADIUS });
  for (const { from, to, labels } of groups) {
    graph.setEdge(
      innermost(from),
      innermost(to),
      {
        width: Math.max(...labels.map((label) => label.length)) * SMALL_LETTER + 8,
        height: labels.length * LINE_HEIGHT + 2,
        labelpos: 'c',
      },
      `${from}>${to}`,
    );
  }
  // A first state that nothing leads back to has its place among the others.
  if (hasAnywhere)
    for (const path of graph.nodes().filter((node) => node !== ANYWHERE && graph.nodeEdges(node)?.length === 0))
      graph.setEdge(ANYWHERE, path, { width: 0, height: 0 });
  layout(graph);
  const boxes = chart.states.map(({ path, isFinal }): Box => {
    const { x, y, width, height } = graph.node(path) as Required<Point & { width: number; height: number }>;
    return {
      path,
      name: nameOf(path),
      x: x - width / 2,
      y: y - height / 2,
      width,
      height,
      isCompound: isCompound(path),
      isFinal,
    };
  });
  const boxOf = new Map(boxes.map((box) => [box.path, box]));
  const arrows = groups.map((group): Arrow => {
    const edge = graph.edge(innermost(group.from), innermost(group.to), `${group.from}>${group.to}`) as {
      points: readonly Point[];
      x?: number;
      y?: number;
    };
    const points = outside(edge.points, boxOf.get(group.from), boxOf.get(group.to)!);
    // What was cut away takes the place that was kept for the label with it.
    const isCut = points.length !== edge.points.length;
    const labelAt = isCut || edge.x === undefined || edge.y === undefined ? halfway(points) : { x: edge.x, y: edge.y };
    return { ...group, path: rounded(points), labelAt };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const anywhere = hasAnywhere ? (graph.node(ANYWHERE) as Point) : undefined;
  return { width, height, boxes, arrows, ...(anywhere ? { anywhere: { x: anywhere.x, y: anywhere.y } } : {}) };
}

function grouped(chart: ChartDescription): readonly Pick<Arrow, 'from' | 'to' | 'labels' | 'events'>[] {
  const found = new Map<string, { from: string; to: string; labels: string[]; events: string[] }>();
  for (const transition of chart.transitions) {
    const { from: path, to, on } = transition;
    if (!to) continue;
    const from = path || ANYWHERE;
    const key = `${from}>${to}`;
    const group = found.get(key) ?? { from, to, labels: [], events: [] };
    group.labels.push(labelOf(transition));
    group.events.push(on);
    found.set(key, group);
  }
  return [...found.values()];
}

const isIn = ({ x, y }: Point, box: Box): boolean =>
  x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;

/** Cuts away what runs inside a compound state that the arrow leaves or enters as a whole. */
function outside(points: readonly Point[], from: Box | undefined, to: Box): readonly Point[] {
  let kept = [...points];
  if (from?.isCompound && from !== to) {
    const first = kept.findIndex((point) => !isIn(point, from));
    if (first > 0) kept = [borderBetween(kept[first - 1]!, kept[first]!, from), ...kept.slice(first)];
  }
  if (to.isCompound && from !== to) {
    const last = kept.findLastIndex((point) => !isIn(point, to));
    if (last >= 0 && last < kept.length - 1)
      kept = [...kept.slice(0, last + 1), borderBetween(kept[last + 1]!, kept[last]!, to)];
  }
  return kept;
}

/** Where the way from a point inside a box to one outside crosses its border; found by halving. */
function borderBetween(inside: Point, out: Point, box: Box): Point {
  let [near, far] = [inside, out];
  for (let round = 0; round < 12; round += 1) {
    const middle = { x: (near.x + far.x) / 2, y: (near.y + far.y) / 2 };
    if (isIn(middle, box)) near = middle;
    else far = middle;
  }
  return far;
}

const CORNER = 10;

/** The way through all points, its corners rounded: a label that stands at one of them stands on the line. */
function rounded(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const at = ({ x, y }: Point): string => `${x.toFixed(1)},${y.toFixed(1)}`;
  const towards = (from: Point, to: Point): Point => {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const share = Math.min(CORNER, length / 2) / length;
    return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  };
  const parts = [`M${at(first)}`];
  rest.forEach((point, index) => {
    const before = points[index]!;
    const after = rest[index + 1];
    if (after) parts.push(`L${at(towards(point, before))} Q${at(point)} ${at(towards(point, after))}`);
    else parts.push(`L${at(point)}`);
  });
  return parts.join(' ');
}

/** Half of the way along a line. */
function halfway(points: readonly Point[]): Point {
  const lengths = points
    .slice(1)
    .map((point, index) => Math.hypot(point.x - points[index]!.x, point.y - points[index]!.y));
  let left = lengths.reduce((sum, length) => sum + length, 0) / 2;
  for (const [index, length] of lengths.entries()) {
    const [from, to] = [points[index]!, points[index + 1]!];
    if (left <= length && length > 0) {
      const share = left / length;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    }
    left -= length;
  }
  return points[0] ?? { x: 0, y: 0 };
}
