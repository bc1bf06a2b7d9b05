import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { TabPanel, Tabs } from '../design/index.ts';
import { ClusterPanel } from '../features/cluster/ClusterPanel.tsx';
import { EditorPanel } from '../features/editor/EditorPanel.tsx';
import { ScenariosPanel } from '../features/scenarios/ScenariosPanel.tsx';
import { view, type LeftTab } from '../state/view.ts';

const TABS: readonly LeftTab[] = ['editor', 'scenarios', 'cluster'];

/** What the person makes: manifests, scenarios, the cluster itself. */
export function LeftPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const left = useStore(view, (state) => state.left);
  return (
    <section className="panel left" aria-label={t(`tabs.${left}`)}>
      <Tabs
        label={t('layout.left')}
        value={left}
        tabs={TABS.map((value) => ({ value, label: t(`tabs.${value}`) }))}
        onChange={(tab) => view.setState({ left: tab })}
      >
        {/* Kept while another tab is shown, with its cursor and its undo. */}
        <TabPanel value="editor" isKept>
          <EditorPanel />
        </TabPanel>
        <TabPanel value="scenarios">
          <ScenariosPanel />
        </TabPanel>
        <TabPanel value="cluster">
          <ClusterPanel />
        </TabPanel>
      </Tabs>
    </section>
  );
}
