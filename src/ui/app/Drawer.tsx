import { lazy, Suspense } from 'react';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { IconButton, TabPanel, Tabs } from '../design/index.ts';
import { EventsDrawer } from '../features/events/EventsDrawer.tsx';
import { ObjectTable } from '../features/table/ObjectTable.tsx';
import { toggleDrawer, view, type DrawerTab } from '../state/view.ts';

const TABS: readonly DrawerTab[] = ['events', 'terminal', 'table', 'pipeline'];
/** These come when they are first looked at. */
const TerminalPanel = lazy(async () => ({
  default: (await import('../features/terminal/TerminalPanel.tsx')).TerminalPanel,
}));
const PipelinePanel = lazy(async () => ({
  default: (await import('../features/pipeline/PipelinePanel.tsx')).PipelinePanel,
}));
const PANEL = { events: EventsDrawer, terminal: TerminalPanel, table: ObjectTable, pipeline: PipelinePanel };

/** Beneath the run bar: what happened, a terminal, and all objects as tables. Shut, it keeps its row of tabs. */
export function Drawer(): React.JSX.Element {
  const { t } = useTranslation();
  const { drawer, isDrawerOpen, narrow } = useStore(view);
  const Shown = PANEL[drawer];
  return (
    <Tabs
      label={t('layout.drawer')}
      value={drawer}
      tabs={TABS.map((value) => ({ value, label: t(`tabs.${value}`) }))}
      onChange={(tab) => view.setState({ drawer: tab, isDrawerOpen: true })}
      end={
        <IconButton
          className="when-roomy"
          label={t(isDrawerOpen ? 'layout.closeDrawer' : 'layout.openDrawer')}
          icon={isDrawerOpen ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
          onClick={toggleDrawer}
        />
      }
    >
      <TabPanel value={drawer}>
        {isDrawerOpen || narrow === 'events' ? (
          <Suspense fallback={<p className="empty">{t('inspector.loading')}</p>}>
            <Shown />
          </Suspense>
        ) : null}
      </TabPanel>
    </Tabs>
  );
}
