import { useTranslation } from 'react-i18next';
import type { Scenario } from '../../../run/types.ts';
import { Button, Modal } from '../../design/index.ts';
import { play } from '../../state/playback.ts';
import { formatClock } from '../timeline/clock.ts';
import { documentCount, nodeCount } from './counts.ts';

/** What an opened link holds; nothing runs before Play. */
export function OpenedDialog({ scenario, close }: { scenario: Scenario; close(): void }): React.JSX.Element {
  const { t } = useTranslation();
  const { options, commands, time } = scenario;
  const rows = [
    [t('share.commands'), commands.length],
    [t('share.documents'), documentCount(scenario)],
    [t('share.nodes'), nodeCount(scenario)],
    [t('share.cluster'), `${options.clusterName} · ${options.region} · Kubernetes ${options.kubernetesVersion}`],
    [t('share.seed'), options.seed],
    [t('share.length'), formatClock(Math.max(time, commands.at(-1)?.at ?? 0))],
  ] as const;
  return (
    <Modal title={scenario.title ?? t('share.opened')} close={close}>
      <p>{t('share.openedText')}</p>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <Button
          kind="primary"
          onClick={() => {
            close();
            void play();
          }}
        >
          {t('share.play')}
        </Button>
        <Button onClick={close}>{t('share.look')}</Button>
      </footer>
    </Modal>
  );
}
