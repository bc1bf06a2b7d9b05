import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scenario } from '../../run/types.ts';
import { TooltipProvider } from '../design/index.ts';
import { Diagram } from '../features/diagram/Diagram.tsx';
import { SharedDialog } from '../features/share/ShareDialog.tsx';
import { RunBar } from '../features/timeline/RunBar.tsx';
import { Drawer } from './Drawer.tsx';
import { Layout } from './Layout.tsx';
import { LeftPanel } from './LeftPanel.tsx';
import { Notices } from './Notices.tsx';
import { RightPanel } from './RightPanel.tsx';
import { TopBar } from './TopBar.tsx';
import './shell.css';

export function App({ shared }: { shared: Promise<Scenario | undefined> }): React.JSX.Element {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<Scenario>();
  const isEmbedded = location.search.includes('embed');
  useEffect(() => {
    void shared.then(setOpened);
  }, [shared]);
  const stage = (
    <main className="stage" id="stage" tabIndex={-1} aria-label={t('tabs.stage')}>
      <Diagram />
    </main>
  );
  return (
    <TooltipProvider>
      <div className={isEmbedded ? 'shell embed' : 'shell'}>
        <a className="skip" href="#stage">
          {t('app.skip')}
        </a>
        <TopBar />
        <div className="body">
          {isEmbedded ? (
            <>
              <div className="upper">{stage}</div>
              <RunBar />
            </>
          ) : (
            <Layout left={<LeftPanel />} stage={stage} right={<RightPanel />} runBar={<RunBar />} drawer={<Drawer />} />
          )}
        </div>
        {opened ? <SharedDialog scenario={opened} close={() => setOpened(undefined)} /> : null}
        <Notices />
      </div>
    </TooltipProvider>
  );
}
