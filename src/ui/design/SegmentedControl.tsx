import { ToggleGroup } from 'radix-ui';
import type { ReactNode } from 'react';

interface SegmentedControlProps<T extends string> {
  readonly label: string;
  readonly value: T;
  /** `name` is for a label that shows no words, always or in a narrow window. */
  readonly options: readonly { readonly value: T; readonly label: ReactNode; readonly name?: string }[];
  onChange(value: T): void;
}

/** One of a few choices, all in sight. */
export function SegmentedControl<T extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedControlProps<T>): React.JSX.Element {
  return (
    <ToggleGroup.Root
      type="single"
      className="segmented"
      aria-label={label}
      value={value}
      // Pressing the chosen one again would leave none.
      onValueChange={(next) => (next ? onChange(next as T) : undefined)}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} aria-label={option.name}>
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
