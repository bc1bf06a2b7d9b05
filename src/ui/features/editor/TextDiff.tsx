import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../design/index.ts';
import { LoadBoundary } from './LoadBoundary.tsx';
import './editor.css';

const DiffText = lazy(async () => ({ default: (await import('./MonacoDiff.tsx')).MonacoDiff }));

interface TextDiffProps {
  readonly before: string;
  readonly after: string;
  readonly title: string;
}

/** Two texts with their differences. */
export function TextDiff({ before, after, title }: TextDiffProps): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <LoadBoundary fallback={<PlainDiff before={before} after={after} />}>
      <Suspense fallback={<EmptyState>{t('editor.loading')}</EmptyState>}>
        <DiffText before={before} after={after} title={title} />
      </Suspense>
    </LoadBoundary>
  );
}

/** Both texts, where the editor could not be loaded. */
function PlainDiff({ before, after }: { before: string; after: string }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <>
      <h3>{t('editor.now')}</h3>
      <pre tabIndex={0}>{before || '-'}</pre>
      <h3>{t('editor.then')}</h3>
      <pre tabIndex={0}>{after}</pre>
    </>
  );
}
