import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DiffEntry } from '../../../run/types.ts';
import { Badge, Button, Modal } from '../../design/index.ts';
import { TextDiff } from './TextDiff.tsx';

const OUTCOMES = ['error', 'created', 'configured', 'deleted', 'unchanged'] as const;
const TONE = { error: 'failure', created: 'ok', configured: 'warn', deleted: 'failure', unchanged: 'neutral' } as const;

interface DiffDialogProps {
  readonly entries: readonly DiffEntry[];
  /** Whether the text as a whole can be applied: one document that cannot be read holds up all. */
  readonly isReadable: boolean;
  apply(): void;
  close(): void;
}

/** What applying would change: every object on the left, the chosen one's lines on the right. */
export function DiffDialog({ entries, isReadable, apply, close }: DiffDialogProps): React.JSX.Element {
  const { t } = useTranslation();
  const sorted = OUTCOMES.flatMap((outcome) => entries.filter((entry) => entry.outcome === outcome));
  const [chosen, setChosen] = useState(sorted[0]?.key);
  const entry = sorted.find(({ key }) => key === chosen);
  const counts = OUTCOMES.map(
    (outcome) => [outcome, entries.filter((item) => item.outcome === outcome).length] as const,
  );
  const summary = counts.filter(([, count]) => count > 0);
  return (
    <Modal title={t('editor.diffTitle')} close={close} isWide>
      <p className="soft">
        {summary.map(([outcome, count]) => t(`editor.willCount.${outcome}`, { count })).join(' · ') ||
          t('editor.nothing')}
        {entries.length > 0 && entries.every(({ outcome }) => outcome === 'unchanged')
          ? ` · ${t('editor.noDiff')}`
          : ''}
      </p>
      {isReadable ? null : <p className="problem">{t('editor.unreadable')}</p>}
      <div className="diff">
        <ul aria-label={t('editor.objects')}>
          {sorted.map((item) => (
            <li key={item.key}>
              <button type="button" aria-pressed={item.key === chosen} onClick={() => setChosen(item.key)}>
                <span>{item.title}</span>
                <Badge tone={TONE[item.outcome]}>{t(`editor.${item.outcome}`)}</Badge>
              </button>
            </li>
          ))}
        </ul>
        <div className="sides">
          {entry?.status ? <p className="problem">{entry.status.message}</p> : null}
          {entry && !entry.status ? <TextDiff before={entry.live} after={entry.merged} title={entry.title} /> : null}
        </div>
      </div>
      <footer>
        <Button kind="primary" disabled={!isReadable} onClick={apply}>
          {t('editor.apply')}
        </Button>
        <Button onClick={close}>{t('editor.close')}</Button>
      </footer>
    </Modal>
  );
}
