import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { DiffEntry, Fault } from '../../../run/types.ts';
import { Button, EmptyState, IconButton, Menu, type MenuItem, WorkProgress } from '../../design/index.ts';
import { notify } from '../../state/notices.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { changeText, openFile, texts } from '../../state/texts.ts';
import { view } from '../../state/view.ts';
import { DiffDialog } from './DiffDialog.tsx';
import { documentAt } from './documents.ts';
import { EditWaits } from './EditWaits.tsx';
import { FileTabs } from './FileTabs.tsx';
import { LoadBoundary } from './LoadBoundary.tsx';
import { openFiles } from './open-files.ts';
import { PlainText } from './PlainText.tsx';
import { OutcomeList, ProblemList, type ProblemListProps } from './ResultList.tsx';
import { RICH_TEXT_LIMIT, type TextSurface, type TextViewProps } from './text-surface.ts';
import { useApplying, type Applying } from './use-applying.ts';
import { useChecks, useServerFaults } from './use-checks.ts';
import './editor.css';

/** Monaco is as large as all the rest: it comes when the editor is first looked at. */
const LessonCard = lazy(async () => ({ default: (await import('../lesson/LessonCard.tsx')).LessonCard }));
const MonacoText = lazy(async () => ({ default: (await import('./MonacoText.tsx')).MonacoText }));

const FILE_TYPES = '.yaml,.yml,.json,.txt';
const MODIFIER = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl+';

/** The texts being edited, what is wrong with them, and what applying them would do and has done. */
export function EditorPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const { files, active } = useStore(texts);
  const text = files[active] ?? '';
  const lesson = useStore(view, (state) => state.lesson);
  const isBooted = useStore(simulation, (state) => state.isBooted);
  const surface = useRef<TextSurface>(undefined);
  const applying = useApplying();
  const checked = useChecks(files, active);
  const refused = useServerFaults(applying.applied, active, text);
  const faults = useMemo(() => [...refused, ...checked], [refused, checked]);
  const [diff, setDiff] = useState<readonly DiffEntry[]>();
  const [onReady] = useState(() => (ready: TextSurface | undefined) => void (surface.current = ready));
  useRevealed(surface);

  const isIdle = isBooted && !applying.isBusy;
  const problems = faults.filter(({ severity }) => severity !== 'info').length;
  const isReadable = !checked.some(({ severity, code }) => severity === 'error' && isAboutReading(code));
  const apply = (): void => void (isIdle ? applying.run('apply', [active]) : undefined);
  const applyDocument = (): void =>
    void applying.run('apply', [active], documentAt(text, surface.current?.line() ?? 1));
  const format = async (): Promise<void> => {
    const tidy = await ask('format', { text });
    if (tidy === undefined) notify({ code: 'notFormatted' });
    else if (tidy !== text) surface.current?.replace(tidy);
  };
  const props: TextViewProps = { file: active, text, faults, onChange: changeText, onApply: apply, onReady };
  return (
    <DropZone>
      {lesson ? (
        <LoadBoundary fallback={null}>
          <Suspense fallback={null}>
            <LessonCard lesson={lesson} />
          </Suspense>
        </LoadBoundary>
      ) : null}
      <FileTabs />
      <EditWaits file={active} />
      <TextView {...props} />
      <div className="actions">
        <Button kind="primary" data-guide-target="apply" disabled={!isIdle} title={`${MODIFIER}Enter`} onClick={apply}>
          {t('editor.apply')}
        </Button>
        <Button
          disabled={!isIdle}
          onClick={() => void ask('diff', { file: active, text }).then((found) => setDiff(found))}
        >
          {t('editor.diff')}
        </Button>
        <MoreActions
          isIdle={isIdle}
          applyDocument={applyDocument}
          applyAll={() => void applying.run('apply', Object.keys(files))}
          remove={() => void applying.run('delete', [active])}
          format={() => void format()}
        />
        <span className={problems > 0 ? 'count problem' : 'count soft'} role="status">
          {problems > 0 ? t('editor.problems', { count: problems }) : t('editor.clean')}
        </span>
      </div>
      <Results
        applying={applying}
        faults={faults}
        go={(fault) => surface.current?.go({ startLine: fault.startLine, startColumn: fault.startColumn })}
        mend={(fix) => surface.current?.mend(fix)}
        isLong={text.length > RICH_TEXT_LIMIT}
      />
      {diff ? (
        <DiffDialog
          entries={diff}
          isReadable={isReadable}
          apply={() => {
            setDiff(undefined);
            apply();
          }}
          close={() => setDiff(undefined)}
        />
      ) : null}
    </DropZone>
  );
}

