import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { GALLERY } from '../../../lessons/index.ts';
import { FIRST_FILE, setTexts } from '../../state/texts.ts';
import { showLeft, view } from '../../state/view.ts';

export function ScenariosPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  return (
    <div className="content">
      <p className="soft" style={{ marginTop: 0 }}>
        {t('gallery.intro')}
      </p>
      <ul className="list">
        {GALLERY.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              onClick={() => {
                setTexts({ [FIRST_FILE]: entry.text });
                showLeft('editor');
              }}
            >
              <strong>{entry.title[language]}</strong>
              <br />
              <span className="soft">{entry.summary[language]}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
