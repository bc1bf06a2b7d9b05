import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { formatClock } from './clock.ts';

/** Virtual time since the cluster was up. */
export function Clock(): React.JSX.Element {
  const { t } = useTranslation();
  const time = useStore(simulation, (state) => state.time - state.startTime);
  return (
    <span className="clock" role="timer" aria-label={t('run.clock')}>
      {formatClock(time)}
    </span>
  );
}
