import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Field, Select } from '../../design/index.ts';
import { embedSnippet } from '../../state/embed.ts';
import { view, type Theme } from '../../state/view.ts';
import { CopyButton } from './CopyButton.tsx';

type Height = '360' | '480' | '640';
const HEIGHTS: readonly Height[] = ['360', '480', '640'];
const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

interface EmbedOptionsProps {
  readonly base: string;
  readonly payload: string;
  readonly title: string;
}

/** Code for another page, as that page wants it. */
export function EmbedOptions({ base, payload, title }: EmbedOptionsProps): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  const [height, setHeight] = useState<Height>('480');
  const [theme, setTheme] = useState<Theme>('system');
  const snippet = embedSnippet(base, payload, title, { theme, language, height: Number(height) });
  return (
    <details className="embed-options">
      <summary>{t('share.embed')}</summary>
      <div>
        <p className="soft">{t('share.embedText')}</p>
        <div className="row">
          <Field name={t('share.embedHeight')}>
            {({ id }) => (
              <Select<Height>
                id={id}
                label={t('share.embedHeight')}
                value={height}
                options={HEIGHTS.map((value) => ({ value, label: `${value} px` }))}
                onChange={setHeight}
              />
            )}
          </Field>
          <Field name={t('share.embedTheme')}>
            {({ id }) => (
              <Select<Theme>
                id={id}
                label={t('share.embedTheme')}
                value={theme}
                options={THEMES.map((value) => ({ value, label: t(`app.themes.${value}`) }))}
                onChange={setTheme}
              />
            )}
          </Field>
        </div>
        <textarea
          readOnly
          rows={3}
          spellCheck={false}
          aria-label={t('share.snippet')}
          value={snippet}
          onFocus={(event) => event.target.select()}
        />
        <CopyButton label={t('share.copySnippet')} text={snippet} />
      </div>
    </details>
  );
}
