import { Check, Copy } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../design/index.ts';
import { piecesOf, withoutManagedFields } from './yaml-lines.ts';

/** The live object as the API server holds it. */
export function YamlView({ yaml }: { yaml: string }): React.JSX.Element {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  const [isCopied, setCopied] = useState(false);
  const text = useMemo(() => (isWhole ? yaml : withoutManagedFields(yaml)), [yaml, isWhole]);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <details className="yaml">
      <summary>{t('inspector.yaml')}</summary>
      <div className="row">
        <Button onClick={() => void copy()}>
          {isCopied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          <span aria-live="polite">{t(isCopied ? 'inspector.copied' : 'inspector.copy')}</span>
        </Button>
        <label className="check">
          <input type="checkbox" checked={isWhole} onChange={({ target }) => setWhole(target.checked)} />
          managedFields
        </label>
      </div>
      <Lines text={text} />
    </details>
  );
}

const Lines = memo(function Lines({ text }: { text: string }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <pre tabIndex={0} role="region" aria-label={t('inspector.yaml')}>
      {text.split('\n').map((line, index) => (
        // Lines have no identity but their place.
        <span key={index} className="line">
          {piecesOf(line).map((piece, at) => (
            <span key={at} className={`y-${piece.kind}`}>
              {piece.text}
            </span>
          ))}
          {'\n'}
        </span>
      ))}
    </pre>
  );
});
