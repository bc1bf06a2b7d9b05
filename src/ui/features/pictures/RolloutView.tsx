import type { Deployment } from 'kubernetes-types/apps/v1';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Badge } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { curvesOf } from '../../view/curves.ts';
import { rolloutPicture, type RolloutPicture, type SetColumn } from '../../view/rollout-picture.ts';
import { KeyLink } from '../inspector/Related.tsx';
import { formatSpan } from '../timeline/clock.ts';
import type { PictureProps } from './ObjectPicture.tsx';
import { Plot } from './Plot.tsx';
import { RolloutSpace } from './RolloutSpace.tsx';
import { useSeries } from './use-series.ts';

const TONES = { complete: 'ok', progressing: 'neutral', degraded: 'warn', stuck: 'failure', paused: 'warn' } as const;
const SERIES_COLOURS = 7;

export const revisionColour = (revision: number): string =>
  `--data-${(revision + SERIES_COLOURS - 1) % SERIES_COLOURS}`;

/** A rolling update: the room that it has, where each ReplicaSet stands in it, how it went, and what keeps it. */
export function RolloutView({ id, object, objects, isWide }: PictureProps<Deployment>): React.JSX.Element {
  const { t } = useTranslation();
  const series = useSeries(id);
  const now = useStore(simulation, ({ epochMs, time }) => epochMs + Math.floor(time / 1000) * 1000);
  const picture = useMemo(
    () => rolloutPicture(object, objects, series?.rollout, now),
    [object, objects, series?.rollout, now],
  );
  return (
    <>
      <p className="row">
        <Badge tone={TONES[picture.standing]}>{t(`pictures.rollout.${picture.standing}`)}</Badge>
        <span>{wordsOf(picture, t)}</span>
      </p>
      <Stuck picture={picture} />
      <div className={isWide ? 'side-by-side' : 'stack'}>
        <RolloutSpace picture={picture} isWide={isWide} />
        <Progress id={id} picture={picture} isWide={isWide} />
      </div>
      <History picture={picture} />
    </>
  );
}

type Translate = ReturnType<typeof useTranslation>['t'];

function wordsOf({ desired, total, available, ceiling, floor }: RolloutPicture, t: Translate): string {
  const counts = t('pictures.rollout.counts', { total, available, desired });
  if (ceiling === undefined || floor === undefined) return `${counts} ${t('pictures.rollout.recreate')}`;
  return `${counts} ${t('pictures.rollout.bounds', { ceiling, floor })}`;
}

function Stuck({ picture }: { picture: RolloutPicture }): React.JSX.Element | null {
  const { t } = useTranslation();
  const { standing, condition, deadlineMs, culprit } = picture;
  if (standing === 'complete') return null;
  return (
    <div className={standing === 'stuck' ? 'verdict bad' : 'verdict'}>
      {condition ? (
        <p>
          <strong>{condition.reason}</strong> {condition.message}
        </p>
      ) : null}
      {deadlineMs !== undefined ? (
        <p className="soft">{t('pictures.rollout.deadline', { span: formatSpan(deadlineMs) })}</p>
      ) : null}
      {culprit ? (
        <p>
          {t('pictures.rollout.culprit')} <KeyLink to={culprit.key}>{culprit.name}</KeyLink>{' '}
          <strong>{culprit.word}</strong> {culprit.reason}
        </p>
      ) : null}
    </div>
  );
}

function Progress({
  id,
  picture,
  isWide,
}: {
  id: string;
  picture: RolloutPicture;
  isWide: boolean;
}): React.JSX.Element {
  const { t } = useTranslation();
  const series = useSeries(id);
  const time = useStore(simulation, (state) => (state.isPlaying ? Math.floor(state.time / 1000) * 1000 : state.time));
  const revisions = useMemo(() => new Map(picture.history.map((set) => [set.uid, set.revision])), [picture.history]);
  const sets = useMemo(
    () => (series?.lines ?? []).filter(({ key, points }) => key.startsWith('replicasets.apps|') && points.length > 0),
    [series],
  );
  const curves = useMemo(
    () =>
      curvesOf(
        sets.map((line) => ({ id: line.uid, line, value: 'replicas' })),
        time,
      ),
    [sets, time],
  );
  const lines = sets.map((line, index) => {
    const revision = revisions.get(line.uid);
    return {
      id: line.uid,
      label: revision ? t('pictures.rollout.revision', { revision }) : line.key.split('-').at(-1)!,
      colour: revisionColour(revision ?? index + 1),
    };
  });
  return (
    <Plot title={t('pictures.rollout.progress')} lines={lines} curves={curves} isStacked height={isWide ? 220 : 132} />
  );
}

function History({ picture }: { picture: RolloutPicture }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t('pictures.rollout.history')}>
      <table className="report">
        <caption>{t('pictures.rollout.history')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('pictures.rollout.revisionColumn')}</th>
            <th scope="col">{t('pictures.rollout.pods')}</th>
            <th scope="col">{t('pictures.rollout.set')}</th>
          </tr>
        </thead>
        <tbody>
          {picture.history.map((set) => (
            <HistoryRow key={set.uid} set={set} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HistoryRow({ set }: { set: SetColumn }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <tr>
      <th scope="row">
        <span className="swatch" style={{ color: `var(${revisionColour(set.revision)})` }} /> {set.revision}{' '}
        {set.isNew ? <Badge>{t('pictures.rollout.newest')}</Badge> : null}
      </th>
      <td className="mono">{`${set.available}/${set.desired}`}</td>
      <td className="text">
        <KeyLink to={set.key}>{set.name}</KeyLink>
        <span className="soft message mono">{set.images}</span>
        {set.cause ? <span className="soft message">{set.cause}</span> : null}
      </td>
    </tr>
  );
}
