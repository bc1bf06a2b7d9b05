import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { TimelineMark } from '../../../run/types.ts';
import { Slider } from '../../design/index.ts';
import { seek } from '../../state/playback.ts';
import { simulation, type SimulationState } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { formatClock } from './clock.ts';

/** How near the pointer must be to a mark, in pixels. */
const REACH_PX = 6;
const MARKS_PX = 14;
/** The thumb's half: the track's ends lie that far inside. */
const INSET_PX = 7;

const endOf = ({ horizon, time, startTime }: SimulationState): number => Math.max(horizon, time, startTime + 1);

/** The run as a line: where the playhead is, what lies behind and ahead of it, and what happened when. */
export function Scrubber(): React.JSX.Element {
  const { t } = useTranslation();
  const time = useStore(simulation, (state) => state.time);
  const startTime = useStore(simulation, (state) => state.startTime);
  const end = useStore(simulation, endOf);
  const [dragged, setDragged] = useState<number>();
  const [hovered, setHovered] = useState<{ mark: TimelineMark; x: number }>();
  const box = useRef<HTMLDivElement>(null);
  const near = (event: PointerEvent): typeof hovered => {
    const { left, width } = box.current!.getBoundingClientRect();
    return nearestMark(event.clientX - left, width);
  };
  return (
    <div
      className="scrubber"
      ref={box}
      onPointerMove={(event) => setHovered(near(event))}
      onPointerLeave={() => setHovered(undefined)}
    >
      <Marks />
      <Slider
        label={t('run.position')}
        valueText={t('run.positionText', { time: formatClock(time - startTime), end: formatClock(end - startTime) })}
        min={startTime}
        max={end}
        value={dragged ?? Math.min(time, end)}
        onChange={(next) => {
          // A click on a mark means the mark.
          const at = hovered && Math.abs(next - hovered.mark.time) < (end - startTime) / 50 ? hovered.mark.time : next;
          setDragged(at);
          void seek(at).then(() => setDragged((current) => (current === at ? undefined : current)));
        }}
      />
      {hovered ? (
        <div className="mark-tip" style={{ left: `clamp(160px, ${hovered.x}px, 100% - 160px)` }}>
          <span className="mono">{formatClock(hovered.mark.time - startTime)}</span>{' '}
          {t(`run.marks.${hovered.mark.kind}`)} {hovered.mark.title}
        </div>
      ) : null}
    </div>
  );
}

function nearestMark(x: number, width: number): { mark: TimelineMark; x: number } | undefined {
  const state = simulation.getState();
  const place = placer(state, width);
  let best: { mark: TimelineMark; x: number } | undefined;
  for (const mark of state.marks) {
    if (mark.time < state.startTime) continue;
    const at = place(mark.time);
    const isNearer = Math.abs(at - x) <= (best ? Math.abs(best.x - x) : REACH_PX);
    // A command tells more than the warnings that it led to.
    if (isNearer && !(best?.mark.kind === 'command' && mark.kind !== 'command')) best = { mark, x: at };
  }
  return best;
}

function placer(state: SimulationState, width: number): (time: number) => number {
  const scale = (width - 2 * INSET_PX) / (endOf(state) - state.startTime);
  return (time) => INSET_PX + (time - state.startTime) * scale;
}

/** Commands as tall bars, warnings as short ones, failed decisions as rings, keyframes as dots on the track. */
function Marks(): React.JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current!;
    let frame = 0;
    const drawSoon = (): void => {
      if (frame === 0)
        frame = requestAnimationFrame(() => {
          frame = 0;
          draw(element);
        });
    };
    const observer = new ResizeObserver(drawSoon);
    observer.observe(element);
    const stops = [simulation.subscribe(drawSoon), view.subscribe(drawSoon)];
    drawSoon();
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      for (const stop of stops) stop();
    };
  }, []);
  return <canvas className="marks" ref={canvas} aria-hidden />;
}

function draw(element: HTMLCanvasElement): void {
  const context = element.getContext('2d');
  const width = element.clientWidth;
  if (!context || width === 0) return;
  const ratio = window.devicePixelRatio;
  if (element.width !== Math.round(width * ratio)) element.width = Math.round(width * ratio);
  if (element.height !== MARKS_PX * ratio) element.height = MARKS_PX * ratio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, MARKS_PX);
  const style = getComputedStyle(element);
  const [accent, failure, soft] = ['--accent', '--failure', '--soft'].map((name) => style.getPropertyValue(name));
  const state = simulation.getState();
  const place = placer(state, width);
  context.fillStyle = soft!;
  for (const time of state.keyframes) {
    if (time >= state.startTime) context.fillRect(Math.round(place(time)), MARKS_PX - 2, 1, 2);
  }
  for (const mark of state.marks) {
    if (mark.time < state.startTime) continue;
    const x = Math.round(place(mark.time));
    // What lies after the playhead is dimmed: a change made here would undo it.
    context.globalAlpha = mark.time > state.time ? 0.4 : 1;
    if (mark.kind === 'command') {
      context.fillStyle = accent!;
      context.fillRect(x - 1, 0, 3, MARKS_PX - 3);
    } else if (mark.kind === 'warning') {
      context.fillStyle = failure!;
      context.fillRect(x, 5, 1, MARKS_PX - 8);
    } else {
      context.strokeStyle = failure!;
      context.beginPath();
      context.arc(x + 0.5, 7, 2.5, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}
