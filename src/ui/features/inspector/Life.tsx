import { Expand } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Inspection } from '../../../run/types.ts';
import { IconButton, Modal } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { instanceName, say } from '../../view/names.ts';
import { goTo } from '../events/EventsDrawer.tsx';
import { formatClock } from '../timeline/clock.ts';

const LifeChart = lazy(async () => ({ default: (await import('./LifeChart.tsx')).LifeChart }));

const MOVES = 12;

/** A life: its statechart with the state it is in, what that state means, and the moves that led there. */
export function Life({ life }: { life: Inspection['lives'][number] }): React.JSX.Element {
  const { t } = useTranslation();
  const [isWide, setWide] = useState(false);
  const startTime = useStore(simulation, (state) => state.startTime);
  const title = say(t, instanceName(life.instance));
  const chart = (
    <Suspense fallback={<p className="soft">{t('inspector.loading')}</p>}>
      <LifeChart life={life} title={title} />
    </Suspense>
  );
  const described = life.chart.states.find((state) => state.path === life.state)?.description ?? '';
  return (
    <details className="life" open>
      <summary>
        <span>{title}</span> <strong className="mono">{life.state}</strong>
      </summary>
      <p>
        {t(`chart.${life.machine}.${life.state.replaceAll('.', '_')}`, { defaultValue: described })}{' '}
        <span className="soft">{t('inspector.since', { time: formatClock(life.since - startTime) })}</span>
      </p>
      <div className="chart-frame">
        {chart}
        <IconButton
          className="wider"
          label={t('inspector.wider')}
          icon={<Expand size={14} aria-hidden />}
          onClick={() => setWide(true)}
        />
      </div>
      {life.history.length > 0 ? (
        <ol className="moves">
          {[...life.history]
            .slice(-MOVES)
            .reverse()
            .map((event) =>
              event.type === 'transition' ? (
                <li key={event.seq}>
                  <button type="button" title={t('events.seek')} onClick={() => void goTo(event.seq)}>
                    <span className="mono soft">{formatClock(event.time - startTime)}</span>
                    <span>
                      {`${event.data.from} → ${event.data.to} `}
                      <span className="soft">{event.data.on}</span>
                    </span>
                  </button>
                </li>
              ) : null,
            )}
        </ol>
      ) : null}
      {isWide ? (
        <Modal isWide title={`${title}: ${life.state}`} close={() => setWide(false)}>
          {chart}
        </Modal>
      ) : null}
    </details>
  );
}
