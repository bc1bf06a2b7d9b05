import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { curvesOf } from '../../view/curves.ts';
import type { PictureProps } from './ObjectPicture.tsx';
import { Plot } from './Plot.tsx';
import { useSeries } from './use-series.ts';

const LINES = [
  { id: 'replicas', colour: '--data-0', isFilled: true },
  { id: 'ready', colour: '--data-2' },
  { id: 'updated', colour: '--data-3' },
  { id: 'desired', colour: '--soft', isDashed: true },
] as const;

/** A set of pods as its numbers went: wanted, there, ready. */
export function CountsView({ id, isWide }: PictureProps): React.JSX.Element | null {
  const { t } = useTranslation();
  const line = useSeries(id)?.lines[0];
  const time = useStore(simulation, (state) => (state.isPlaying ? Math.floor(state.time / 1000) * 1000 : state.time));
  const names = useMemo(() => LINES.filter((wanted) => line?.points.some(({ values }) => wanted.id in values)), [line]);
  const curves = useMemo(
    () => curvesOf(line ? names.map((wanted) => ({ id: wanted.id, line, value: wanted.id })) : [], time),
    [line, names, time],
  );
  if (!line) return null;
  return (
    <Plot
      title={t('pictures.counts.title')}
      lines={names.map((wanted) => ({ ...wanted, label: t(`pictures.counts.${wanted.id}`) }))}
      curves={curves}
      height={isWide ? 240 : 132}
    />
  );
}
