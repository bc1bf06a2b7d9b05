import { Pause, Play, SkipBack, SkipForward } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { StepUnit } from '../../../worker/messages.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { formatClock, sliderOfSpeed, speedOfSlider } from './clock.ts';
import './timeline.css';

const UNITS: readonly StepUnit[] = ['event', 'decision', 'tick'];
const UNIT_TEXT = { event: 'run.stepEvent', decision: 'run.stepDecision', tick: 'run.stepTick' } as const;

export function RunBar(): React.JSX.Element {
  const { t } = useTranslation();
  const state = useStore(simulation);
  const { isPlaying, speed, time, horizon, startTime, marks, log, commandsDone } = state;
  const [unit, setUnit] = useState<StepUnit>('event');
  const end = Math.max(horizon, time, startTime + 1);
  const later = log.length - commandsDone;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, [contenteditable], .monaco-editor, [role=dialog]')) return;
      if (event.key === ' ' && !target.closest('button')) {
        event.preventDefault();
        void ask(simulation.getState().isPlaying ? 'pause' : 'play', {});
      } else if (event.key === ',' || event.key === '.')
        void ask('step', { unit, direction: event.key === '.' ? 1 : -1 });
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [unit]);
  return (
    <>
      {later > 0 && !isPlaying ? (
        <p className="past" role="status" style={{ margin: 0 }}>
          {t('run.past', { commands: later })}
        </p>
      ) : null}
      <div className="runbar" role="group" aria-label={t('run.label')}>
        <button type="button" className="button primary" onClick={() => void ask(isPlaying ? 'pause' : 'play', {})}>
          {isPlaying ? <Pause size={16} aria-hidden /> : <Play size={16} aria-hidden />}
          {isPlaying ? t('run.pause') : t('run.play')}
        </button>
        <button
          type="button"
          className="button icon"
          aria-label={t('run.back')}
          title={`${t('run.back')} (,)`}
          onClick={() => void ask('step', { unit, direction: -1 })}
        >
          <SkipBack size={16} aria-hidden />
        </button>
        <div className="segmented" role="group" aria-label={t('run.unit')}>
          {UNITS.map((item) => (
            <button
              key={item}
              type="button"
              className="button"
              aria-pressed={item === unit}
              onClick={() => setUnit(item)}
            >
              {t(UNIT_TEXT[item])}
            </button>
          ))}
        </div>
        <button
          type="button"
          className="button icon"
          aria-label={t('run.forward')}
          title={`${t('run.forward')} (.)`}
          onClick={() => void ask('step', { unit, direction: 1 })}
        >
          <SkipForward size={16} aria-hidden />
        </button>
        <label className="speed">
          <span className="wide">{t('run.speed')}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={sliderOfSpeed(speed)}
            aria-label={t('run.speed')}
            aria-valuetext={`${speed}x`}
            onChange={(event) => void ask('speed', { factor: speedOfSlider(Number(event.target.value)) })}
          />
          <output>{speed}x</output>
        </label>
        <div className="scrubber">
          <div className="ticks" aria-hidden>
            {marks
              .filter((mark) => mark.time >= startTime)
              .slice(-300)
              .map((mark) => (
                <i
                  key={mark.seq}
                  className={mark.kind}
                  title={mark.title}
                  style={{ left: `${Math.max(0, (100 * (mark.time - startTime)) / (end - startTime))}%` }}
                />
              ))}
          </div>
          <input
            type="range"
            min={startTime}
            max={end}
            value={time}
            aria-label={t('run.position')}
            aria-valuetext={formatClock(time - startTime)}
            onChange={(event) => {
              void ask('pause', {});
              void ask('seek', { time: Number(event.target.value) });
            }}
          />
        </div>
        <span className="clock" aria-label={t('run.clock')} role="timer">
          {formatClock(time - startTime)}
        </span>
      </div>
    </>
  );
}
