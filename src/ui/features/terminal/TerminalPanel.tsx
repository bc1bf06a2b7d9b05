import { Accessibility, FileCode2 } from 'lucide-react';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, EmptyState, IconButton } from '../../design/index.ts';
import { play } from '../../state/playback.ts';
import { readStored, writeStored } from '../../state/run-store.ts';
import { ask, command } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { addFile, changeText, openFile, texts } from '../../state/texts.ts';
import { showLeft } from '../../state/view.ts';
import { LoadBoundary } from '../editor/LoadBoundary.tsx';
import { followEdit } from './edited-file.ts';
import './terminal.css';

/** xterm.js comes when the terminal is first looked at. */
const XtermView = lazy(async () => ({ default: (await import('./XtermView.tsx')).XtermView }));

/** Whether this browser's terminal tells a screen reader what it prints. */
const READER = 'pilothouse.terminal.reader';

/** What to type first: each works on the cluster of the first visit. */
const EXAMPLES = ['kubectl get nodes', 'kubectl get pods -A', 'kubectl explain pod.spec', 'help'] as const;

/** A shell with kubectl, outside the cluster. Every line is a command of the run. */
export function TerminalPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const run = useRef<((line: string) => void) | undefined>(undefined);
  const onReady = useCallback((ready: typeof run.current) => void (run.current = ready), []);
  const [isReadAloud, setReadAloud] = useState(() => readStored(READER) === 'on');
  const toggle = (): void => {
    writeStored(READER, isReadAloud ? 'off' : 'on');
    setReadAloud(!isReadAloud);
  };
  const isEmpty = useStore(simulation, ({ terminal }) => terminal.text === '' && terminal.generation <= 1);
  return (
    <div className="terminal">
      {isEmpty ? (
        <div className="row examples" role="group" aria-label={t('terminal.examples')}>
          <span className="soft">{t('terminal.examples')}</span>
          {EXAMPLES.map((line) => (
            <button key={line} type="button" className="example mono" onClick={() => run.current?.(line)}>
              {line}
            </button>
          ))}
        </div>
      ) : null}
      <Waiting />
      <Edited save={() => run.current?.('')} />
      <Written />
      <LoadBoundary fallback={<EmptyState>{t('terminal.notLoaded')}</EmptyState>}>
        <Suspense fallback={<p className="empty">{t('terminal.loading')}</p>}>
          <XtermView isReadAloud={isReadAloud} onReady={onReady} />
        </Suspense>
      </LoadBoundary>
      <IconButton
        className="reader"
        label={t('terminal.reader')}
        aria-pressed={isReadAloud}
        icon={<Accessibility size={16} aria-hidden />}
        onClick={toggle}
      />
      <p className="visually-hidden">{t('terminal.leave')}</p>
    </div>
  );
}

/** A command that waits does not go on while the run stands still. */
function Waiting(): React.JSX.Element | null {
  const { t } = useTranslation();
  const isStuck = useStore(simulation, ({ terminal, isPlaying }) => terminal.isBusy && !terminal.editing && !isPlaying);
  if (!isStuck) return null;
  return (
    <div className="row" role="status">
      <span>{t('terminal.paused')}</span>
      <Button onClick={() => void play()}>{t('terminal.play')}</Button>
    </div>
  );
}

/** `kubectl edit` waits for the editor: what is there is sent when it is saved. */
function Edited({ save }: { save(): void }): React.JSX.Element | null {
  const { t } = useTranslation();
  const editing = useStore(simulation, ({ terminal }) => terminal.editing);
  useEffect(() => void followEdit(editing), [editing]);
  if (!editing) return null;
  return (
    <div className="row" role="status">
      <span>{t('terminal.editing', { name: editing.name })}</span>
      <Button kind="primary" onClick={save}>
        {t('terminal.save')}
      </Button>
      <Button onClick={() => void command({ verb: 'terminal-key', key: 'interrupt' })}>{t('terminal.giveUp')}</Button>
    </div>
  );
}

/** Files that commands have written: the editor can open them. */
function Written(): React.JSX.Element | null {
  const { t } = useTranslation();
  const written = useStore(simulation, ({ terminal }) => terminal.written);
  if (written.length === 0) return null;
  const open = async (name: string): Promise<void> => {
    const text = await ask('terminalFile', { name });
    if (text === undefined) return;
    if (texts.getState().files[name] === undefined) addFile(name, text);
    else {
      changeText(name, text);
      openFile(name);
    }
    showLeft('editor');
  };
  return (
    <div className="row" role="group" aria-label={t('terminal.written')}>
      <span className="soft">{t('terminal.written')}</span>
      {written.map((name) => (
        <button
          key={name}
          type="button"
          className="example"
          aria-label={t('terminal.open', { name })}
          onClick={() => void open(name)}
        >
          <FileCode2 size={14} aria-hidden /> <span className="mono">{name}</span>
        </button>
      ))}
    </div>
  );
}
