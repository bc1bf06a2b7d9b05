import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Scenario } from '../../run/types.ts';
import { Diagram } from '../features/diagram/Diagram.tsx';
import { ClusterPanel } from '../features/cluster/ClusterPanel.tsx';
import { DecisionPanel } from '../features/decision/DecisionPanel.tsx';
import { EventsDrawer } from '../features/events/EventsDrawer.tsx';
import { InspectorPanel } from '../features/inspector/InspectorPanel.tsx';
import { WhyPanel } from '../features/inspector/WhyPanel.tsx';
import { RequestPanel } from '../features/request/RequestPanel.tsx';
import { ScenariosPanel } from '../features/scenarios/ScenariosPanel.tsx';
import { SharedDialog } from '../features/share/ShareDialog.tsx';
import { RunBar } from '../features/timeline/RunBar.tsx';
import { view, type LeftTab, type RightTab } from '../state/view.ts';
import { Notices } from './Notices.tsx';
import { TopBar } from './TopBar.tsx';

const EditorPanel = lazy(async () => ({ default: (await import('../features/editor/EditorPanel.tsx')).EditorPanel }));

const LEFT: readonly LeftTab[] = ['editor', 'scenarios', 'cluster'];
const RIGHT: readonly RightTab[] = ['inspector', 'decision', 'request', 'why'];
const NARROW = ['left', 'stage', 'right', 'events'] as const;

export function App({ shared }: { shared: Promise<Scenario | undefined> }): React.JSX.Element {
  const { t } = useTranslation();
  const { left, right, narrow } = useStore(view);
  const [opened, setOpened] = useState<Scenario>();
  const isEmbedded = location.search.includes('embed');
  useEffect(() => {
    void shared.then(setOpened);
  }, [shared]);
  return (
    <div className={isEmbedded ? 'shell embed' : 'shell'} data-narrow={narrow}>
      <a className="skip" href="#stage">
        {t('app.skip')}
      </a>
      <TopBar />
      <div className="body" data-narrow={narrow}>
        <aside className="panel left" aria-label={t(`tabs.${left}`)}>
          <Tabs tabs={LEFT} current={left} pick={(tab) => view.setState({ left: tab })} />
          {left === 'editor' ? (
            <Suspense fallback={<p className="empty">{t('editor.loading')}</p>}>
              <EditorPanel />
            </Suspense>
          ) : left === 'scenarios' ? (
            <ScenariosPanel />
          ) : (
            <ClusterPanel />
          )}
        </aside>
        <main className="stage" id="stage" tabIndex={-1} aria-label={t('tabs.stage')}>
          <Diagram />
        </main>
        <aside className="panel right" aria-label={t(`tabs.${right}`)}>
          <Tabs tabs={RIGHT} current={right} pick={(tab) => view.setState({ right: tab })} />
          {right === 'inspector' ? (
            <InspectorPanel />
          ) : right === 'decision' ? (
            <DecisionPanel />
          ) : right === 'request' ? (
            <RequestPanel />
          ) : (
            <WhyPanel />
          )}
        </aside>
      </div>
      <footer className="bottom">
        <RunBar />
        <EventsDrawer />
        <nav className="narrow-tabs" aria-label={t('tabs.stage')}>
          {NARROW.map((place) => (
            <button
              key={place}
              type="button"
              className="button plain"
              data-place={place}
              aria-pressed={narrow === place}
              onClick={() => view.setState({ narrow: place })}
            >
              {place === 'left'
                ? t(`tabs.${left}`)
                : place === 'right'
                  ? t(`tabs.${right}`)
                  : place === 'stage'
                    ? t('tabs.stage')
                    : t('events.title')}
            </button>
          ))}
        </nav>
      </footer>
      {opened ? <SharedDialog scenario={opened} close={() => setOpened(undefined)} /> : null}
      <Notices />
    </div>
  );
}

function Tabs<T extends LeftTab | RightTab>({
  tabs,
  current,
  pick,
}: {
  tabs: readonly T[];
  current: T;
  pick(tab: T): void;
}): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <div className="tabs" role="group">
      {tabs.map((tab) => (
        <button
          key={tab}
          type="button"
          className="button plain"
          aria-pressed={tab === current}
          onClick={() => pick(tab)}
        >
          {t(`tabs.${tab}`)}
        </button>
      ))}
    </div>
  );
}