/** Faults for which a text is not sent at all. */
const isAboutReading = (code: string): boolean =>
  code.startsWith('yaml.') || code.startsWith('manifest.limit') || code === 'manifest.notAMapping';

/** Shows the lines of a file that another panel refers to. */
function useRevealed(surface: React.RefObject<TextSurface | undefined>): void {
  const revealed = useStore(view, (state) => state.revealed);
  useEffect(() => {
    if (!revealed) return undefined;
    openFile(revealed.file);
    // The file has to be shown first.
    const frame = requestAnimationFrame(() => surface.current?.go(revealed));
    return () => cancelAnimationFrame(frame);
  }, [revealed, surface]);
}

function TextView(props: TextViewProps): React.JSX.Element {
  const { t } = useTranslation();
  const plain = (
    <>
      <p className="note" role="status">
        {t('editor.failed')}{' '}
        <Button kind="plain" onClick={() => location.reload()}>
          {t('editor.retry')}
        </Button>
      </p>
      <PlainText {...props} />
    </>
  );
  return (
    <div className="editor">
      <LoadBoundary fallback={plain}>
        <Suspense fallback={<EmptyState>{t('editor.loading')}</EmptyState>}>
          <MonacoText {...props} />
        </Suspense>
      </LoadBoundary>
    </div>
  );
}

interface MoreActionsProps {
  readonly isIdle: boolean;
  applyDocument(): void;
  applyAll(): void;
  remove(): void;
  format(): void;
}

function MoreActions({ isIdle, applyDocument, applyAll, remove, format }: MoreActionsProps): React.JSX.Element {
  const { t } = useTranslation();
  const chooser = useRef<HTMLInputElement>(null);
  const item = (id: string, label: string, pick: () => void, isDisabled = false): MenuItem => ({
    id,
    label,
    pick,
    isDisabled,
  });
  return (
    <>
      <Menu
        trigger={<IconButton label={t('editor.more_actions')} icon={<Ellipsis size={16} aria-hidden />} />}
        groups={[
          [
            item('document', t('editor.applyDocument'), applyDocument, !isIdle),
            item('all', t('editor.applyAll'), applyAll, !isIdle),
            item('delete', t('editor.delete'), remove, !isIdle),
          ],
          [
            item('format', t('editor.format'), format, !isIdle),
            item('open', t('editor.open'), () => chooser.current?.click()),
          ],
        ]}
      />
      <input
        ref={chooser}
        type="file"
        hidden
        multiple
        accept={FILE_TYPES}
        onChange={(event) => {
          void openFiles([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

interface ResultsProps extends ProblemListProps {
  readonly applying: Applying;
  readonly isLong: boolean;
}

function Results({ applying, faults, go, mend, isLong }: ResultsProps): React.JSX.Element {
  const { t } = useTranslation();
  const { applied, progress, cancel } = applying;
  const unread: readonly Fault[] = applied.flatMap(({ result }) => result.faults ?? []);
  return (
    <div className="results" tabIndex={-1}>
      {progress ? (
        <WorkProgress
          text={t('editor.progress', { ...progress })}
          progress={progress}
          cancelText={t('editor.cancel')}
          cancel={cancel}
        />
      ) : null}
      <OutcomeList applied={applied} />
      <ProblemList faults={faults.length > 0 ? faults : unread} go={go} mend={mend} />
      {isLong ? <p className="soft">{t('editor.plainNotice')}</p> : null}
      <p className="soft hint">{t('editor.hint')}</p>
    </div>
  );
}

/** Takes files that are dropped anywhere on the panel. */
function DropZone({ children }: { children: React.ReactNode }): React.JSX.Element {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);
  const hasFiles = (event: React.DragEvent): boolean => event.dataTransfer.types.includes('Files');
  return (
    <div
      className="content flush"
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      // Before Monaco, which would put the name of the file into the text.
      onDropCapture={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        void openFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {isOver ? <div className="drop">{t('editor.drop')}</div> : null}
    </div>
  );
}
