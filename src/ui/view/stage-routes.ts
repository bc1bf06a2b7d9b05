/**
 * The way a packet takes: along the lines of the stage, never across a card. Control lines are a tree whose root is the
 * API server's edge, data lines a tree whose root is the top of the data gutter; a way between two leaves goes up from one
 * to where it meets the other's and down again.
 */
import { serviceDock, type Stage } from './stage.ts';
import { controlRail, controlRiser, dataRail, dataRiser } from './stage-bands.ts';
import type { Box, NodeCard, PodChip, Point, Polyline } from './stage-types.ts';

const HUB = 'kube-apiserver';

/** The card, port or chip that a component id or record key stands for; undefined when it is not on the stage. */
export function boxOf(stage: Stage, id: string): Box | undefined {
  const component = stage.frame.components.get(id);
  if (component) return component;
  const port = portOf(stage, id);
  if (port) return port.box;
  const pod = podOf(stage, id);
  if (pod) return absolute(pod.chip, pod.home);
  const node = stage.nodes.get(id.startsWith('nodes|') ? id.slice('nodes|'.length) : '');
  return node ?? stage.services.get(id.startsWith('service/') ? `services|${id.slice('service/'.length)}` : id);
}

const absolute = ({ x, y, width, height }: Box, outer: Point): Box => ({
  x: outer.x + x,
  y: outer.y + y,
  width,
  height,
});

function portOf(stage: Stage, id: string): { card: NodeCard; box: Box } | undefined {
  const found = /^node\/(.+)\/(kubelet|kube-proxy)$/.exec(id);
  const card = found ? stage.nodes.get(found[1]!) : undefined;
  if (!card) return undefined;
  return { card, box: absolute(found![2] === 'kubelet' ? card.kubelet : card.kubeProxy, card) };
}

