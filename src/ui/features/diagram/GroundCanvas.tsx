/**
 * The lines that are always there, and what is too small for elements of its own: pods of dense nodes, and whole nodes
 * from far away. Drawn only when the picture or the camera has changed.
 */
import { useReactFlow } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { view, type NodeHeat } from '../../state/view.ts';
import type { Stage } from '../../view/stage.ts';
import { routeBetween } from '../../view/stage-routes.ts';
import type { NodeCard, PodChip, Polyline } from '../../view/stage-types.ts';
import { useCameraChange, type StageSize } from './camera.ts';
import { prepare, readColours, type Camera } from './canvas.ts';
import { picture } from './picture.ts';
import { hasButtons, stepOf } from './zoom.ts';

const COLOURS = ['line', 'soft', 'surface', 'text', 'failure', 'warn', 'accent', 'raised'];
const DATA = [0, 1, 2, 3, 4, 5, 6].map((index) => `data-${index}`);

export function GroundCanvas({ stage, size }: { stage: Stage; size: StageSize }): React.JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { getViewport } = useReactFlow();
  const shade = useStore(view, (state) => state.shade);
  const selected = useStore(view, (state) => state.selected);
  const heat = useStore(view, (state) => state.heat);
  const marks = useStore(view, (state) => state.marks);
  const relations = useStore(picture, (state) => state.relations);
  const frame = useRef(0);
  const draw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      if (!canvas.current) return;
      const colours = readColours([...COLOURS, ...DATA]);
      new Painter(prepare(canvas.current, size), size, getViewport(), colours).paint(stage, selected, heat);
    });
  }, [stage, selected, heat, size, getViewport]);
  useCameraChange(draw);
  useEffect(draw, [draw, shade, relations, marks]);
  return <canvas ref={canvas} className="ground-canvas" aria-hidden />;
}

/** As the chips of pods have it: of the preemption that a panel shows, else of the latest attempt. */
function isVictim(key: string): boolean {
  const { marks } = view.getState();
  if (marks) return marks.victims.includes(key);
  return picture.getState().facts.attempt?.data.victims?.includes(key.slice('pods|'.length)) ?? false;
}

