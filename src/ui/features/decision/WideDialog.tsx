import { X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The whole window for what a panel is too narrow for. */
export function WideDialog({
  title,
  close,
  children,
}: {
  title: string;
  close(): void;
  children: ReactNode;
}): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : close())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog wide-dialog decision" aria-describedby={undefined}>
          <div className="row">
            <Dialog.Title asChild>
              <h2>{title}</h2>
            </Dialog.Title>
            <span className="spring" />
            <Dialog.Close asChild>
              <button type="button" className="button icon" aria-label={t('decision.close')}>
                <X size={16} aria-hidden />
              </button>
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
