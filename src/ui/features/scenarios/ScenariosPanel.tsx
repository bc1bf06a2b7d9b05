import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { GALLERY, type GalleryEntry, type Topic } from '../../../lessons/index.ts';
import { Badge, Button, EmptyState, Modal, SearchField } from '../../design/index.ts';
import { loadAnew, newScenario } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { activeText, addFile, changeText, isEdited, texts } from '../../state/texts.ts';
import { showLeft, view } from '../../state/view.ts';
import './scenarios.css';

const TOPICS = [...new Set(GALLERY.map(({ topic }) => topic))];

/** Ready manifests, to be found by topic or by word; each opens in the editor. */
export function ScenariosPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  // Until then the first run's own text is still to come, and would take the place of what is opened.
  const isBooted = useStore(simulation, (state) => state.isBooted);
  const [topic, setTopic] = useState<Topic>();
  const [word, setWord] = useState('');
  const [asked, setAsked] = useState<GalleryEntry>();
  const found = GALLERY.filter((entry) => (!topic || entry.topic === topic) && matches(entry, word));
  const open = (entry: GalleryEntry): void => {
    if (isOwnRun(entry) || isEdited(activeText(texts.getState()))) setAsked(entry);
    else show(entry, 'replace');
  };
  return (
    <div className="content gallery">
      <p className="soft">{t('gallery.intro')}</p>
      <SearchField label={t('gallery.filter')} value={word} onChange={setWord} />
      <div className="row" role="group" aria-label={t('gallery.topics')}>
        {[undefined, ...TOPICS].map((item) => (
          <Button key={item ?? 'all'} kind="plain" aria-pressed={item === topic} onClick={() => setTopic(item)}>
            {item ? t(`gallery.topic.${item}`) : t('gallery.allTopics')}
          </Button>
        ))}
      </div>
      {found.length === 0 ? (
        <EmptyState
          action={
            <Button
              onClick={() => {
                setTopic(undefined);
                setWord('');
              }}
            >
              {t('gallery.clear')}
            </Button>
          }
        >
          {t('gallery.noMatch')}
        </EmptyState>
      ) : (
        <ul className="list">
          {found.map((entry) => (
            <li key={entry.id}>
              <button type="button" className="scenario" disabled={!isBooted} onClick={() => open(entry)}>
                <strong>{entry.title[language]}</strong>
                <span>{entry.summary[language]}</span>
                <span className="soft">
                  {t('gallery.watch')}: {entry.watch[language]}
                </span>
                <span className="row">
                  <Badge>{t(`gallery.topic.${entry.topic}`)}</Badge>
                  <Badge>{t(`gallery.level.${entry.level}`)}</Badge>
                  {isOwnRun(entry) ? <Badge>{t('gallery.ownCluster')}</Badge> : null}
                  {entry.goals ? <Badge>{t('lesson.badge', { count: entry.goals.length })}</Badge> : null}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {asked ? <Question entry={asked} close={() => setAsked(undefined)} /> : null}
    </div>
  );
}

/** In either language: a term that is known in English is found in a Korean page too. */
function matches({ title, summary, watch, text }: GalleryEntry, word: string): boolean {
  const wanted = word.trim().toLowerCase();
  const all = [title, summary, watch].flatMap(({ ko, en }) => [ko, en]);
  return [...all, text].some((part) => part.toLowerCase().includes(wanted));
}

/** It brings a cluster of its own, or tells a story on one. */
const isOwnRun = ({ options, story }: GalleryEntry): boolean => options !== undefined || story !== undefined;

function show(entry: GalleryEntry, how: 'replace' | 'beside' | 'anew'): void {
  const file = `${entry.id}.yaml`;
  if (how === 'beside') addFile(file, entry.text);
  else if (how === 'replace') changeText(texts.getState().active, entry.text);
  else {
    const scenario = {
      ...newScenario(entry.options),
      ...entry.story,
      files: { [file]: entry.text, ...entry.story?.files },
    };
    void loadAnew(scenario, true).then(() => teach(entry));
  }
  if (!entry.story) showLeft('editor');
  teach(entry);
}

const teach = (entry: GalleryEntry): void => view.setState({ lesson: entry.id, awaited: entry.show });

/** What opening would cost is said first: a text that was worked on, or the present run's place on the stage. */
function Question({ entry, close }: { entry: GalleryEntry; close(): void }): React.JSX.Element {
  const { t } = useTranslation();
  const pick = (how: Parameters<typeof show>[1]): void => {
    close();
    show(entry, how);
  };
  if (isOwnRun(entry)) {
    return (
      <Modal title={t('gallery.clusterTitle')} close={close}>
        <p>{t('gallery.clusterText')}</p>
        <footer>
          <Button kind="primary" onClick={() => pick('anew')}>
            {t('gallery.startRun')}
          </Button>
          <Button onClick={close}>{t('fault.cancel')}</Button>
        </footer>
      </Modal>
    );
  }
  return (
    <Modal title={t('gallery.replaceTitle')} close={close}>
      <p>{t('gallery.replaceText', { file: texts.getState().active })}</p>
      <footer>
        <Button kind="primary" onClick={() => pick('beside')}>
          {t('gallery.keep')}
        </Button>
        <Button onClick={() => pick('replace')}>{t('gallery.replace')}</Button>
        <Button onClick={close}>{t('fault.cancel')}</Button>
      </footer>
    </Modal>
  );
}
