import { ExternalLink, Pause, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { IconButton } from '../design/index.ts';
import { Clock } from '../features/timeline/Clock.tsx';
import { Scrubber } from '../features/timeline/Scrubber.tsx';
import { togglePlay } from '../state/playback.ts';
import { simulation } from '../state/simulation.ts';

/** Beneath an embedded stage: play, where it is, and the way to the whole page. */
export function EmbedBar(): React.JSX.Element {
  const { t } = useTranslation();
  const isPlaying = useStore(simulation, (state) => state.isPlaying);
  const whole = `${location.origin}${location.pathname}${location.hash}`;
  return (
    <div className="runbar embed-bar" role="group" aria-label={t('run.label')}>
      <IconButton
        kind="primary"
        label={isPlaying ? t('run.pause') : t('run.play')}
        icon={isPlaying ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
        onClick={() => void togglePlay()}
      />
      <Clock />
      <Scrubber />
      <a className="button" href={whole} target="_blank" rel="noopener">
        <ExternalLink size={14} aria-hidden />
        {t('share.openHere')}
      </a>
    </div>
  );
}
