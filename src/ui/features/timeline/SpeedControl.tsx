import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, Field, Popover, Slider } from '../../design/index.ts';
import { setSpeed, SPEED_HIGH, SPEED_LOW, SPEED_PRESETS } from '../../state/playback.ts';
import { simulation } from '../../state/simulation.ts';
import { sliderOfSpeed, speedOfSlider } from './clock.ts';

/** The speed, and behind it a logarithmic slider, presets and the exact number. */
export function SpeedControl(): React.JSX.Element {
  const { t } = useTranslation();
  const speed = useStore(simulation, (state) => state.speed);
  return (
    <Popover
      label={t('run.speed')}
      side="top"
      trigger={
        <button type="button" className="button speed" aria-label={t('run.speedNow', { speed })}>
          {`${speed}×`}
        </button>
      }
    >
      <div className="speed-panel">
        <Slider
          label={t('run.speed')}
          valueText={`${speed}×`}
          min={0}
          max={100}
          value={sliderOfSpeed(speed)}
          onChange={(position) => void setSpeed(speedOfSlider(position))}
        />
        <div className="presets" role="group" aria-label={t('run.presets')}>
          {SPEED_PRESETS.map((preset) => (
            <Button key={preset} aria-pressed={preset === speed} onClick={() => void setSpeed(preset)}>
              {`${preset}×`}
            </Button>
          ))}
        </div>
        <ExactSpeed key={speed} speed={speed} />
      </div>
    </Popover>
  );
}

function ExactSpeed({ speed }: { speed: number }): React.JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState(String(speed));
  useEffect(() => setText(String(speed)), [speed]);
  const wanted = Number(text);
  const isGood = text.trim() !== '' && wanted >= SPEED_LOW && wanted <= SPEED_HIGH;
  const send = (): void => {
    if (isGood && wanted !== speed) void setSpeed(wanted);
  };
  return (
    <Field
      name={t('run.exact')}
      hint={t('run.exactHint')}
      fault={isGood ? undefined : t('refusal.speed.range', { low: SPEED_LOW, high: SPEED_HIGH })}
    >
      {(control) => (
        <input
          {...control}
          className="field mono"
          inputMode="decimal"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={send}
          onKeyDown={(event) => (event.key === 'Enter' ? send() : undefined)}
        />
      )}
    </Field>
  );
}
