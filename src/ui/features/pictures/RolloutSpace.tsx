import { useTranslation } from 'react-i18next';
import { inspect } from '../../state/view.ts';
import { useWindowClass } from '../../state/window-class.ts';
import type { PodCell, RolloutPicture, SetColumn } from '../../view/rollout-picture.ts';
import { revisionColour } from './RolloutView.tsx';

const HEIGHT = { narrow: 188, wide: 300 };
const TOP = 12;
const FOOT = 34;
const COLUMN = { narrow: 44, wide: 64 };
const GAP = 14;
const LABELS = 84;
const UNIT_MOST = { narrow: 26, wide: 36 };
/** Cells lower than this are drawn as one block a state. */
const CELL_MIN_PX = 5;

/**
 * Pods as cells in columns over one scale: a column a ReplicaSet, then all pods that are there and all that are
 * available. Lines say how many are wanted, and the room above and below is what surge and unavailability allow.
 */
export function RolloutSpace({ picture, isWide }: { picture: RolloutPicture; isWide: boolean }): React.JSX.Element {
  const { t } = useTranslation();
  const { desired, ceiling = desired, floor = desired, columns, total, available } = picture;
  const size = isWide ? 'wide' : 'narrow';
  const height = HEIGHT[size];
  // On a phone the window of its own is no wider than the panel.
  const column = COLUMN[useWindowClass() === 'narrow' ? 'narrow' : size];
  const most = Math.max(1, ceiling, total, ...columns.map((set) => Math.max(set.desired, set.cells.length)));
  const unit = Math.min(UNIT_MOST[size], (height - TOP - FOOT) / most);
  const bottom = height - FOOT;
  const y = (count: number): number => bottom - count * unit;
  const x = (index: number): number => 8 + index * (column + GAP);
  const sums = columns.length;
  const width = x(sums + 2) + LABELS;
  const from = x(sums) - GAP / 2;
  const until = x(sums + 2) - GAP / 2;
  const shown = picture.columns.flatMap(({ cells }) => cells).filter(({ shape }) => shape !== 'ending');
  return (
    <div className="scroll space" tabIndex={0} role="region" aria-label={t('pictures.rollout.space')}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t('pictures.rollout.spaceText', { desired, ceiling, floor, total, available })}
      >
        {picture.ceiling !== undefined && ceiling > desired ? (
          <rect className="room surge" x={from} width={until - from} y={y(ceiling)} height={y(desired) - y(ceiling)} />
        ) : null}
        {picture.floor !== undefined && floor < desired ? (
          <rect className="room below" x={from} width={until - from} y={y(desired)} height={y(floor) - y(desired)} />
        ) : null}
        {columns.map((set, index) => (
          <SetCells key={set.uid} set={set} x={x(index)} {...{ y, unit, column }} />
        ))}
        <SumCells
          x={x(sums)}
          label={t('pictures.rollout.all')}
          counts={countsBySet(columns, (cell) => cell.shape !== 'ending')}
          {...{ y, unit, column }}
        />
        <SumCells
          x={x(sums + 1)}
          label={t('pictures.rollout.available')}
          counts={columns.map((set) => [set, set.available] as const)}
          {...{ y, unit, column }}
        />
        <line className="ground" x1={0} x2={until} y1={bottom} y2={bottom} />
        <Level
          {...{ from, until }}
          kind="desired"
          y={y(desired)}
          label={t('pictures.rollout.wanted', { count: desired })}
        />
        {picture.ceiling !== undefined && ceiling > desired ? (
          <Level
            {...{ from, until }}
            kind="limit"
            y={y(ceiling)}
            at={Math.min(y(ceiling), y(desired) - 13)}
            label={t('pictures.rollout.atMost', { count: ceiling })}
          />
        ) : null}
        {picture.floor !== undefined && floor < desired ? (
          <Level
            {...{ from, until }}
            kind="limit"
            y={y(floor)}
            at={Math.max(y(floor), y(desired) + 13)}
            label={t('pictures.rollout.atLeast', { count: floor })}
          />
        ) : null}
      </svg>
      <ul className="plot-legend" hidden={shown.length === 0}>
        {(['ready', 'starting', 'failed', 'ending'] as const).map((shape) => (
          <li key={shape}>
            <span className={`cell-key ${shape}`} /> {t(`pictures.cell.${shape}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Scale {
  readonly x: number;
  readonly unit: number;
  readonly column: number;
  y(count: number): number;
}

function SetCells({ set, x, y, unit, column }: Scale & { set: SetColumn }): React.JSX.Element {
  const { t } = useTranslation();
  const colour = `var(${revisionColour(set.revision)})`;
  const runs =
    unit < CELL_MIN_PX ? blocksOf(set.cells) : set.cells.map((cell, index) => ({ cell, from: index, count: 1 }));
  const gap = unit < CELL_MIN_PX ? 0 : 2;
  return (
    <g style={{ color: colour }}>
      {set.desired > 0 ? (
        <rect className="wish" x={x - 2} width={column + 4} y={y(set.desired) - 1} height={set.desired * unit + 1} />
      ) : null}
      {runs.map(({ cell, from, count }) => (
        <rect
          key={cell.key}
          className={`cell ${cell.shape}`}
          x={x}
          width={column}
          y={y(from + count) + gap}
          height={Math.max(0.5, count * unit - gap)}
          onClick={() => inspect(cell.key)}
        >
          <title>{count > 1 ? `${cell.word} ${count}` : `${cell.name}: ${cell.word}`}</title>
        </rect>
      ))}
      <text x={x + column / 2} y={y(0) + 14} textAnchor="middle">
        {t('pictures.rollout.revision', { revision: set.revision })}
      </text>
      <text className="soft" x={x + column / 2} y={y(0) + 27} textAnchor="middle">
        {`${set.available}/${set.desired}`}
      </text>
    </g>
  );
}

/** Cells of the same state, one after the other, as one. */
function blocksOf(cells: readonly PodCell[]): readonly { cell: PodCell; from: number; count: number }[] {
  const blocks: { cell: PodCell; from: number; count: number }[] = [];
  cells.forEach((cell, index) => {
    const last = blocks.at(-1);
    if (last?.cell.shape === cell.shape) last.count += 1;
    else blocks.push({ cell, from: index, count: 1 });
  });
  return blocks;
}

const countsBySet = (columns: readonly SetColumn[], counts: (cell: PodCell) => boolean) =>
  columns.map((set) => [set, set.cells.filter(counts).length] as const);

function SumCells({
  x,
  y,
  unit,
  column,
  label,
  counts,
}: Scale & { label: string; counts: readonly (readonly [SetColumn, number])[] }): React.JSX.Element {
  let below = 0;
  return (
    <g>
      {counts.map(([set, count]) => {
        const from = below;
        below += count;
        return (
          <rect
            key={set.uid}
            className="sum"
            style={{ color: `var(${revisionColour(set.revision)})` }}
            x={x}
            width={column}
            y={y(from + count)}
            height={count * unit}
          />
        );
      })}
      <text x={x + column / 2} y={y(0) + 14} textAnchor="middle">
        {label}
      </text>
      <text className="soft" x={x + column / 2} y={y(0) + 27} textAnchor="middle">
        {below}
      </text>
    </g>
  );
}

function Level({
  from,
  until,
  y,
  at = y,
  kind,
  label,
}: {
  from: number;
  until: number;
  y: number;
  /** Where the label stands, when levels lie too near each other. */
  at?: number;
  kind: 'desired' | 'limit';
  label: string;
}): React.JSX.Element {
  return (
    <g className={`level ${kind}`}>
      <line x1={from} x2={until} y1={y} y2={y} />
      <text x={until + 6} y={at + 4}>
        {label}
      </text>
    </g>
  );
}
