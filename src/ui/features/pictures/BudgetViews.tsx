import type { LimitRange, Node, ResourceQuota } from 'kubernetes-types/core/v1';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Badge } from '../../design/index.ts';
import { useSampled } from '../../state/sampled.ts';
import { simulation, type SimulationState } from '../../state/simulation.ts';
import {
  disruptionPicture,
  nodeBars,
  quotaBars,
  rangeRows,
  sayAmount,
  type NodeBar,
} from '../../view/budget-pictures.ts';
import { curvesOf } from '../../view/curves.ts';
import type { PictureProps } from './ObjectPicture.tsx';
import { Plot } from './Plot.tsx';
import { PoolView } from './PoolView.tsx';
import { useSeries } from './use-series.ts';

const BUDGET_LINES = [
  { id: 'current', colour: '--data-2', isFilled: true },
  { id: 'wanted', colour: '--data-1', isDashed: true },
  { id: 'allowed', colour: '--data-0' },
] as const;

/** A PodDisruptionBudget: which healthy pods may be evicted, and how many have to stay. */
export function DisruptionView({ id, object, isWide }: PictureProps<PodDisruptionBudget>): React.JSX.Element {
  const { t } = useTranslation();
  const picture = useMemo(() => disruptionPicture(object), [object]);
  const line = useSeries(id)?.lines[0];
  const time = useStore(simulation, (state) => (state.isPlaying ? Math.floor(state.time / 1000) * 1000 : state.time));
  const curves = useMemo(
    () => curvesOf(line ? BUDGET_LINES.map((wanted) => ({ id: wanted.id, line, value: wanted.id })) : [], time),
    [line, time],
  );
  const { allowed, healthy, wanted, expected, cells, reason } = picture;
  const label = t('pictures.budget.text', { healthy, expected, wanted });
  return (
    <>
      <p className="row">
        <Badge tone={allowed > 0 ? 'ok' : 'warn'}>{t('pictures.budget.may', { count: allowed })}</Badge>
        <span>{label}</span>
      </p>
      {allowed === 0 ? (
        <p className="verdict bad">
          {t('pictures.budget.refused')} {reason}
        </p>
      ) : null}
      <div className="budget" role="img" aria-label={label}>
        {cells.map((cell, index) => (
          <span key={index} className={`${cell}${index === wanted ? ' line' : ''}`} />
        ))}
      </div>
      <ul className="plot-legend">
        {(['needed', 'spare', 'missing'] as const).map((cell) => (
          <li key={cell}>
            <span className={`budget-key ${cell}`} /> {t(`pictures.budget.${cell}`)}
          </li>
        ))}
      </ul>
      {line ? (
        <Plot
          title={t('pictures.budget.history')}
          lines={BUDGET_LINES.map((item) => ({ ...item, label: t(`pictures.budget.line.${item.id}`) }))}
          curves={curves}
          height={isWide ? 220 : 120}
        />
      ) : null}
    </>
  );
}

/** A ResourceQuota: used of what there is, resource by resource. */
export function QuotaView({ object }: PictureProps<ResourceQuota>): React.JSX.Element {
  const { t } = useTranslation();
  const bars = useMemo(() => quotaBars(object), [object]);
  return (
    <dl className="bars">
      {bars.map(({ name, used, hard, share }) => (
        <div key={name} className="measure">
          <dt className="mono">{name}</dt>
          <dd>
            <span>{`${used} / ${hard}`}</span>
            {share >= 1 ? <Badge tone="warn">{t('pictures.quota.full')}</Badge> : null}
          </dd>
          <dd className="bar" role="presentation">
            <span className={share >= 1 ? 'full' : 'done'} style={{ width: `${share * 100}%` }} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A LimitRange: what a container gets that asks for nothing, and between which bounds it may ask. */
export function RangeView({ object }: PictureProps<LimitRange>): React.JSX.Element {
  const { t } = useTranslation();
  const rows = useMemo(() => rangeRows(object), [object]);
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('pictures.title.LimitRange')}>
      <table className="report">
        <thead>
          <tr>
            <th scope="col">{t('pictures.range.of')}</th>
            <th scope="col">{t('pictures.range.min')}</th>
            <th scope="col">{t('pictures.range.request')}</th>
            <th scope="col">{t('pictures.range.limit')}</th>
            <th scope="col">{t('pictures.range.max')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ type, resource, min, request, limit, max }) => (
            <tr key={`${type}/${resource}`}>
              <th scope="row">{`${type} ${resource}`}</th>
              {[min, request, limit, max].map((value, index) => (
                <td key={index} className="mono">
                  {value ?? '–'}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const usageOf = ({ usage }: SimulationState): SimulationState['usage'] => usage;

/** What a node has to give: requests that the scheduler counts, usage that the machine feels, and Azure's reservation. */
export function NodeUseView({ object, objects }: PictureProps<Node>): React.JSX.Element {
  const { t } = useTranslation();
  const usage = useSampled(usageOf, 500)[object.metadata.name];
  const bars = useMemo(() => nodeBars(object, objects, usage), [object, objects, usage]);
  return (
    <>
      <dl className="bars">
        {bars.map((bar) => (
          <NodeBarView key={bar.name} bar={bar} />
        ))}
      </dl>
      <p className="soft">{t('pictures.node.note')}</p>
      <PoolView node={object} objects={objects} />
    </>
  );
}

function NodeBarView({ bar }: { bar: NodeBar }): React.JSX.Element {
  const { t } = useTranslation();
  const { name, capacity, allocatable, requested, used, limits } = bar;
  const part = (amount: number): string => `${Math.min(100, (100 * amount) / (capacity || 1))}%`;
  const say = (amount: number): string => sayAmount(name, amount);
  return (
    <div className="measure">
      <dt>{t(`pictures.node.${name}`)}</dt>
      <dd>
        {t('pictures.node.requested', {
          requested: say(requested),
          allocatable: say(allocatable),
          percent: Math.round((100 * requested) / (allocatable || 1)),
        })}
        {limits ? ` ${t('pictures.node.limits', { limits: say(limits) })}` : ''}
      </dd>
      <dd className="bar" role="presentation">
        <span className="done" style={{ width: part(requested) }} />
        <span
          className="reserved"
          style={{ width: part(capacity - allocatable) }}
          title={t('pictures.node.reserved')}
        />
      </dd>
      {used === undefined ? null : (
        <>
          <dd>{t('pictures.node.used', { used: say(used), percent: Math.round((100 * used) / (capacity || 1)) })}</dd>
          <dd className="bar" role="presentation">
            <span className="use" style={{ width: part(used) }} />
          </dd>
        </>
      )}
    </div>
  );
}
