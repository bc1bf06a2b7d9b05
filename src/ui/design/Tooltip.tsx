import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

/** Stands once around the page: after the first tooltip the next ones come without a wait. */
export function TooltipProvider({ children }: { children: ReactNode }): React.JSX.Element {
  return (
    <Radix.Provider delayDuration={400} skipDelayDuration={200}>
      {children}
    </Radix.Provider>
  );
}

interface TooltipProps {
  readonly content: ReactNode;
  readonly shortcut?: string;
  readonly side?: 'top' | 'right' | 'bottom' | 'left';
  /** One element that can hold a ref: a button, mostly. */
  readonly children: ReactNode;
}

export function Tooltip({ content, shortcut, side = 'top', children }: TooltipProps): React.JSX.Element {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="tooltip" side={side} sideOffset={4} collisionPadding={8}>
          {content}
          {shortcut ? <kbd>{shortcut}</kbd> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
