import {
  ArrowLeft,
  ChevronLeft,
  ChevronRight,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  SlidersHorizontal,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';
import { Badge, Button, IconButton } from '../../design/index.ts';
import { openDialog } from '../../state/dialogs.ts';
import { simulation } from '../../state/simulation.ts';
import { askWhy, view } from '../../state/view.ts';
import { say, shortNode } from '../../view/names.ts';
import { becauseOf } from '../../view/narrate.ts';
import { goTo } from '../events/EventsDrawer.tsx';
import { formatClock } from '../timeline/clock.ts';
import { isGone } from './decision-model.ts';

/** What an attempt came to, why there was one, and which nodes it looked at. */
export function AttemptHead({
  record,
  siblings,
}: {
  record: DecisionRecord;
  siblings: readonly DecisionSummary[];
}): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const index = siblings.findIndex(({ attempt }) => attempt === record.attempt);
  const isScheduled = record.outcome === 'scheduled';
  const isDeleted = useStore(simulation, ({ objects }) => isGone(objects, record));
  const show = (to: DecisionSummary | undefined): void => {
    if (to) view.setState({ attempt: to.attempt });
  };
  return (
    <header className="attempt-head">
      <button type="button" className="link" onClick={() => view.setState({ attempt: undefined, selected: undefined })}>
        <ArrowLeft size={14} aria-hidden /> {t('decision.backToAll')}
      </button>
      <h2>
        {record.pod} {isDeleted ? <Badge>{t('decision.podGone')}</Badge> : null}
      </h2>
      <div className="row">
        <span className={`outcome ${isScheduled ? 'good' : 'problem'}`}>
          {isScheduled ? <CircleCheck size={16} aria-hidden /> : <CircleX size={16} aria-hidden />}
          {t(`decision.outcome.${record.outcome}`)}
          {record.node ? ` → ${shortNode(record.node)}` : ''}
        </span>
        <span className="attempt-nav">
          <IconButton
            label={t('decision.earlier')}
            icon={<ChevronLeft size={14} aria-hidden />}
            disabled={index <= 0}
            onClick={() => show(siblings[index - 1])}
          />
          <span>
            {t('decision.attemptOf', {
              index: record.attemptOfPod,
              count: Math.max(siblings.length, record.attemptOfPod),
            })}
          </span>
          <IconButton
            label={t('decision.later')}
            icon={<ChevronRight size={14} aria-hidden />}
            disabled={index < 0 || index >= siblings.length - 1}
            onClick={() => show(siblings[index + 1])}
          />
        </span>
      </div>
      <p className="message">{record.message}</p>
      <Facts record={record} />
      <div className="row">
        <Button onClick={() => void goTo(record.seq)}>
          <Clock size={14} aria-hidden />
          <span className="mono">{formatClock(record.time - startTime)}</span>
          <span className="visually-hidden">{t('events.seek')}</span>
        </Button>
        <Button onClick={() => askWhy(record.seq)}>
          <CircleHelp size={14} aria-hidden /> {t('inspector.why')}
        </Button>
        <span className="spring" />
        <IconButton
          label={t('scheduler.open')}
          icon={<SlidersHorizontal size={14} aria-hidden />}
          onClick={() => openDialog('scheduler')}
        />
      </div>
    </header>
  );
}

/** Why it was tried now, and which nodes came into play. */
function Facts({ record }: { record: DecisionRecord }): React.JSX.Element {
  const { t } = useTranslation();
  const { evaluatedCount, nodeCount, enoughCount, excluded, percentageOfNodesToScore, nominatedNode } = record;
  const isSampled = enoughCount < nodeCount - excluded.count;
  return (
    <ul className="soft facts">
      <li>
        {t('decision.because', { because: say(t, becauseOf(record.because)) })}
        {record.hintedBy ? ` ${t('decision.hinted', { plugin: record.hintedBy })}` : ''}
      </li>
      {nominatedNode ? <li>{t('decision.nominated', { node: shortNode(nominatedNode) })}</li> : null}
      <li>
        {t('decision.looked', { evaluated: evaluatedCount, count: nodeCount })}
        {excluded.count > 0
          ? `. ${t('decision.excluded', { count: excluded.count, list: excluded.by.join(', ') })}`
          : ''}
      </li>
      {isSampled ? (
        <li>
          {t(percentageOfNodesToScore > 0 ? 'decision.sampled' : 'decision.sampledBySize', {
            count: enoughCount,
            percentage: percentageOfNodesToScore,
            index: record.startIndex + 1,
          })}
        </li>
      ) : null}
      <li>{t('decision.profile', { name: record.profile })}</li>
    </ul>
  );
}
