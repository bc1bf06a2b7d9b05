import { Popover as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface PopoverProps {
  /** Accessible name of what opens. */
  readonly label: string;
  /** One element that can hold a ref: the button that opens it. */
  readonly trigger: ReactNode;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  readonly align?: 'start' | 'center' | 'end';
  readonly children: ReactNode;
}

/** A small surface that belongs to a button and closes by Escape or a click beside it. */
export function Popover({
  label,
  trigger,
  side = 'bottom',
  align = 'start',
  children,
}: PopoverProps): React.JSX.Element {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="popover"
          aria-label={label}
          side={side}
          align={align}
          sideOffset={4}
          collisionPadding={8}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
