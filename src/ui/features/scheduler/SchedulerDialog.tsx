import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Modal, TabPanel, Tabs } from '../../design/index.ts';
import { closeDialog, dialogs, openDialog } from '../../state/dialogs.ts';
import { ComparisonTab } from './ComparisonTab.tsx';
import { ConfigurationTab } from './ConfigurationTab.tsx';
import './scheduler.css';

const TABS = ['scheduler', 'compare'] as const;

/** The scheduler's configuration: written, put in force, and held against another on the same pods. */
export function SchedulerDialog(): React.JSX.Element {
  const { t } = useTranslation();
  const open = useStore(dialogs, (state) => state.open);
  const tab = open === 'compare' ? 'compare' : 'scheduler';
  return (
    <Modal isWide title={t('scheduler.title')} close={closeDialog}>
      <div className="scheduler-dialog">
        <Tabs
          label={t('scheduler.title')}
          value={tab}
          tabs={TABS.map((value) => ({ value, label: t(`scheduler.tab.${value}`) }))}
          onChange={(value) => openDialog(value)}
        >
          <TabPanel value="scheduler">
            <ConfigurationTab />
          </TabPanel>
          <TabPanel value="compare">
            <ComparisonTab />
          </TabPanel>
        </Tabs>
      </div>
    </Modal>
  );
}
