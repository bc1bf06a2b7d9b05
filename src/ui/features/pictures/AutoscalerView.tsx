import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { SeriesLine } from '../../../run/types.ts';
import { simulation } from '../../state/simulation.ts';
import { sayBytes } from '../../view/amounts.ts';
import {
  autoscalerPicture,
  type AutoscalerPicture,
  type MetricPicture,
  type ScalingRules,
} from '../../view/autoscaler-picture.ts';
import { curvesOf, type Curves } from '../../view/curves.ts';
import { KeyLink } from '../inspector/Related.tsx';
import type { PictureProps } from './ObjectPicture.tsx';
import { Plot } from './Plot.tsx';
import { useSeries } from './use-series.ts';

const REPLICAS = [
  { id: 'current', colour: '--data-0', isFilled: true },
  { id: 'wanted', colour: '--data-1' },
  { id: 'min', colour: '--soft', isDashed: true },
  { id: 'max', colour: '--soft', isDashed: true },
] as const;

/** An autoscaler: the metric against its target, the replicas that follow, and why it decides as it does. */
export function AutoscalerView({ id, object, isWide }: PictureProps<HorizontalPodAutoscaler>): React.JSX.Element {
  const { t } = useTranslation();
  const line = useSeries(id)?.lines[0];
  const time = useStore(simulation, (state) => (state.isPlaying ? Math.floor(state.time / 1000) * 1000 : state.time));
  const picture = useMemo(() => autoscalerPicture(object), [object]);
  const replicas = useMemo(
    () => curvesOf(line ? REPLICAS.map((wanted) => ({ id: wanted.id, line, value: wanted.id })) : [], time),
    [line, time],
  );
  const height = isWide ? 200 : 132;
  return (
    <>
      <p>
        {t('pictures.scaler.target')}{' '}
        {picture.targetKey ? <KeyLink to={picture.targetKey}>{picture.targetName}</KeyLink> : picture.targetName}
      </p>
      <Decision object={object} picture={picture} line={line} />
      {line ? (
        <div className={isWide ? 'side-by-side' : 'stack'}>
          {picture.metrics.map((metric) => (
            <MetricPlot key={metric.value} {...{ metric, line, time, height, picture }} />
          ))}
          <Plot
            title={t('pictures.scaler.replicas')}
            lines={REPLICAS.map((wanted) => ({ ...wanted, label: t(`pictures.scaler.${wanted.id}`) }))}
            curves={replicas}
            height={height}
          />
        </div>
      ) : null}
      <Rules picture={picture} />
    </>
  );
}

const SAY: Readonly<Record<MetricPicture['unit'], (value: number) => string>> = {
  percent: (value) => `${Math.round(value)}%`,
  cores: (value) => `${Math.round(value * 1000)}m`,
  bytes: sayBytes,
  number: (value) => String(Number(value.toFixed(2))),
};

function MetricPlot({
  metric,
  line,
  time,
  height,
  picture,
}: {
  metric: MetricPicture;
  line: SeriesLine;
  time: number;
  height: number;
  picture: AutoscalerPicture;
}): React.JSX.Element {
  const { t } = useTranslation();
  const { up, down } = picture;
  const curves = useMemo(
    () =>
      withBand(
        curvesOf(
          [
            { id: 'value', line, value: metric.value },
            { id: 'target', line, value: metric.target },
          ],
          time,
        ),
        up,
        down,
      ),
    [line, metric, time, up, down],
  );
  return (
    <Plot
      title={t('pictures.scaler.metric', { name: metric.name })}
      lines={[
        { id: 'value', label: t('pictures.scaler.value'), colour: '--data-0', isFilled: true },
        { id: 'target', label: t('pictures.scaler.aim'), colour: '--data-1', isDashed: true },
        { id: 'high', label: t('pictures.scaler.high'), colour: '--data-1', isDashed: true, bandTo: 'low' },
        { id: 'low', label: t('pictures.scaler.low'), colour: '--data-1', isDashed: true },
      ]}
      curves={curves}
      height={height}
      say={SAY[metric.unit]}
    />
  );
}

/** The band in which nothing is done: the target, give or take the tolerances. */
function withBand({ times, curves }: Curves, up: ScalingRules, down: ScalingRules): Curves {
  const target = curves.find(({ id }) => id === 'target')!.values;
  const off = (part: number): readonly (number | null)[] =>
    target.map((value) => (value === null ? null : value * part));
  return {
    times,
    curves: [...curves, { id: 'high', values: off(1 + up.tolerance) }, { id: 'low', values: off(1 - down.tolerance) }],
  };
}

function Decision({
  object,
  picture,
  line,
}: {
  object: HorizontalPodAutoscaler;
  picture: AutoscalerPicture;
  line: SeriesLine | undefined;
}): React.JSX.Element {
  const { t } = useTranslation();
  const values = line?.points.at(-1)?.values ?? {};
  const { currentReplicas = 0, desiredReplicas = 0 } = object.status ?? {};
  return (
    <div className="verdict">
      <p>
        <strong>{t('pictures.scaler.decides', { count: currentReplicas, wanted: desiredReplicas })}</strong>
      </p>
      {picture.metrics.map((metric) => {
        const [value, target] = [values[metric.value] ?? null, values[metric.target] ?? null];
        if (value === null || target === null || target === 0)
          return <p key={metric.value}>{t('pictures.scaler.unknown', { name: metric.name })}</p>;
        const ratio = value / target;
        const side =
          ratio > 1 + picture.up.tolerance ? 'above' : ratio < 1 - picture.down.tolerance ? 'below' : 'within';
        const say = SAY[metric.unit];
        return (
          <p key={metric.value}>
            {t(`pictures.scaler.${side}`, {
              name: metric.name,
              value: say(value),
              target: say(target),
              ratio: ratio.toFixed(2),
              sum: `ceil(${currentReplicas} × ${ratio.toFixed(2)}) = ${Math.ceil(currentReplicas * ratio)}`,
            })}
          </p>
        );
      })}
      {picture.conditions
        .filter(({ type }) => type !== 'ScalingActive' || !picture.metrics.length)
        .map(({ type, reason, message }) => (
          <p key={type}>
            <strong>{reason}</strong> <span className="soft">{message}</span>
          </p>
        ))}
    </div>
  );
}

function Rules({ picture }: { picture: AutoscalerPicture }): React.JSX.Element {
  const { t } = useTranslation();
  const rows = [
    ['up', picture.up],
    ['down', picture.down],
  ] as const;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('pictures.scaler.rules')}>
      <table className="report">
        <caption>{t('pictures.scaler.rules')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('pictures.scaler.direction')}</th>
            <th scope="col">{t('pictures.scaler.window')}</th>
            <th scope="col">{t('pictures.scaler.policies')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, rules]) => (
            <tr key={name}>
              <th scope="row">{t(`pictures.scaler.${name}`)}</th>
              <td>{`${rules.windowSeconds} s`}</td>
              <td className="text">
                {rules.select === 'Disabled'
                  ? t('pictures.scaler.disabled')
                  : `${rules.select}: ${rules.policies
                      .map(
                        ({ type, value, periodSeconds }) =>
                          `${value}${type === 'Percent' ? '%' : ' Pod'} / ${periodSeconds} s`,
                      )
                      .join(', ')}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
