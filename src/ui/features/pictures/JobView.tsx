import type { Job } from 'kubernetes-types/batch/v1';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Badge } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { curvesOf } from '../../view/curves.ts';
import { INDEX_LIMIT, jobPicture, type JobPicture } from '../../view/job-picture.ts';
import { formatClock, formatSpan } from '../timeline/clock.ts';
import type { PictureProps } from './ObjectPicture.tsx';
import { Plot } from './Plot.tsx';
import { Runs } from './Runs.tsx';
import { useSeries } from './use-series.ts';

const SPANS = 40;

/** A Job: what is done of it, what failed against what may fail, its indexes, and its pods over time. */
export function JobView({ id, object, objects, isWide }: PictureProps<Job>): React.JSX.Element {
  const { t } = useTranslation();
  const picture = useMemo(() => jobPicture(object, objects), [object, objects]);
  const { condition, isSuspended, active, parallelism, indexes } = picture;
  return (
    <>
      <p className="row">
        {condition ? (
          <Badge tone={condition.type === 'Complete' ? 'ok' : condition.type === 'Failed' ? 'failure' : 'warn'}>
            {condition.type}
          </Badge>
        ) : (
          <Badge tone={isSuspended ? 'warn' : 'neutral'}>
            {t(isSuspended ? 'pictures.job.suspended' : 'pictures.job.running')}
          </Badge>
        )}
        <span>{t('pictures.job.side', { active, parallelism })}</span>
      </p>
      {condition?.message ? (
        <p className={condition.type === 'Failed' ? 'verdict bad' : 'verdict'}>
          <strong>{condition.reason}</strong> {condition.message}
        </p>
      ) : null}
      <Completion picture={picture} />
      <Failures picture={picture} />
      {indexes.length > 0 ? <IndexGrid picture={picture} /> : null}
      <div className={isWide ? 'side-by-side' : 'stack'}>
        <JobCurves id={id} isWide={isWide} />
        <PodRuns picture={picture} />
      </div>
    </>
  );
}

function Completion({ picture }: { picture: JobPicture }): React.JSX.Element {
  const { t } = useTranslation();
  const { completions, succeeded, active } = picture;
  const whole = Math.max(1, completions ?? succeeded + active);
  const label =
    completions === undefined
      ? t('pictures.job.queue', { succeeded })
      : t('pictures.job.completions', { succeeded, completions });
  return (
    <div className="measure">
      <span>{label}</span>
      <div
        className="bar"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={whole}
        aria-valuenow={Math.min(whole, succeeded)}
      >
        <span className="done" style={{ width: `${(100 * Math.min(succeeded, whole)) / whole}%` }} />
        <span
          className="active"
          style={{ width: `${(100 * Math.min(active, whole - Math.min(succeeded, whole))) / whole}%` }}
        />
      </div>
    </div>
  );
}

const MARKS_SHOWN = 30;

function Failures({ picture }: { picture: JobPicture }): React.JSX.Element {
  const { t } = useTranslation();
  const { failed, backoffLimit, perIndexLimit } = picture;
  if (perIndexLimit !== undefined) return <p>{t('pictures.job.perIndex', { failed, limit: perIndexLimit })}</p>;
  const label = t('pictures.job.failures', { failed, limit: backoffLimit });
  return (
    <div className="measure">
      <span>{label}</span>
      {backoffLimit < MARKS_SHOWN ? (
        <div className="marks-row" role="img" aria-label={label}>
          {Array.from({ length: backoffLimit + 1 }, (_, index) => (
            <span key={index} className={`${index < failed ? 'lost' : ''}${index === backoffLimit ? ' last' : ''}`} />
          ))}
        </div>
      ) : null}
    </div>
  );
}

function IndexGrid({ picture }: { picture: JobPicture }): React.JSX.Element {
  const { t } = useTranslation();
  const { indexes } = picture;
  const count = (state: string): number => indexes.filter((item) => item === state).length;
  const label = t('pictures.job.indexText', {
    done: count('done'),
    active: count('active'),
    failed: count('failed'),
    waiting: count('waiting'),
  });
  return (
    <div className="measure">
      <span>{t('pictures.job.indexes')}</span>
      <div className={indexes.length > 100 ? 'index-grid fine' : 'index-grid'} role="img" aria-label={label}>
        {indexes.map((state, index) => (
          <span key={index} className={state} title={`${index}: ${t(`pictures.job.index.${state}`)}`}>
            {indexes.length > 100 ? '' : index}
          </span>
        ))}
      </div>
      <span className="soft">{label}</span>
      {(picture.completions ?? 0) > INDEX_LIMIT ? (
        <span className="soft">{t('pictures.more', { count: picture.completions! - INDEX_LIMIT })}</span>
      ) : null}
    </div>
  );
}

const LINES = [
  { id: 'succeeded', colour: '--data-2', isFilled: true },
  { id: 'active', colour: '--data-0' },
  { id: 'failed', colour: '--failure' },
] as const;

function JobCurves({ id, isWide }: { id: string; isWide: boolean }): React.JSX.Element | null {
  const { t } = useTranslation();
  const line = useSeries(id)?.lines[0];
  const time = useStore(simulation, (state) => (state.isPlaying ? Math.floor(state.time / 1000) * 1000 : state.time));
  const curves = useMemo(
    () => curvesOf(line ? LINES.map((wanted) => ({ id: wanted.id, line, value: wanted.id })) : [], time),
    [line, time],
  );
  if (!line) return null;
  const lines = LINES.map((wanted) => ({ ...wanted, label: t(`pictures.job.${wanted.id}`) }));
  return <Plot title={t('pictures.job.progress')} lines={lines} curves={curves} height={isWide ? 220 : 120} />;
}

function PodRuns({ picture }: { picture: JobPicture }): React.JSX.Element | null {
  const { t } = useTranslation();
  const epochMs = useStore(simulation, (state) => state.epochMs);
  const startTime = useStore(simulation, (state) => state.startTime);
  const now = useStore(simulation, (state) => Math.floor(state.time / 1000) * 1000);
  const begun = picture.spans.flatMap(({ cell, start, end, index }) =>
    start === undefined
      ? []
      : [{ cell, index, start: start - epochMs, end: end === undefined ? undefined : end - epochMs }],
  );
  return (
    <Runs
      title={t('pictures.job.pods')}
      now={now}
      runs={begun.slice(-SPANS).map(({ cell, index, start, end }) => ({
        key: cell.key,
        label: index === undefined ? cell.name : t('pictures.job.podOf', { index }),
        start,
        end,
        tone: cell.shape === 'failed' ? 'failed' : cell.shape === 'done' ? 'done' : 'active',
        words: `${cell.word}, ${formatClock(start - startTime)}, ${formatSpan((end ?? now) - start)}`,
      }))}
    />
  );
}
