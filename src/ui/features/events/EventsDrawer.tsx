import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { isProblem, narrate } from '../../view/narrate.ts';
import { formatClock } from '../timeline/clock.ts';

const SHOWN = 150;

/** What happened, sentence by sentence, in step with the playhead. */
export function EventsDrawer(): React.JSX.Element {
  const { t } = useTranslation();
  const { events, startTime, seq, eventsOmitted } = useStore(simulation);
  const [text, setText] = useState('');
  const [onlyProblems, setOnlyProblems] = useState(false);
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const found = [];
    for (let index = events.length - 1; index >= 0 && found.length < SHOWN; index -= 1) {
      const event = events[index]!;
      if (event.type === 'transition' && !wanted) continue;
      if (onlyProblems && !isProblem(event)) continue;
      const { key, values } = narrate(event);
      const sentence = t(key, values);
      if (wanted && !sentence.toLowerCase().includes(wanted)) continue;
      found.push({ event, sentence });
    }
    return found;
  }, [events, text, onlyProblems, t]);
  return (
    <section className="drawer" aria-label={t('app.narration')} style={{ margin: 0 }}>
      <div className="head">
        <h2>{t('events.title')}</h2>
        <input
          className="field"
          type="search"
          value={text}
          placeholder={t('events.filter')}
          aria-label={t('events.filter')}
          onChange={(event) => setText(event.target.value)}
        />
        <button
          type="button"
          className="button"
          aria-pressed={onlyProblems}
          onClick={() => setOnlyProblems(!onlyProblems)}
        >
          {t('events.errorsOnly')}
        </button>
        {eventsOmitted > 0 ? <span className="soft wide">{t('events.omitted', { count: eventsOmitted })}</span> : null}
      </div>
      {shown.length === 0 ? <p className="empty">{t('events.empty')}</p> : null}
      <ol>
        {shown.map(({ event, sentence }) => (
          <li key={event.seq} aria-current={event.seq === seq}>
            <button
              type="button"
              title={sentence}
              onClick={() => view.setState({ right: 'why', whySeq: event.seq, narrow: 'right' })}
            >
              <span className="mono soft">{formatClock(event.time - startTime)}</span>
              <span className={isProblem(event) ? 'problem' : undefined}>{sentence}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
