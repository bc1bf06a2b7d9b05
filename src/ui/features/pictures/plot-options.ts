/** What uPlot is told: steps that hold until the next, the page's colours, dashed marks where commands were given. */
import uPlot from 'uplot';
import { stacked, type Curves } from '../../view/curves.ts';
import { formatClock } from '../timeline/clock.ts';

export interface PlotLine {
  readonly id: string;
  readonly label: string;
  /** A custom property of the page: `--data-0`. */
  readonly colour: string;
  readonly isDashed?: boolean;
  readonly isFilled?: boolean;
  /** The id of a line: the space between the two is tinted. */
  readonly bandTo?: string;
}

export interface Palette {
  readonly text: string;
  readonly grid: string;
  readonly accent: string;
  readonly font: string;
  readonly lines: readonly string[];
}

export function paletteOf(element: Element, lines: readonly PlotLine[]): Palette {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read('--soft'),
    grid: read('--line'),
    accent: read('--accent'),
    font: `11px ${read('--sans')}`,
    lines: lines.map(({ colour }) => read(colour)),
  };
}

/** Columns in the order of the lines: times in seconds, then values; a stack is drawn from its top. */
export function dataOf({ times, curves }: Curves, isStacked: boolean): readonly (readonly (number | null)[])[] {
  const drawn = isStacked ? stacked(curves) : curves;
  return [times.map((time) => time / 1000), ...drawn.map(({ values }) => values)];
}

interface Wishes {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly PlotLine[];
  readonly palette: Palette;
  readonly isStacked: boolean;
  /** Only whole numbers stand beside the axis. */
  readonly isWhole: boolean;
  readonly startTime: number;
  commands(): readonly number[];
  say(value: number): string;
  pick(index: number | undefined): void;
}

const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000];

const stepped = uPlot.paths.stepped!({ align: 1 });

/** A hex colour with an opacity. */
const tinted = (colour: string, opacity: string): string => `${colour}${opacity}`;

export function optionsOf(wishes: Wishes): uPlot.Options {
  const { width, height, lines, palette, isStacked, isWhole, startTime, say, pick } = wishes;
  const axis: uPlot.Axis = {
    stroke: palette.text,
    font: palette.font,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  return {
    width,
    height,
    padding: [8, 22, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false, range: (_plot, min, max) => [min, max > min ? max : min + 1] },
      y: { range: (_plot, min, max) => [Math.min(0, min), Math.max(1, max) * 1.08] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        space: 64,
        grid: { show: false },
        values: (_plot, splits) =>
          splits.map((seconds) => formatClock(seconds * 1000 - startTime).replace(/\.\d+$/, '')),
      },
      {
        ...axis,
        size: 44,
        space: 26,
        ...(isWhole ? { incrs: WHOLE } : {}),
        values: (_plot, splits) => splits.map(say),
      },
    ],
    series: [
      {},
      ...lines.map(({ isDashed, isFilled }, index): uPlot.Series => {
        const colour = palette.lines[index] || palette.text;
        return {
          stroke: colour,
          width: isDashed ? 1.25 : 2,
          paths: stepped,
          points: { show: false },
          ...(isDashed ? { dash: [5, 4] } : {}),
          ...(isFilled || (isStacked && index === 0) ? { fill: tinted(colour, isStacked ? '99' : '2a') } : {}),
        };
      }),
    ],
    bands: bandsOf(lines, palette, isStacked),
    hooks: {
      setCursor: [
        (plot) => {
          // Only a pointer on the plot picks: keys have told the page already.
          if (plot.over.matches(':hover')) pick(plot.cursor.idx ?? undefined);
        },
      ],
      draw: [(plot) => drawCommands(plot, wishes.commands(), palette)],
      ready: [(plot) => plot.over.addEventListener('mouseleave', () => pick(undefined))],
    },
  };
}

function bandsOf(lines: readonly PlotLine[], palette: Palette, isStacked: boolean): uPlot.Band[] {
  const bands: uPlot.Band[] = [];
  lines.forEach(({ bandTo }, index) => {
    const colour = palette.lines[index] || palette.text;
    if (isStacked && index > 0) bands.push({ series: [index + 1, index], fill: tinted(colour, '99') });
    const other = lines.findIndex(({ id }) => id === bandTo);
    if (other >= 0) bands.push({ series: [index + 1, other + 1], fill: tinted(colour, '22') });
  });
  return bands;
}

/** A dashed upright where a person gave a command. */
function drawCommands(plot: uPlot, times: readonly number[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales['x']!;
  ctx.save();
  ctx.strokeStyle = palette.accent;
  ctx.fillStyle = palette.accent;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const time of times) {
    const seconds = time / 1000;
    if (seconds < (min ?? 0) || seconds > (max ?? 0)) continue;
    const x = Math.round(plot.valToPos(seconds, 'x', true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const size = 4 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top);
    ctx.lineTo(x + size, bbox.top);
    ctx.lineTo(x, bbox.top + size * 1.4);
    ctx.fill();
  }
  ctx.restore();
}
