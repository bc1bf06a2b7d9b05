import { History, SkipForward } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button } from '../../design/index.ts';
import { toEnd } from '../../state/playback.ts';
import { simulation } from '../../state/simulation.ts';
import { formatClock } from './clock.ts';

/** Says that the playhead stands in the past, and what a change made here would give up. */
export function PastBanner(): React.JSX.Element | null {
  const { t } = useTranslation();
  const later = useStore(simulation, (state) => state.log.length - state.commandsDone);
  const ahead = useStore(simulation, (state) => Math.max(0, state.horizon - state.time));
  const isPlaying = useStore(simulation, (state) => state.isPlaying);
  if (later === 0 && (ahead === 0 || isPlaying)) return null;
  return (
    <div className="past" role="status">
      <History size={16} aria-hidden />
      <span>{later > 0 ? t('run.past', { commands: later }) : t('run.pastFree', { time: formatClock(ahead) })}</span>
      <Button onClick={() => void toEnd()}>
        <SkipForward size={14} aria-hidden />
        {t('run.toEnd')}
      </Button>
    </div>
  );
}
