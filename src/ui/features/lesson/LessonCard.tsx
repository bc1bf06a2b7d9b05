import { Circle, CircleCheck, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { GALLERY, type GalleryEntry, type Goal } from '../../../lessons/index.ts';
import type { ReachedGoal } from '../../../run/types.ts';
import { IconButton } from '../../design/index.ts';
import { useBeat } from '../../state/beat.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { askWhy, showRight, view } from '../../state/view.ts';
import { formatClock } from '../timeline/clock.ts';
import './lesson.css';

/** Of the scenario that was opened: where to look, and what is to be seen, ticked off as the playhead passes it. */
export function LessonCard({ lesson }: { lesson: string }): React.JSX.Element | null {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  const entry = GALLERY.find(({ id }) => id === lesson);
  if (!entry) return null;
  return (
    <section className="lesson" aria-label={t('lesson.title', { title: entry.title[language] })}>
      <div className="lesson-head">
        <h2>{entry.title[language]}</h2>
        <IconButton
          label={t('lesson.dismiss')}
          icon={<X size={16} aria-hidden />}
          onClick={() => view.setState({ lesson: undefined })}
        />
      </div>
      {entry.goals ? <Goals entry={entry} goals={entry.goals} /> : <Watch entry={entry} />}
    </section>
  );
}

function Watch({ entry }: { entry: GalleryEntry }): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  return (
    <p className="soft">
      {t('gallery.watch')}: {entry.watch[language]}
    </p>
  );
}

function Goals({ entry, goals }: { entry: GalleryEntry; goals: readonly Goal[] }): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  const reached = useReached(goals);
  const count = reached.filter(Boolean).length;
  return (
    <>
      {count === goals.length ? null : <Watch entry={entry} />}
      <p className="lesson-count" role="status">
        {count === goals.length ? t('lesson.all') : t('lesson.count', { count, all: goals.length })}
      </p>
      <ul className="goals" aria-label={t('lesson.goals')}>
        {goals.map(({ text }, index) => (
          <GoalLine key={text.en} text={text[language]} reached={reached[index]} />
        ))}
      </ul>
    </>
  );
}

function GoalLine({ text, reached }: { text: string; reached: ReachedGoal | undefined }): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  if (!reached) {
    return (
      <li>
        <Circle size={16} className="soft" aria-label={t('lesson.open')} />
        <span>{text}</span>
      </li>
    );
  }
  const time = formatClock(reached.time - startTime);
  return (
    <li className="reached">
      <CircleCheck size={16} aria-label={t('lesson.reached')} />
      <span>
        {text}{' '}
        <button
          type="button"
          className="link"
          aria-label={t(reached.seq === undefined ? 'lesson.show' : 'lesson.showEvent', { time })}
          onClick={() =>
            reached.seq === undefined ? showRight('decision', { attempt: reached.attempt }) : askWhy(reached.seq)
          }
        >
          <span className="mono">{time}</span>
        </button>
      </span>
    </li>
  );
}

/** When each goal was met, as far as the playhead has come. */
function useReached(goals: readonly Goal[]): readonly (ReachedGoal | undefined)[] {
  const beat = useBeat();
  const [reached, setReached] = useState<readonly (ReachedGoal | undefined)[]>([]);
  useEffect(() => {
    let isCurrent = true;
    void ask('goals', { goals: goals.map(({ asks }) => asks) }).then((answer) => {
      if (isCurrent && answer) setReached(answer);
    });
    return () => {
      isCurrent = false;
    };
  }, [goals, beat]);
  return reached;
}
