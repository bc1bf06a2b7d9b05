import { ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { SearchList } from './SearchList.tsx';
import type { SelectOption } from './Select.tsx';

interface ComboboxProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly SelectOption[];
  readonly empty: string;
  onChange(value: string): void;
  readonly prefix?: string;
  readonly id?: string;
}

/** Options shown at once; the search finds the rest. */
const SHOWN = 60;

/** One of many choices, found by typing. */
export function Combobox({ label, value, options, empty, onChange, prefix, id }: ComboboxProps): React.JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const find = (text: string): readonly { id: string; label: string; hint?: string }[] => {
    const wanted = text.trim().toLowerCase();
    return options
      .filter((option) => `${option.label} ${option.hint ?? ''}`.toLowerCase().includes(wanted))
      .slice(0, SHOWN)
      .map((option) => ({ id: option.value, label: option.label, ...(option.hint ? { hint: option.hint } : {}) }));
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          className="field select-trigger"
          aria-label={`${label}: ${value}`}
          {...(id ? { id } : {})}
        >
          <span>
            {prefix ? <span className="soft">{`${prefix}: `}</span> : null}
            {options.find((option) => option.value === value)?.label ?? value}
          </span>
          <ChevronDown size={14} aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover flush" align="start" sideOffset={4} collisionPadding={8}>
          <SearchList
            label={label}
            empty={empty}
            find={find}
            onPick={(item) => {
              onChange(item.id);
              setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
