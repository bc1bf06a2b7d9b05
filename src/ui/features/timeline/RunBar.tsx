import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, IconButton, SegmentedControl, Select } from '../../design/index.ts';
import { step, STEP_UNITS, toEnd, togglePlay, toStart } from '../../state/playback.ts';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { useWindowClass } from '../../state/window-class.ts';
import { Clock } from './Clock.tsx';
import { PastBanner } from './PastBanner.tsx';
import { Scrubber } from './Scrubber.tsx';
import { SpeedControl } from './SpeedControl.tsx';
import './timeline.css';

/** Time in the person's hands: play, step by step both ways, speed, and the whole run as a line. */
export function RunBar(): React.JSX.Element {
  const { t } = useTranslation();
  const isPlaying = useStore(simulation, (state) => state.isPlaying);
  return (
    <>
      <PastBanner />
      <div className="runbar" role="group" aria-label={t('run.label')}>
        <div className="transport">
          <IconButton
            label={t('run.toStart')}
            shortcut="Home"
            icon={<SkipBack size={16} aria-hidden />}
            onClick={() => void toStart()}
          />
          <IconButton
            label={t('run.back')}
            shortcut="←"
            icon={<StepBack size={16} aria-hidden />}
            onClick={() => void step(-1)}
          />
          <Button kind="primary" className="play" onClick={() => void togglePlay()}>
            {isPlaying ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
            {isPlaying ? t('run.pause') : t('run.play')}
          </Button>
          <IconButton
            label={t('run.forward')}
            shortcut="→"
            icon={<StepForward size={16} aria-hidden />}
            onClick={() => void step(1)}
          />
          <IconButton
            label={t('run.toEnd')}
            shortcut="End"
            icon={<SkipForward size={16} aria-hidden />}
            onClick={() => void toEnd()}
          />
        </div>
        <StepUnitControl />
        <SpeedControl />
        <Clock />
        <Scrubber />
      </div>
    </>
  );
}

function StepUnitControl(): React.JSX.Element {
  const { t } = useTranslation();
  const unit = useStore(view, (state) => state.stepUnit);
  const isWide = useWindowClass() === 'wide';
  const props = {
    label: t('run.unit'),
    value: unit,
    options: STEP_UNITS.map((value) => ({ value, label: t(`run.units.${value}`) })),
    onChange: (stepUnit: typeof unit) => view.setState({ stepUnit }),
  };
  return isWide ? <SegmentedControl {...props} /> : <Select {...props} />;
}
