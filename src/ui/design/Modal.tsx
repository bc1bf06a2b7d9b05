import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';

/** A dialog that takes the focus and gives it back. */
export function Modal({
  title,
  close,
  children,
}: {
  title: string;
  close(): void;
  children: ReactNode;
}): React.JSX.Element {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : close())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>{title}</h2>
          </Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