function podOf(stage: Stage, id: string): { chip: PodChip; home: Box & { readonly kind: string } } | undefined {
  return stage.pods.get(id.replace(/^(?:pod|coredns)\//, 'pods|'));
}

const middleX = ({ x, width }: Box): number => x + width / 2;
const middleY = ({ y, height }: Box): number => y + height / 2;

/** From the API server's edge. */
function controlPath(stage: Stage, id: string): Polyline | undefined {
  const { frame } = stage;
  const direct = frame.hub.get(id);
  if (direct) return direct;
  const port = portOf(stage, id);
  const toRow = (card: Box): Point[] => [
    ...frame.controlRoot,
    { x: frame.controlX, y: controlRail(card) },
    { x: controlRiser(card), y: controlRail(card) },
  ];
  if (port) {
    const y = middleY(port.box);
    return [...toRow(port.card), { x: controlRiser(port.card), y }, { x: port.card.x, y }];
  }
  const pod = podOf(stage, id);
  if (!pod) return undefined;
  const box = absolute(pod.chip, pod.home);
  if (pod.home.kind !== 'node') {
    const y = pod.home.y + pod.home.height + 4;
    return [
      ...frame.controlRoot,
      { x: frame.controlX, y },
      { x: middleX(box), y },
      { x: middleX(box), y: box.y + box.height },
    ];
  }
  const gutter = box.y - 2;
  return [
    ...toRow(pod.home),
    { x: controlRiser(pod.home), y: gutter },
    { x: middleX(box), y: gutter },
    { x: middleX(box), y: box.y },
  ];
}

/** From the top of the data gutter. */
function dataPath(stage: Stage, id: string): Polyline | undefined {
  const { frame } = stage;
  const root = { x: frame.dataX, y: frame.dataTop };
  const outside = frame.outside.get(id);
  if (outside) return [root, ...outside];
  const service = stage.services.get(id.startsWith('service/') ? `services|${id.slice('service/'.length)}` : id);
  if (service) return [root, ...serviceDock(frame, service)];
  const port = portOf(stage, id);
  if (port) {
    const [rail, riser, y] = [dataRail(port.card), dataRiser(port.card), middleY(port.box)];
    return [root, { x: frame.dataX, y: rail }, { x: riser, y: rail }, { x: riser, y }, { x: port.card.x, y }];
  }
  const pod = podOf(stage, id);
  if (!pod || pod.home.kind !== 'node') return undefined;
  const box = absolute(pod.chip, pod.home);
  const [rail, column, y] = [dataRail(pod.home), box.x + box.width + 2, middleY(box)];
  return [root, { x: frame.dataX, y: rail }, { x: column, y: rail }, { x: column, y }, { x: box.x + box.width, y }];
}

/** Between a port and a pod of the same node, inside the card: along the gutters of the grid. */
function localPath(stage: Stage, from: string, to: string): Polyline | undefined {
  const [port, pod] = [portOf(stage, from), podOf(stage, to)];
  if (!port || !pod || pod.home !== port.card) return undefined;
  const [box, y, gutterX] = [absolute(pod.chip, pod.home), middleY(port.box), port.card.x + port.card.grid.x - 4];
  return [
    { x: port.box.x + port.box.width, y },
    { x: gutterX, y },
    { x: gutterX, y: box.y - 2 },
    { x: middleX(box), y: box.y - 2 },
    { x: middleX(box), y: box.y },
  ];
}

const reversed = (path: Polyline): Polyline => [...path].reverse();

/** Takes out points that double back or lie on a straight line. */
export function straighten(points: Polyline): Polyline {
  const path: Point[] = [];
  for (const point of points) {
    for (;;) {
      const [before, last] = [path.at(-2), path.at(-1)];
      if (last && last.x === point.x && last.y === point.y) path.pop();
      else if (before && last && isOnOneLine(before, last, point)) path.pop();
      else break;
    }
    path.push(point);
  }
  return path;
}

const isOnOneLine = (a: Point, b: Point, c: Point): boolean =>
  (a.x === b.x && b.x === c.x) || (a.y === b.y && b.y === c.y);

/** The way from one end to the other; undefined when an end is not on the stage or both are the same place. */
export function routeBetween(stage: Stage, from: string, to: string): Polyline | undefined {
  if (from === to) return undefined;
  const local = localPath(stage, from, to) ?? (localPath(stage, to, from) && reversed(localPath(stage, to, from)!));
  if (local) return straighten(local);
  if (from === HUB) return withEnds(controlPath(stage, to));
  if (to === HUB) return withEnds(controlPath(stage, from), true);
  for (const tree of [dataPath, controlPath]) {
    const [up, down] = [tree(stage, from), tree(stage, to)];
    if (up && down) return straighten([...reversed(up), ...down]);
  }
  const [start, end] = [boxOf(stage, from), boxOf(stage, to)];
  if (!start || !end) return undefined;
  const corner = { x: middleX(end), y: middleY(start) };
  return straighten([{ x: middleX(start), y: middleY(start) }, corner, { x: middleX(end), y: middleY(end) }]);
}

function withEnds(path: Polyline | undefined, isBackwards = false): Polyline | undefined {
  if (!path) return undefined;
  return straighten(isBackwards ? reversed(path) : path);
}

export function lengthOf(path: Polyline): number {
  let sum = 0;
  for (let index = 1; index < path.length; index += 1) {
    sum += Math.abs(path[index]!.x - path[index - 1]!.x) + Math.abs(path[index]!.y - path[index - 1]!.y);
  }
  return sum;
}

/** The point at a share of the way. All stretches are level or upright, so their lengths are plain differences. */
export function pointAlong(path: Polyline, share: number): Point {
  let left = Math.max(0, Math.min(1, share)) * lengthOf(path);
  for (let index = 1; index < path.length; index += 1) {
    const [from, to] = [path[index - 1]!, path[index]!];
    const stretch = Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
    if (left <= stretch && stretch > 0) {
      const part = left / stretch;
      return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    }
    left -= stretch;
  }
  return path.at(-1)!;
}
