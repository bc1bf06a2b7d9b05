import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../design/index.ts';

const SHOWN_MS = 2_000;

interface CopyButtonProps {
  readonly label: string;
  readonly text: string;
  readonly kind?: 'primary' | 'secondary';
}

/** Copies a text, and says that it did or why it could not. */
export function CopyButton({ label, text, kind = 'secondary' }: CopyButtonProps): React.JSX.Element {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<'copied' | 'noClipboard'>();
  useEffect(() => {
    if (outcome !== 'copied') return;
    const timer = setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => {
    // Absent where the page does not come over HTTPS; refused where the reader said so.
    const { clipboard } = navigator as { clipboard?: Clipboard };
    setOutcome(
      await (clipboard?.writeText(text).then(
        () => 'copied' as const,
        () => 'noClipboard' as const,
      ) ?? 'noClipboard'),
    );
  };
  return (
    <>
      <Button kind={kind} disabled={text === ''} onClick={() => void copy()}>
        {outcome === 'copied' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        {outcome === 'copied' ? t('share.copied') : label}
      </Button>
      {outcome === 'noClipboard' ? (
        <span className="problem" role="alert">
          {t('share.noClipboard')}
        </span>
      ) : null}
    </>
  );
}
