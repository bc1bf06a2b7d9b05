import { lazy, Suspense, useEffect, useState, type DragEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Scenario } from '../../run/types.ts';
import { TooltipProvider } from '../design/index.ts';
import { Diagram } from '../features/diagram/Diagram.tsx';
import { Guide } from '../features/guide/Guide.tsx';
import { OpenedDialog } from '../features/share/OpenedDialog.tsx';
import { ShareDialog } from '../features/share/ShareDialog.tsx';
import { RunBar } from '../features/timeline/RunBar.tsx';
import { closeDialog, dialogs } from '../state/dialogs.ts';
import { isEmbedded } from '../state/embed.ts';
import { openFile } from '../state/run-files.ts';
import { simulation } from '../state/simulation.ts';
import { Drawer } from './Drawer.tsx';
import { EmbedBar } from './EmbedBar.tsx';
import { useKeyboard } from './keyboard.ts';
import { KeysDialog } from './KeysDialog.tsx';
import { Layout } from './Layout.tsx';
import { LeftPanel } from './LeftPanel.tsx';
import { Notices } from './Notices.tsx';
import { Palette } from './Palette.tsx';
import { RightPanel } from './RightPanel.tsx';
import { RenameDialog, RunsDialog } from './RunMenu.tsx';
import { TopBar } from './TopBar.tsx';
import './shell.css';

const ChecksDialog = lazy(async () => ({
  default: (await import('../features/checks/ChecksDialog.tsx')).ChecksDialog,
}));
const SupportDialog = lazy(async () => ({
  default: (await import('../features/support/SupportDialog.tsx')).SupportDialog,
}));
const SchedulerDialog = lazy(async () => ({
  default: (await import('../features/scheduler/SchedulerDialog.tsx')).SchedulerDialog,
}));

export function App({ shared }: { shared: Promise<Scenario | undefined> }): React.JSX.Element {
  useDocumentTitle();
  const content = isEmbedded ? <EmbeddedPage /> : <WholePage shared={shared} />;
  return (
    <TooltipProvider>
      {content}
      <Notices />
    </TooltipProvider>
  );
}

function useDocumentTitle(): void {
  const { t } = useTranslation();
  const title = useStore(simulation, (state) => state.title);
  useEffect(() => {
    document.title = title ? t('app.pageTitle', { run: title }) : t('app.title');
  }, [t, title]);
}

function Stage(): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <section className="stage" id="stage" tabIndex={-1} aria-label={t('tabs.stage')}>
      <Diagram />
    </section>
  );
}

function EmbeddedPage(): React.JSX.Element {
  return (
    <main className="shell">
      <div className="upper">
        <Stage />
      </div>
      <EmbedBar />
    </main>
  );
}

function WholePage({ shared }: { shared: Promise<Scenario | undefined> }): React.JSX.Element {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Scenario>();
  useKeyboard();
  useEffect(() => {
    void shared.then(setOpened);
  }, [shared]);
  return (
    <FileDrop>
      <a className="skip" href="#stage">
        {t('app.skip')}
      </a>
      <TopBar />
      <main className="body">
        <Layout left={<LeftPanel />} stage={<Stage />} right={<RightPanel />} runBar={<Bars />} drawer={<Drawer />} />
      </main>
      {opened ? <OpenedDialog scenario={opened} close={() => setOpened(undefined)} /> : null}
      <Dialogs />
    </FileDrop>
  );
}

/** What stands beneath the stage. */
function Bars(): React.JSX.Element {
  return (
    <>
      <Guide />
      <RunBar />
    </>
  );
}

function Dialogs(): React.JSX.Element | null {
  const open = useStore(dialogs, (state) => state.open);
  switch (open) {
    case 'palette':
      return <Palette />;
    case 'keys':
      return <KeysDialog />;
    case 'share':
      return <ShareDialog close={closeDialog} />;
    case 'runs':
      return <RunsDialog />;
    case 'rename':
      return <RenameDialog />;
    case 'scheduler':
    case 'compare':
      return (
        <Suspense>
          <SchedulerDialog />
        </Suspense>
      );
    case 'checks':
      return (
        <Suspense>
          <ChecksDialog />
        </Suspense>
      );
    case 'support':
      return (
        <Suspense>
          <SupportDialog />
        </Suspense>
      );
    case undefined:
      return null;
  }
}

/** Takes a scenario file that is dropped anywhere on the page. */
function FileDrop({ children }: { children: ReactNode }): React.JSX.Element {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);
  const hasFile = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  return (
    <div
      className="shell"
      onDragOver={(event) => {
        if (!hasFile(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => (event.relatedTarget === null ? setOver(false) : undefined)}
      onDrop={(event) => {
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (!file) return;
        event.preventDefault();
        void openFile(file);
      }}
    >
      {children}
      {isOver ? <div className="drop">{t('runs.drop')}</div> : null}
    </div>
  );
}
