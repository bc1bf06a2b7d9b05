import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';

export interface SelectOption<T extends string = string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

interface SelectProps<T extends string> {
  /** Accessible name. */
  readonly label: string;
  readonly value: T;
  readonly options: readonly SelectOption<T>[];
  onChange(value: T): void;
  /** Stands before the chosen value: `Namespace: default`. */
  readonly prefix?: string;
  readonly isDisabled?: boolean;
  readonly id?: string;
}

/** Radix keeps the empty text for "nothing chosen", but here it can be a choice: all of something. */
const inside = (value: string): string => `=${value}`;

/** One of some choices, chosen from a list. For long lists there is `Combobox`. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  prefix,
  isDisabled = false,
  id,
}: SelectProps<T>): React.JSX.Element {
  const chosen = options.find((option) => option.value === value);
  return (
    <Radix.Root value={inside(value)} onValueChange={(next) => onChange(next.slice(1) as T)} disabled={isDisabled}>
      <Radix.Trigger className="field select-trigger" aria-label={label} {...(id ? { id } : {})}>
        <span>
          {prefix ? <span className="soft">{`${prefix}: `}</span> : null}
          {chosen?.label ?? value}
        </span>
        <ChevronDown size={14} aria-hidden />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" position="popper" sideOffset={4} collisionPadding={8}>
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item key={option.value} value={inside(option.value)}>
                <span className="check">
                  <Radix.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </Radix.ItemIndicator>
                </span>
                <Radix.ItemText>{option.label}</Radix.ItemText>
                {option.hint ? <span className="hint">{option.hint}</span> : null}
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
