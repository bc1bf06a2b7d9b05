import { lazy, Suspense } from 'react';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { IconButton, TabPanel, Tabs } from '../design/index.ts';
import { InspectorPanel } from '../features/inspector/InspectorPanel.tsx';
import { WhyPanel } from '../features/inspector/WhyPanel.tsx';
import { RequestPanel } from '../features/request/RequestPanel.tsx';
import { view, type RightTab } from '../state/view.ts';

const TABS: readonly RightTab[] = ['inspector', 'decision', 'request', 'why'];
/** Comes when it is first looked at. */
const DecisionPanel = lazy(async () => ({
  default: (await import('../features/decision/DecisionPanel.tsx')).DecisionPanel,
}));
const PANEL = { inspector: InspectorPanel, decision: DecisionPanel, request: RequestPanel, why: WhyPanel };

/** What there is to know of what is selected. Nothing runs in it while it is closed. */
export function RightPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const { right, isRightOpen, narrow } = useStore(view);
  const Shown = PANEL[right];
  return (
    <section className="panel right" aria-label={t(`tabs.${right}`)}>
      {isRightOpen || narrow === 'right' ? (
        <Tabs
          label={t('layout.right')}
          value={right}
          tabs={TABS.map((value) => ({ value, label: t(`tabs.${value}`) }))}
          onChange={(tab) => view.setState({ right: tab })}
          end={
            <IconButton
              className="when-roomy"
              label={t('layout.closeRight')}
              icon={<X size={16} aria-hidden />}
              onClick={() => view.setState({ isRightOpen: false })}
            />
          }
        >
          <TabPanel value={right}>
            <Suspense fallback={<p className="empty">{t('inspector.loading')}</p>}>
              <Shown />
            </Suspense>
          </TabPanel>
        </Tabs>
      ) : null}
    </section>
  );
}
