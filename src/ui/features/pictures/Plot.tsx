/**
 * A plot over virtual time. Drawn by uPlot: 22 kB gzip and no dependencies, where recharts and visx weigh several times
 * that; its canvas holds thousands of points at the pace of play; colours are read from the page's own tokens. What a
 * canvas cannot tell is told beside it: the summary in its name, a cursor that moves by arrow keys and speaks, and the
 * numbers as a table.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { turningPoints, type Curves } from '../../view/curves.ts';
import { seek } from '../../state/playback.ts';
import { formatClock } from '../timeline/clock.ts';
import { dataOf, optionsOf, paletteOf, type PlotLine } from './plot-options.ts';

const TABLE_ROWS = 24;

interface PlotProps {
  /** What is plotted, as a heading says it. */
  readonly title: string;
  readonly lines: readonly PlotLine[];
  /** One curve for each line that is not a fixed one. */
  readonly curves: Curves;
  /** Curves lie on top of each other. */
  readonly isStacked?: boolean;
  readonly height?: number;
  /** A value as people read it. */
  say?(value: number): string;
}

const plain = (value: number): string => String(Number(value.toFixed(2)));

export function Plot({
  title,
  lines,
  curves,
  isStacked = false,
  height = 132,
  say = plain,
}: PlotProps): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const [index, setIndex] = useState<number>();
  const shown = Math.min(index ?? curves.times.length - 1, curves.times.length - 1);
  const at = curves.times[shown] ?? 0;
  const valueAt = (line: PlotLine, when: number): number | null =>
    curves.curves.find(({ id }) => id === line.id)?.values[when] ?? null;
  const words = lines
    .map((line) => [line.label, valueAt(line, shown)] as const)
    .map(([label, value]) => `${label} ${value === null ? '–' : say(value)}`)
    .join(', ');
  const move = (event: KeyboardEvent): void => {
    const last = curves.times.length - 1;
    const next: Readonly<Record<string, number>> = {
      ArrowLeft: shown - 1,
      ArrowRight: shown + 1,
      PageUp: shown + 10,
      PageDown: shown - 10,
      Home: 0,
      End: last,
    };
    const wanted = next[event.key];
    if (event.key === 'Enter') void seek(at);
    else if (wanted === undefined) return;
    else setIndex(Math.max(0, Math.min(last, wanted)));
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <figure className="plot">
      <figcaption>
        <strong>{title}</strong>
        <span className="mono soft">{formatClock(at - startTime)}</span>
      </figcaption>
      <div
        className="plot-canvas"
        role="slider"
        tabIndex={0}
        aria-label={t('pictures.plotOf', { title })}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, curves.times.length - 1)}
        aria-valuenow={Math.max(0, shown)}
        aria-valuetext={`${formatClock(at - startTime)}: ${words}`}
        onKeyDown={move}
        onBlur={() => setIndex(undefined)}
      >
        <Canvas {...{ lines, curves, isStacked, height, say, shown, isPicked: index !== undefined, pick: setIndex }} />
      </div>
      <ul className="plot-legend">
        {lines.map((line) => {
          const value = valueAt(line, shown);
          return (
            <li key={line.id}>
              <span className={`swatch${line.isDashed ? ' dashed' : ''}`} style={{ color: `var(${line.colour})` }} />
              {line.label} <strong>{value === null ? '–' : say(value)}</strong>
            </li>
          );
        })}
      </ul>
      <Numbers {...{ title, lines, curves, say }} />
    </figure>
  );
}

type CanvasProps = Required<Omit<PlotProps, 'title'>> & {
  readonly shown: number;
  readonly isPicked: boolean;
  pick(index: number | undefined): void;
};

function Canvas({ lines, curves, isStacked, height, say, shown, isPicked, pick }: CanvasProps): React.JSX.Element {
  const shade = useStore(view, (state) => state.shade);
  const startTime = useStore(simulation, (state) => state.startTime);
  const marks = useStore(simulation, (state) => state.marks);
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const commands = useRef<readonly number[]>([]);
  const end = curves.times.at(-1) ?? 0;
  commands.current = useMemo(
    () => marks.filter(({ kind, time }) => kind === 'command' && time <= end).map(({ time }) => time),
    [marks, end],
  );
  const data = useMemo(() => dataOf(curves, isStacked), [curves, isStacked]);
  // A plot is made anew when its lines or colours change, and only fed when time goes on.
  const shape = JSON.stringify([lines, isStacked, height, shade, startTime]);
  const latest = useRef({ data, lines, say, pick });
  latest.current = { data, lines, say, pick };
  useEffect(() => {
    const element = box.current!;
    const { width } = element.getBoundingClientRect();
    const palette = paletteOf(element, latest.current.lines);
    const made = new uPlot(
      optionsOf({
        width: Math.max(120, width),
        height,
        lines: latest.current.lines,
        palette,
        isStacked,
        isWhole: latest.current.say === plain,
        startTime,
        commands: () => commands.current,
        say: (value) => latest.current.say(value),
        pick: (index) => latest.current.pick(index),
      }),
      latest.current.data as unknown as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) made.setSize({ width: Math.max(120, entry.contentRect.width), height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, height, isStacked, startTime]);
  useEffect(() => plot.current?.setData(data as unknown as uPlot.AlignedData), [data]);
  useEffect(() => {
    const { current } = plot;
    if (!current || !isPicked) return;
    const left = current.valToPos(current.data[0][shown] ?? 0, 'x');
    // Told so that it does not tell back: the pointer is elsewhere.
    current.setCursor({ left, top: 0 }, false);
  }, [shown, isPicked]);
  return <div ref={box} aria-hidden />;
}

function Numbers({
  title,
  lines,
  curves,
  say,
}: Required<Pick<PlotProps, 'title' | 'lines' | 'curves' | 'say'>>): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="numbers" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('pictures.numbers')}</summary>
      {isOpen ? (
        <div className="scroll" tabIndex={0} role="region" aria-label={t('pictures.numbersOf', { title })}>
          <table className="report">
            <thead>
              <tr>
                <th scope="col">{t('pictures.time')}</th>
                {lines.map(({ id, label }) => (
                  <th key={id} scope="col">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...turningPoints(curves, TABLE_ROWS)].reverse().map((index) => (
                <tr key={index}>
                  <th scope="row" className="mono">
                    {formatClock(curves.times[index]! - startTime)}
                  </th>
                  {lines.map(({ id }) => {
                    const value = curves.curves.find((curve) => curve.id === id)?.values[index] ?? null;
                    return <td key={id}>{value === null ? '–' : say(value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}
