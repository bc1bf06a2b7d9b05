import { Slider as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface SliderProps {
  readonly label: string;
  /** How the value is read aloud. */
  readonly valueText: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly className?: string;
  onChange(value: number): void;
  /** Marks and bands, drawn in the track. */
  readonly children?: ReactNode;
}

export function Slider({
  label,
  valueText,
  value,
  min,
  max,
  step = 1,
  className,
  onChange,
  children,
}: SliderProps): React.JSX.Element {
  return (
    <Radix.Root
      className={['slider', className].filter(Boolean).join(' ')}
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => onChange(next!)}
    >
      <Radix.Track className="track">
        <Radix.Range className="range" />
        {children}
      </Radix.Track>
      <Radix.Thumb aria-label={label} aria-valuetext={valueText} />
    </Radix.Root>
  );
}
