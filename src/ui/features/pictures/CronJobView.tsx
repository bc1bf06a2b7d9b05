import type { CronJob } from 'kubernetes-types/batch/v1';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Badge } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { cronRuns, type CronRun } from '../../view/job-picture.ts';
import { formatClock, formatSpan } from '../timeline/clock.ts';
import type { PictureProps } from './ObjectPicture.tsx';
import { Runs, type RunBar } from './Runs.tsx';
import { useSeries } from './use-series.ts';

const SHOWN = { narrow: 8, wide: 20 };
const NEXT = 3;
const TONES = { running: 'active', complete: 'done', failed: 'failed', unknown: 'done' } as const;

/** A CronJob: its schedule, the runs that were, and the ones that are due. */
export function CronJobView({ id, object, objects, isWide }: PictureProps<CronJob>): React.JSX.Element {
  const { t } = useTranslation();
  const series = useSeries(id);
  const { epochMs, startTime } = simulation.getState();
  const now = useStore(simulation, (state) => Math.floor(state.time / 1000) * 1000);
  const runs = useMemo(() => (series ? cronRuns(series, objects, epochMs) : []), [series, objects, epochMs]);
  const { schedule = '', timeZone, suspend, concurrencyPolicy = 'Allow' } = object.spec ?? {};
  const next = series?.nextRuns ?? [];
  const bars: readonly RunBar[] = [
    ...runs.slice(isWide ? -SHOWN.wide : -SHOWN.narrow).map((run): RunBar => ({
      key: run.key,
      label: run.name.slice(object.metadata.name.length + 1) || run.name,
      start: run.start,
      end: run.end,
      tone: TONES[run.outcome],
      words: wordsOf(run, now, startTime, t),
      isPlain: run.isGone,
    })),
    ...next.slice(0, NEXT).map((at): RunBar => ({
      key: id,
      label: t('pictures.cron.due'),
      start: at,
      end: undefined,
      tone: 'future',
      words: t('pictures.cron.in', { time: formatClock(at - startTime), span: formatSpan(at - now) }),
      isPlain: true,
    })),
  ];
  return (
    <>
      <p className="row">
        <Badge tone={suspend ? 'warn' : 'neutral'}>{suspend ? t('pictures.job.suspended') : schedule}</Badge>
        <span>{t('pictures.cron.rules', { zone: timeZone ?? 'UTC', policy: concurrencyPolicy })}</span>
      </p>
      <p>{t(`pictures.cron.policy.${concurrencyPolicy}`)}</p>
      {runs.length === 0 ? <p className="soft">{t('pictures.cron.none')}</p> : null}
      <Runs title={t('pictures.cron.runs')} runs={bars} now={now} />
    </>
  );
}

function wordsOf(run: CronRun, now: number, startTime: number, t: ReturnType<typeof useTranslation>['t']): string {
  const words = [t(`pictures.cron.outcome.${run.outcome}`), formatClock(run.start - startTime)];
  if (run.outcome !== 'unknown') words.push(formatSpan((run.end ?? now) - run.start));
  if (run.isGone) words.push(t('pictures.cron.cleaned'));
  return words.join(', ');
}