class Painter {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly size: StageSize,
    private readonly camera: Camera,
    private readonly colours: ReadonlyMap<string, string>,
  ) {}

  paint(stage: Stage, selected: string | undefined, heat: NodeHeat | undefined): void {
    const { zoom } = this.camera;
    const isFar = stepOf(zoom, stage.frame.nodeWidth) === 'fleet';
    for (const line of stage.lines) {
      if (isFar && line.isTwig) continue;
      this.trace(line.points, 'soft', 1, line.kind === 'data' ? [3, 3] : [], 0.5);
    }
    const { keys, links } = picture.getState().relations;
    for (const [from, to] of links) {
      const path = routeBetween(stage, from, to);
      if (path) this.trace(path, 'accent', 2, [], 0.9);
    }
    for (const card of stage.nodes.values()) {
      if (!this.isInSight(card)) continue;
      const isDimmed = keys !== undefined && !keys.has(card.id);
      if (isFar) {
        this.node(card, isDimmed, selected === card.id);
        if (heat) this.heat(card, heat);
      }
      if (!hasButtons(card, zoom)) this.pods(card, keys, selected);
    }
  }

  private at(x: number, y: number): readonly [number, number] {
    return [x * this.camera.zoom + this.camera.x, y * this.camera.zoom + this.camera.y];
  }

  private isInSight({ x, y, width, height }: NodeCard): boolean {
    const [left, top] = this.at(x, y);
    const [right, bottom] = this.at(x + width, y + height);
    return right > 0 && bottom > 0 && left < this.size.width && top < this.size.height;
  }

  private colour(name: string): string {
    return this.colours.get(name) ?? '#888';
  }

  private trace(points: Polyline, colour: string, width: number, dash: readonly number[], alpha: number): void {
    const { context } = this;
    context.save();
    context.globalAlpha = alpha;
    context.strokeStyle = this.colour(colour);
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.lineJoin = 'round';
    context.beginPath();
    points.forEach((point, index) => {
      const [x, y] = this.at(point.x, point.y);
      // On the middle of a pixel a line of one pixel is sharp.
      const [px, py] = [Math.round(x) + 0.5, Math.round(y) + 0.5];
      if (index === 0) context.moveTo(px, py);
      else context.lineTo(px, py);
    });
    context.stroke();
    context.restore();
  }

  /** A whole node from afar: a cell, its border its state; a node that is down is crossed out. */
  private node(card: NodeCard, isDimmed: boolean, isSelected: boolean): void {
    const { context } = this;
    const [x, y] = this.at(card.x, card.y);
    const [width, height] = [card.width * this.camera.zoom, card.height * this.camera.zoom];
    context.globalAlpha = isDimmed || !card.isMatch ? 0.35 : 1;
    context.fillStyle = this.colour('surface');
    context.fillRect(x, y, width, height);
    context.lineWidth = isSelected || !card.isReady ? 2 : 1;
    const isPressed = card.isCordoned || card.pressures.length > 0;
    context.strokeStyle = this.colour(isSelected ? 'accent' : !card.isReady ? 'failure' : isPressed ? 'warn' : 'soft');
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    if (!card.isReady || card.isCordoned) {
      context.beginPath();
      context.moveTo(x, y + height);
      context.lineTo(x + width, y);
      if (!card.isReady) {
        context.moveTo(x, y);
        context.lineTo(x + width, y + height);
      }
      context.stroke();
    }
    this.fill(card, x, y, width);
    context.globalAlpha = 1;
  }

  /** The score that a panel shows, as a tint of the whole cell; a node that was turned down is crossed out. */
  private heat({ name, x, y, width, height }: NodeCard, { scores, rejected }: NodeHeat): void {
    const { context } = this;
    const { zoom } = this.camera;
    const [left, top] = this.at(x, y);
    const score = scores[name];
    if (score !== undefined) {
      context.globalAlpha = 0.1 + 0.6 * Math.min(1, Math.max(0, score / 100));
      context.fillStyle = this.colour('accent');
      context.fillRect(left, top, width * zoom, height * zoom);
      context.globalAlpha = 1;
    } else if (rejected.includes(name)) {
      const [size, middleX, middleY] = [
        Math.min(width, height) * zoom * 0.2,
        left + (width * zoom) / 2,
        top + (height * zoom) / 2,
      ];
      context.strokeStyle = this.colour('failure');
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(middleX - size, middleY - size);
      context.lineTo(middleX + size, middleY + size);
      context.moveTo(middleX + size, middleY - size);
      context.lineTo(middleX - size, middleY + size);
      context.stroke();
    }
  }

  /** How much of the node is asked for, as a bar at its top. */
  private fill({ cpu }: NodeCard, x: number, y: number, width: number): void {
    const height = Math.max(2, 14 * this.camera.zoom);
    this.context.fillStyle = this.colour('raised');
    this.context.fillRect(x + 2, y + 2, width - 4, height);
    this.context.fillStyle = this.colour('accent');
    this.context.fillRect(
      x + 2,
      y + 2,
      (width - 4) * Math.min(1, cpu.capacity === 0 ? 0 : cpu.requested / cpu.capacity),
      height,
    );
  }

  private pods(card: NodeCard, keys: ReadonlySet<string> | undefined, selected: string | undefined): void {
    for (const pod of card.pods) {
      const [x, y] = this.at(card.x + pod.x, card.y + pod.y);
      const width = Math.max(1, pod.width * this.camera.zoom);
      const height = Math.max(1, pod.height * this.camera.zoom);
      const isQuiet = !pod.isMatch || (keys !== undefined && !keys.has(pod.key));
      this.context.globalAlpha = isQuiet ? 0.25 : 1;
      this.cell(pod, x, y, width, height);
      if (isVictim(pod.key)) {
        this.context.strokeStyle = this.colour('failure');
        this.context.lineWidth = 2;
        this.context.setLineDash([3, 2]);
        this.context.strokeRect(x - 1, y - 1, width + 2, height + 2);
        this.context.setLineDash([]);
      }
      if (selected === pod.key) {
        this.context.globalAlpha = 1;
        this.context.strokeStyle = this.colour('text');
        this.context.lineWidth = 2;
        this.context.strokeRect(x - 1, y - 1, width + 2, height + 2);
      }
    }
    this.context.globalAlpha = 1;
  }

  /** Ready is filled, on its way is hollow, failed is crossed, ending is a half. */
  private cell({ health, colour, revision }: PodChip, x: number, y: number, width: number, height: number): void {
    const { context } = this;
    const paint = this.colour(health.shape === 'failed' ? 'failure' : `data-${colour}`);
    context.fillStyle = paint;
    context.strokeStyle = paint;
    context.lineWidth = 1;
    if (health.shape === 'ready' || width < 3) context.fillRect(x, y, width, height);
    else if (health.shape === 'ending') context.fillRect(x, y + height / 2, width, height / 2);
    else context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
    if (health.shape === 'failed' && width >= 4) {
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(x + width, y + height);
      context.moveTo(x + width, y);
      context.lineTo(x, y + height);
      context.stroke();
    }
    if (revision?.isOld && width >= 4) {
      context.fillStyle = this.colour('surface');
      context.fillRect(x + width * 0.3, y + height * 0.3, width * 0.4, height * 0.4);
    }
  }
}
