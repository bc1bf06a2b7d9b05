import {
  ChevronDown,
  FilePlus2,
  FolderOpen,
  History,
  ListChecks,
  PencilLine,
  Save,
  ShieldCheck,
  Trash2,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Badge, Button, Field, IconButton, Menu, Modal } from '../design/index.ts';
import { closeDialog, openDialog } from '../state/dialogs.ts';
import { openFile, saveToFile } from '../state/run-files.ts';
import { currentRunId, forgetRun, readRunList, runList } from '../state/run-store.ts';
import { loadAnew, newScenario, openRun, renameRun, save } from '../state/session.ts';
import { simulation } from '../state/simulation.ts';
import { view } from '../state/view.ts';

/** The run's name, and what can be done with runs as a whole. */
export function RunMenu(): React.JSX.Element {
  const { t } = useTranslation();
  const title = useStore(simulation, (state) => state.title);
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Menu
        trigger={
          <button
            type="button"
            className="button plain run-name"
            aria-label={`${t('runs.menu')}: ${title || t('runs.untitled')}`}
          >
            <span>{title || t('runs.untitled')}</span>
            <ChevronDown size={14} aria-hidden />
          </button>
        }
        groups={[
          [
            {
              id: 'rename',
              label: t('runs.rename'),
              icon: <PencilLine size={14} aria-hidden />,
              pick: () => openDialog('rename'),
            },
          ],
          [
            {
              id: 'fresh',
              label: t('runs.fresh'),
              icon: <FilePlus2 size={14} aria-hidden />,
              pick: () => void loadAnew(newScenario(), true),
            },
            {
              id: 'recent',
              label: t('runs.recent'),
              icon: <History size={14} aria-hidden />,
              pick: () => openDialog('runs'),
            },
            {
              id: 'checks',
              label: t('checks.title'),
              icon: <ShieldCheck size={14} aria-hidden />,
              pick: () => openDialog('checks'),
            },
            {
              id: 'support',
              label: t('support.title'),
              icon: <ListChecks size={14} aria-hidden />,
              pick: () => openDialog('support'),
            },
          ],
          [
            { id: 'save', label: t('runs.saveFile'), icon: <Save size={14} aria-hidden />, pick: saveToFile },
            {
              id: 'open',
              label: t('runs.openFile'),
              icon: <FolderOpen size={14} aria-hidden />,
              pick: () => picker.current?.click(),
            },
          ],
        ]}
      />
      <input
        ref={picker}
        type="file"
        accept=".json,.yaml,.yml"
        hidden
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) void openFile(file);
          event.target.value = '';
        }}
      />
    </>
  );
}

export function RenameDialog(): React.JSX.Element {
  const { t } = useTranslation();
  const [title, setTitle] = useState(simulation.getState().title);
  return (
    <Modal title={t('runs.rename')} close={closeDialog}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void renameRun(title);
          closeDialog();
        }}
      >
        <Field name={t('runs.name')}>
          {(control) => (
            <input
              {...control}
              className="field"
              autoFocus
              maxLength={80}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <footer>
          <button type="submit" className="button primary">
            {t('runs.save')}
          </button>
        </footer>
      </form>
    </Modal>
  );
}

export function RunsDialog(): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  const list = useStore(runList, (state) => state.entries);
  useEffect(() => {
    save();
    readRunList();
  }, []);
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <Modal title={t('runs.recent')} close={closeDialog}>
      <p className="soft">{t('runs.recentText')}</p>
      <ul className="run-list">
        {list.map((entry) => {
          const name = entry.title || t('runs.untitled');
          return (
            <li key={entry.id}>
              <div>
                <strong>{name}</strong>
                <div className="soft">
                  {when.format(entry.savedAt)} · {t('runs.entry', { commands: entry.commands, nodes: entry.nodes })}
                </div>
              </div>
              {entry.id === currentRunId() ? (
                <Badge>{t('runs.here')}</Badge>
              ) : (
                <>
                  <IconButton
                    label={t('runs.forget', { name })}
                    icon={<Trash2 size={16} aria-hidden />}
                    onClick={() => forgetRun(entry.id)}
                  />
                  <Button
                    aria-label={`${t('gallery.open')}: ${name}`}
                    onClick={() => {
                      save();
                      closeDialog();
                      void openRun(entry.id);
                    }}
                  >
                    {t('gallery.open')}
                  </Button>
                </>
              )}
            </li>
          );
        })}
      </ul>
      {list.length < 2 ? <p className="soft">{t('runs.none')}</p> : null}
    </Modal>
  );
}
