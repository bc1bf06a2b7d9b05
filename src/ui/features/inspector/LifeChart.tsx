import { useEffect, useId, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Inspection } from '../../../run/types.ts';
import { ANYWHERE, ANYWHERE_RADIUS, layoutChart, LINE_HEIGHT, type Arrow } from './chart-layout.ts';

type Life = Inspection['lives'][number];

/** The definition that runs, drawn: nested states, labelled arrows, where it is now and how it came there. */
export function LifeChart({ life, title }: { life: Life; title: string }): React.JSX.Element {
  const { t } = useTranslation();
  const id = useId().replaceAll(':', '');
  const picture = useMemo(() => layoutChart(life.chart), [life.chart]);
  const last = life.history.at(-1);
  const move = last?.type === 'transition' ? last.data : undefined;
  const isLit = (path: string): boolean => life.state === path || life.state.startsWith(`${path}.`);
  const isLast = (arrow: Arrow): boolean =>
    move !== undefined &&
    arrow.events.includes(move.on) &&
    (arrow.from === ANYWHERE || move.from === arrow.from || move.from.startsWith(`${arrow.from}.`)) &&
    (move.to === arrow.to || move.to.startsWith(`${arrow.to}.`));
  const arrows = [...picture.arrows].sort((left, right) => Number(isLast(left)) - Number(isLast(right)));
  const frame = useRef<HTMLDivElement>(null);
  const lit = picture.boxes.find(({ path }) => path === life.state);
  useEffect(() => {
    const { current } = frame;
    if (!current || !lit) return;
    // A chart wider than its frame opens where its life is.
    current.scrollLeft = lit.x + lit.width / 2 - current.clientWidth / 2;
    current.scrollTop = lit.y + lit.height / 2 - current.clientHeight / 2;
  }, [lit]);
  return (
    <div className="life-chart" ref={frame} tabIndex={0} role="group" aria-label={t('inspector.chartOf', { title })}>
      <svg
        width={picture.width}
        height={picture.height}
        viewBox={`0 0 ${picture.width} ${picture.height}`}
        role="img"
        aria-label={t('inspector.chartNow', { title, state: life.state })}
      >
        <defs>
          {['plain', 'last'].map((kind) => (
            <marker
              key={kind}
              id={`${id}-${kind}`}
              className={kind}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto-start-reverse"
              markerUnits="userSpaceOnUse"
            >
              <path d="M0,0 L8,4 L0,8 z" />
            </marker>
          ))}
        </defs>
        {picture.boxes
          .filter(({ isCompound }) => isCompound)
          .map((box) => (
            <g key={box.path} className={`compound${isLit(box.path) ? ' lit' : ''}`}>
              <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={6} />
              <text x={box.x + 8} y={box.y + 13}>
                {box.name}
              </text>
            </g>
          ))}
        {picture.anywhere && (
          <g className="anywhere">
            <title>{t('inspector.anywhere')}</title>
            <circle cx={picture.anywhere.x} cy={picture.anywhere.y} r={ANYWHERE_RADIUS} />
            <text x={picture.anywhere.x} y={picture.anywhere.y + 6} textAnchor="middle">
              {ANYWHERE}
            </text>
          </g>
        )}
        {arrows.map((arrow) => (
          <path
            key={`${arrow.from}>${arrow.to}`}
            className={isLast(arrow) ? 'arrow last' : 'arrow'}
            d={arrow.path}
            markerEnd={`url(#${id}-${isLast(arrow) ? 'last' : 'plain'})`}
          />
        ))}
        {arrows.map((arrow) => (
          <text
            key={`${arrow.from}>${arrow.to}`}
            className={isLast(arrow) ? 'label last' : 'label'}
            textAnchor="middle"
            x={arrow.labelAt.x}
            y={arrow.labelAt.y - ((arrow.labels.length - 1) * LINE_HEIGHT) / 2 + 4}
          >
            {arrow.labels.map((label, index) => (
              <tspan key={label} x={arrow.labelAt.x} dy={index === 0 ? 0 : LINE_HEIGHT}>
                {label}
              </tspan>
            ))}
          </text>
        ))}
        {picture.boxes
          .filter(({ isCompound }) => !isCompound)
          .map((box) => (
            <g key={box.path} className={`state${isLit(box.path) ? ' lit' : ''}`} data-state={box.path}>
              <title>{t(`chart.${life.machine}.${box.path.replaceAll('.', '_')}`, { defaultValue: '' })}</title>
              <rect x={box.x} y={box.y} width={box.width} height={box.height} rx={6} />
              <text x={box.x + box.width / 2} y={box.y + box.height / 2 + 4} textAnchor="middle">
                {box.name}
              </text>
            </g>
          ))}
      </svg>
    </div>
  );
}
