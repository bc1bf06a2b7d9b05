import { CircleCheck, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Badge, Button, IconButton } from '../../design/index.ts';
import { dialogs } from '../../state/dialogs.ts';
import { simulation } from '../../state/simulation.ts';
import { highlight, showLeft, view } from '../../state/view.ts';
import { useWindowClass } from '../../state/window-class.ts';
import { LADDER, STEPS, type GuideStep } from './steps.ts';
import './guide.css';

/** How long the stage shows what was reached. */
const MARKED_MS = 4_000;

/** One line above the run bar that invites one act, points at the control it needs, and moves on when it was done. */
export function Guide(): React.JSX.Element | null {
  const { t } = useTranslation();
  const { step, isPutAway } = useStore(view, (state) => state.guide);
  const isBooted = useStore(simulation, (state) => state.isBooted);
  const isInPast = useStore(simulation, (state) => !state.isPlaying && state.time < state.horizon);
  // A lesson asks for acts of its own, often in a cluster where there is no web.
  const hasLesson = useStore(view, (state) => state.lesson !== undefined);
  const isElsewhere = useStore(view, (state) => state.narrow === 'events' || state.narrow === 'right');
  const room = useWindowClass();
  const [done, setDone] = useState<GuideStep>();
  const current = STEPS[step];
  const isShown = isBooted && !isPutAway && !hasLesson;
  useEffect(() => {
    if (!isShown || !current) return;
    document.documentElement.dataset['guide'] = current;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      if (!LADDER[current].isDone()) return;
      stopLooking();
      const marks = LADDER[current].marks?.();
      if (marks) {
        highlight(marks);
        timer = setTimeout(() => (view.getState().highlighted === marks ? highlight([]) : undefined), MARKED_MS);
      }
      setDone(current);
      view.setState({ guide: { step: step + 1, isPutAway: false } });
    };
    const stops = [simulation.subscribe(look), view.subscribe(look), dialogs.subscribe(look)];
    const stopLooking = (): void => stops.forEach((stop) => stop());
    return () => {
      stopLooking();
      if (!timer) highlight([]);
      delete document.documentElement.dataset['guide'];
    };
  }, [current, isShown, step]);
  // One line at a time: the past has one of its own, and a phone's other places need their room.
  if (!isShown || (isInPast && current !== 'rewind') || (room === 'narrow' && isElsewhere)) return null;
  const putAway = (): void => view.setState({ guide: { step, isPutAway: true } });
  return (
    <aside className="guide" aria-label={t('guide.title')}>
      {done ? (
        <span className="guide-done" key={done} role="status">
          <CircleCheck size={16} aria-hidden />
          {t('guide.done')}
        </span>
      ) : null}
      {current ? (
        <>
          <Badge>{t('guide.progress', { step: step + 1, count: STEPS.length })}</Badge>
          <strong>{t(`guide.${current}`)}</strong>
          <span className="soft guide-text">{t(`guide.${current}Text`)}</span>
          <Button onClick={LADDER[current].help}>{t(`guide.${current}Do`)}</Button>
        </>
      ) : (
        <>
          <span className="guide-text">{t('guide.finished')}</span>
          <Button
            onClick={() => {
              showLeft('scenarios');
              putAway();
            }}
          >
            {t('guide.finishedDo')}
          </Button>
        </>
      )}
      <IconButton label={t('guide.dismiss')} icon={<X size={16} aria-hidden />} onClick={putAway} />
    </aside>
  );
}
