import { CalendarClock, CircleCheck, CircleX, Scale, Search, SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { DecisionSummary } from '../../../run/types.ts';
import { Badge, Button, EmptyState, SearchField } from '../../design/index.ts';
import { openDialog } from '../../state/dialogs.ts';
import { simulation } from '../../state/simulation.ts';
import { highlight, showLeft, view } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { formatClock } from '../timeline/clock.ts';
import { isGone } from './decision-model.ts';

const SHOWN = 200;

/** Every attempt of every pod, newest first, also of pods that are gone. */
export function AttemptList({ attempts }: { attempts: readonly DecisionSummary[] }): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const [text, setText] = useState('');
  const [onlyFailed, setOnlyFailed] = useState(false);
  const wanted = text.trim().toLowerCase();
  const found = attempts.filter(
    (item) =>
      (!onlyFailed || item.outcome !== 'scheduled') &&
      (!wanted || `${item.namespace}/${item.pod} ${item.node ?? ''} ${item.message}`.toLowerCase().includes(wanted)),
  );
  const shown = found.slice(-SHOWN).reverse();
  const gone = useStore(simulation, ({ objects }) =>
    shown
      .filter((item) => isGone(objects, item))
      .map(({ uid }) => uid)
      .join(' '),
  );
  if (attempts.length === 0) return <NoAttempts />;
  return (
    <section className="attempts" aria-label={t('decision.attempts')}>
      <p className="soft lead">{t('decision.lead')}</p>
      <div className="row">
        <Button onClick={() => openDialog('scheduler')}>
          <SlidersHorizontal size={14} aria-hidden /> {t('scheduler.open')}
        </Button>
        <Button onClick={() => openDialog('compare')}>
          <Scale size={14} aria-hidden /> {t('scheduler.compare')}
        </Button>
      </div>
      <div className="row">
        <label className="search">
          <Search size={14} aria-hidden />
          <SearchField label={t('decision.search')} value={text} onChange={setText} />
        </label>
        <Button aria-pressed={onlyFailed} onClick={() => setOnlyFailed(!onlyFailed)}>
          {t('decision.failedOnly')}
        </Button>
      </div>
      {found.length === 0 ? (
        <EmptyState action={onlyFailed && !wanted ? <OpenScenarios /> : undefined}>
          {t(onlyFailed && !wanted ? 'decision.noneFailed' : 'decision.noMatch')}
        </EmptyState>
      ) : null}
      <ul className="attempt-list">
        {shown.map((item) => (
          <li key={item.attempt}>
            <button
              type="button"
              onClick={() => view.setState({ attempt: item.attempt, selected: `pods|${item.namespace}/${item.pod}` })}
              onMouseEnter={() => highlight([`pods|${item.namespace}/${item.pod}`, `nodes|${item.node ?? ''}`])}
              onMouseLeave={() => highlight([])}
            >
              {item.outcome === 'scheduled' ? (
                <CircleCheck size={16} className="good" aria-label={t('decision.outcome.scheduled')} />
              ) : (
                <CircleX size={16} className="problem" aria-label={t(`decision.outcome.${item.outcome}`)} />
              )}
              <span className="who">
                <span>
                  <strong>{item.pod}</strong> {gone.includes(item.uid) ? <Badge>{t('decision.podGone')}</Badge> : null}
                </span>
                <span className="soft">
                  {item.node ? `→ ${shortNode(item.node)}` : t(`decision.outcome.${item.outcome}`)}
                  {item.attemptOfPod > 1 ? ` · ${t('decision.nth', { index: item.attemptOfPod })}` : ''}
                </span>
              </span>
              <span className="mono soft">{formatClock(item.time - startTime)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.length > SHOWN ? (
        <p className="soft">{t('decision.newest', { count: SHOWN, all: found.length })}</p>
      ) : null}
    </section>
  );
}

function NoAttempts(): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <EmptyState icon={<CalendarClock size={20} aria-hidden />} action={<OpenScenarios />}>
      {t('decision.empty')}
    </EmptyState>
  );
}

function OpenScenarios(): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <Button kind="primary" onClick={() => showLeft('scenarios')}>
      {t('decision.openScenarios')}
    </Button>
  );
}
