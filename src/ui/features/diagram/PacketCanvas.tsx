/**
 * What travels, on one canvas over the stage. A packet of the cluster takes milliseconds, too short to be seen at ordinary
 * speed, so each is shown for at least half a second; its ends, its order and its start are the trace's.
 */
import { useReactFlow, useViewport } from '@xyflow/react';
import { useEffect, useRef, type RefObject } from 'react';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { packetsOf, type Packet } from '../../view/packets.ts';
import type { Point } from '../../view/stage.ts';

const SHOWN_MS = 520;
const STEPPED_MS = 700;
const PULSE_MS = 160;
/** More than this at once would be a storm: the rest is counted. */
const FLIGHT_LIMIT = 60;

interface Flying extends Packet {
  readonly startMs: number;
  readonly lastsMs: number;
}

export function PacketCanvas({ places }: { places: RefObject<ReadonlyMap<string, Point>> }): React.JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewport = useViewport();
  const { getViewport } = useReactFlow();
  const flying = useRef<Flying[]>([]);
  const skipped = useRef(0);

  useEffect(() => {
    const add = (packets: readonly Packet[], lastsMs: number): void => {
      const now = performance.now();
      const hidden = view.getState().hiddenPackets;
      for (const packet of packets) {
        if (hidden.includes(packet.kind) || packet.from === packet.to) continue;
        if (flying.current.length >= FLIGHT_LIMIT) skipped.current += 1;
        else flying.current.push({ ...packet, startMs: now + (flying.current.length % 8) * 24, lastsMs });
      }
    };
    return simulation.subscribe((state, before) => {
      if (state.epoch !== before.epoch) flying.current = [];
      if (!state.isPlaying && state.seq !== before.seq) {
        const event = state.events.findLast((item) => item.seq === state.seq);
        flying.current = [];
        if (event) add(packetsOf(event), STEPPED_MS);
        return;
      }
      if (state.events === before.events || state.epoch !== before.epoch) return;
      const from = before.events.at(-1)?.seq ?? 0;
      const fresh = state.events.filter(({ seq }) => seq > from).slice(-FLIGHT_LIMIT);
      for (const event of fresh) add(packetsOf(event), SHOWN_MS);
    });
  }, []);

  useEffect(() => {
    const element = canvas.current!;
    const context = element.getContext('2d')!;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)');
    let frame = 0;
    const draw = (now: number): void => {
      frame = requestAnimationFrame(draw);
      const { clientWidth, clientHeight } = element;
      const ratio = window.devicePixelRatio || 1;
      if (element.width !== Math.round(clientWidth * ratio) || element.height !== Math.round(clientHeight * ratio)) {
        element.width = Math.round(clientWidth * ratio);
        element.height = Math.round(clientHeight * ratio);
      }
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, element.width, element.height);
      if (flying.current.length === 0) return;
      const { x, y, zoom } = getViewport();
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const style = getComputedStyle(document.documentElement);
      flying.current = flying.current.filter((packet) => now < packet.startMs + packet.lastsMs + PULSE_MS);
      for (const packet of flying.current) {
        const [from, to] = [places.current?.get(packet.from), places.current?.get(packet.to)];
        if (!from || !to) continue;
        const at = (point: Point): Point => ({ x: point.x * zoom + x, y: point.y * zoom + y });
        drawPacket(
          context,
          packet,
          at(from),
          at(to),
          now,
          style.getPropertyValue(`--packet-${packet.kind}`),
          isStill.matches,
        );
      }
      if (skipped.current > 0) {
        const hub = places.current?.get('kube-apiserver');
        if (hub) {
          context.fillStyle = style.getPropertyValue('--text');
          context.font = '600 12px sans-serif';
          context.fillText(`+${skipped.current}`, hub.x * zoom + x - 12, (hub.y + 46) * zoom + y);
        }
        if (flying.current.length < FLIGHT_LIMIT / 2) skipped.current = 0;
      }
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [getViewport, places]);

  return <canvas ref={canvas} aria-hidden style={{ width: '100%', height: '100%' }} data-zoom={viewport.zoom} />;
}

function drawPacket(
  context: CanvasRenderingContext2D,
  packet: Flying,
  from: Point,
  to: Point,
  now: number,
  colour: string,
  isStill: boolean,
): void {
  const part = (now - packet.startMs) / packet.lastsMs;
  if (part < 0) return;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 1;
  context.globalAlpha = 0.45;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
  context.globalAlpha = 1;
  if (part >= 1 || isStill) {
    context.beginPath();
    context.arc(
      to.x,
      to.y,
      isStill ? 8 : 4 + 8 * Math.min(1, ((part - 1) * packet.lastsMs) / PULSE_MS),
      0,
      2 * Math.PI,
    );
    context.stroke();
    return;
  }
  const [x, y] = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part];
  context.beginPath();
  if (packet.kind === 'watch') context.rect(x - 4, y - 4, 8, 8);
  else if (packet.kind === 'dns') {
    context.moveTo(x, y - 5);
    context.lineTo(x + 5, y + 4);
    context.lineTo(x - 5, y + 4);
    context.closePath();
  } else context.arc(x, y, packet.kind === 'probe' ? 3 : 5, 0, 2 * Math.PI);
  if (packet.kind === 'response') context.stroke();
  else context.fill();
}
