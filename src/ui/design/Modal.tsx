import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface ModalProps {
  readonly title: string;
  /** Absent: it cannot be put away but by one of its own buttons. */
  close?(): void;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

/** A dialog that takes the focus and gives it back. */
export function Modal({ title, close, isWide = false, children }: ModalProps): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : close?.())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className={isWide ? 'dialog wide' : 'dialog'}
          aria-describedby={undefined}
          // In the editor Escape puts its own lists away.
          onEscapeKeyDown={(event) => {
            if ((event.target as Element).closest('.monaco-editor')) event.preventDefault();
          }}
        >
          <header>
            <Dialog.Title asChild>
              <h2>{title}</h2>
            </Dialog.Title>
            {/* Without a tooltip: it has the focus at first, and Escape would only close the tooltip. */}
            {close ? (
              <button type="button" className="button plain icon" aria-label={t('app.close')} onClick={close}>
                <X size={16} aria-hidden />
              </button>
            ) : null}
          </header>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
