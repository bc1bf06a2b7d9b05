/** What travels, on one canvas over the stage. One ticker moves it; it stops when nothing flies. */
import { useReactFlow } from '@xyflow/react';
import { useEffect, useRef, type RefObject } from 'react';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { Flights, PULSE_MS, type Flight, type Rate } from '../../view/flights.ts';
import { PACKET_KINDS, type PacketKind } from '../../view/packets.ts';
import type { Stage } from '../../view/stage.ts';
import { pointAlong } from '../../view/stage-routes.ts';
import type { Point, Polyline } from '../../view/stage-types.ts';
import type { StageSize } from './camera.ts';
import { prepare, readColours } from './canvas.ts';
import { PACKET_SHAPES } from './packet-shapes.ts';
import { picture } from './picture.ts';

/** Events of one frame that are looked at: at great speeds the newest stand for all. */
const FRESH_LIMIT = 600;

const shapes = (): Readonly<Record<PacketKind, Path2D>> =>
  Object.fromEntries(PACKET_KINDS.map((kind) => [kind, new Path2D(PACKET_SHAPES[kind].path)])) as Record<
    PacketKind,
    Path2D
  >;

export function PacketCanvas({
  stage,
  size,
}: {
  stage: RefObject<Stage | undefined>;
  size: StageSize;
}): React.JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { getViewport } = useReactFlow();
  const flights = useRef<Flights>(undefined);
  flights.current ??= new Flights();
  const room = useRef(size);
  room.current = size;

  useEffect(() => {
    const flying = flights.current!;
    return simulation.subscribe((state, before) => {
      if (state.epoch !== before.epoch) flying.clear();
      if (!stage.current) return;
      if (!state.isPlaying) {
        if (state.seq === before.seq || before.isPlaying) return;
        const event = state.events.findLast((item) => item.seq <= state.seq);
        if (event) flying.show(stage.current, event);
        return;
      }
      if (!before.isPlaying) flying.clear();
      if (state.events === before.events || state.epoch !== before.epoch) return;
      const from = before.events.at(-1)?.seq ?? 0;
      let start = state.events.length;
      while (start > 0 && state.events[start - 1]!.seq > from) start -= 1;
      const fresh = state.events.slice(Math.max(start, state.events.length - FRESH_LIMIT));
      flying.play(stage.current, fresh, before.time, view.getState().hiddenPackets);
    });
  }, [stage]);

  useEffect(() => {
    const element = canvas.current!;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)');
    const paths = shapes();
    const names = ['text', 'surface', 'line', ...PACKET_KINDS.map((kind) => `packet-${kind}`)];
    let colours = readColours(names);
    const unwatch = view.subscribe((state, before) => {
      if (state.shade !== before.shade) requestAnimationFrame(() => (colours = readColours(names)));
    });
    let frame = 0;
    let last = performance.now();
    let isBlank = true;
    const draw = (now: number): void => {
      frame = requestAnimationFrame(draw);
      const flying = flights.current!;
      const { isPlaying, speed } = simulation.getState();
      const before = flying.all;
      flying.tick(Math.min(100, now - last), isPlaying, speed);
      last = now;
      if (flying.isIdle && isBlank && before.length === 0) return;
      isBlank = flying.isIdle;
      const context = prepare(element, room.current);
      const { x, y, zoom } = getViewport();
      const at = (point: Point): Point => ({ x: point.x * zoom + x, y: point.y * zoom + y });
      for (const flight of flying.all) {
        const share = flying.shareOf(flight);
        if (share >= 1) light(flight);
        const colour = colours.get(`packet-${flight.kind}`)!;
        const shape = { path: paths[flight.kind], isHollow: PACKET_SHAPES[flight.kind].isHollow };
        drawFlight(context, flight, share, at, colour, colours.get('surface')!, shape, isStill.matches);
      }
      for (const rate of flying.rates()) drawRate(context, rate, at, colours);
    };
    frame = requestAnimationFrame(draw);
    return () => {
      cancelAnimationFrame(frame);
      unwatch();
    };
  }, [getViewport]);

  return <canvas ref={canvas} className="packet-canvas" aria-hidden />;
}

/** The stages light up one after the other; a storm of requests would start them anew before they had. */
const LIT_MS = 700;
let litAt = 0;

/** A request that has reached the API server lights the stages it passes. */
function light({ kind, event }: Flight): void {
  if (kind !== 'request' || event.type !== 'api.request') return;
  const now = performance.now();
  if (now - litAt < LIT_MS || (picture.getState().lit?.seq ?? 0) >= event.seq) return;
  litAt = now;
  picture.setState({ lit: event });
}

interface Shape {
  readonly path: Path2D;
  readonly isHollow: boolean;
}

function line(context: CanvasRenderingContext2D, path: Polyline, at: (point: Point) => Point): void {
  context.beginPath();
  for (const [index, point] of path.entries()) {
    const { x, y } = at(point);
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
}

function drawFlight(
  context: CanvasRenderingContext2D,
  { path, lastsMs }: Flight,
  share: number,
  at: (point: Point) => Point,
  colour: string,
  ground: string,
  shape: Shape,
  isStill: boolean,
): void {
  if (share < 0) return;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 2;
  context.globalAlpha = 0.4;
  line(context, path, at);
  context.globalAlpha = 1;
  const [from, to] = [at(path[0]!), at(path.at(-1)!)];
  if (isStill) {
    ring(context, from, 5);
    ring(context, to, 8);
    return;
  }
  if (share >= 1) {
    const pulse = Math.min(1, ((share - 1) * lastsMs) / PULSE_MS);
    context.globalAlpha = 1 - pulse * 0.8;
    ring(context, to, 4 + 9 * pulse);
    context.globalAlpha = 1;
    return;
  }
  const { x, y } = at(pointAlong(path, share));
  context.save();
  context.translate(x - 6, y - 6);
  context.lineWidth = 2;
  if (shape.isHollow) {
    context.fillStyle = ground;
    context.fill(shape.path);
    context.stroke(shape.path);
  } else {
    context.fill(shape.path);
    context.lineWidth = 1;
    context.strokeStyle = ground;
    context.stroke(shape.path);
  }
  context.restore();
}

function ring(context: CanvasRenderingContext2D, { x, y }: Point, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** What passes a line in a second of the cluster, all kinds together; the line has the colour of the most frequent. */
function drawRate(
  context: CanvasRenderingContext2D,
  { kind, path, perSecond }: Rate,
  at: (point: Point) => Point,
  colours: ReadonlyMap<string, string>,
): void {
  context.strokeStyle = colours.get(`packet-${kind}`)!;
  context.lineWidth = 4;
  context.globalAlpha = 0.5;
  line(context, path, at);
  context.globalAlpha = 1;
  const { x, y } = at(pointAlong(path, 0.5));
  const text = `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`;
  context.font = '600 11px "Pretendard Variable", sans-serif';
  const width = context.measureText(text).width + 12;
  context.fillStyle = colours.get('surface')!;
  context.lineWidth = 1.5;
  context.beginPath();
  context.roundRect(x - width / 2, y - 8, width, 16, 8);
  context.fill();
  context.stroke();
  context.fillStyle = colours.get('text')!;
  context.fillText(text, x - width / 2 + 6, y + 4);
}
