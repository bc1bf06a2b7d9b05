import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { narrate } from '../../view/narrate.ts';
import { formatClock } from '../timeline/clock.ts';

/** The chain of causes behind an event or the newest event of an object, from the effect back to the root. */
export function WhyPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const { selected, whySeq } = useStore(view);
  const startTime = useStore(simulation, (state) => state.startTime);
  const [chain, setChain] = useState<readonly TraceEvent[]>([]);
  useEffect(() => {
    const target = whySeq !== undefined ? { seq: whySeq } : selected ? { key: selected } : undefined;
    if (target) void ask('why', target).then((found) => setChain(found ?? []));
  }, [selected, whySeq]);
  if (chain.length === 0) return <p className="empty">{t('why.empty')}</p>;
  return (
    <div className="content" tabIndex={0}>
      <h2>{t('why.title')}</h2>
      <ol className="list">
        {chain.map((event) => {
          const { key, values } = narrate(event);
          return (
            <li key={event.seq}>
              <button type="button" onClick={() => void ask('seek', { seq: event.seq })}>
                <span className="mono soft">{formatClock(event.time - startTime)}</span> {t(key, values)}
                {event.type === 'document' ? (
                  <span className="soft"> {t('editor.line', { line: event.data.source.startLine })}</span>
                ) : null}
              </button>
            </li>
          );
        })}
      </ol>
      <p className="soft">{t('why.root')}</p>
    </div>
  );
}
