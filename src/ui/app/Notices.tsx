import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { CallFault } from '../../worker/messages.ts';
import { Button, IconButton, Modal } from '../design/index.ts';
import { formatClock } from '../features/timeline/clock.ts';
import { notices, notify, type Notices as Asked } from '../state/notices.ts';
import { toEnd } from '../state/playback.ts';
import { saveToFile } from '../state/run-files.ts';
import { restart, waitOn } from '../state/session.ts';
import { simulation } from '../state/simulation.ts';
import { refusalText } from './refusal-text.ts';

/** What went wrong, what a change of the past would cost, and a simulation that stopped. */
export function Notices(): React.JSX.Element {
  const { t } = useTranslation();
  const { notice, fork } = useStore(notices);
  const crash = useStore(simulation, (state) => state.crash);
  return (
    <>
      {notice ? (
        <div className={`notice ${notice.tone ?? 'failure'}`} role="alert">
          <span>{refusalText(t, notice)}</span>
          <IconButton label={t('fault.dismiss')} icon={<X size={16} aria-hidden />} onClick={() => notify(undefined)} />
        </div>
      ) : null}
      {fork ? <ForkDialog fork={fork} /> : null}
      {crash ? <CrashDialog crash={crash} /> : null}
    </>
  );
}

function ForkDialog({ fork }: { fork: NonNullable<Asked['fork']> }): React.JSX.Element {
  const { t } = useTranslation();
  const more = fork.discardedCommands - fork.titles.length;
  return (
    <Modal title={t('fault.fork')} close={() => fork.answer(false)}>
      <p>{t('fault.forkText', { commands: fork.discardedCommands, time: formatClock(fork.discardedMs) })}</p>
      <ul className="plain-list mono">
        {fork.titles.map((title, index) => (
          <li key={index}>{title}</li>
        ))}
        {more > 0 ? <li className="soft">{t('fault.forkMore', { count: more })}</li> : null}
      </ul>
      <footer>
        <Button kind="danger" onClick={() => fork.answer(true)}>
          {t('fault.forkConfirm')}
        </Button>
        <Button
          onClick={() => {
            fork.answer(false);
            void toEnd();
          }}
        >
          {t('fault.toEnd')}
        </Button>
        <Button onClick={() => fork.answer(false)}>{t('fault.cancel')}</Button>
      </footer>
    </Modal>
  );
}

function CrashDialog({ crash }: { crash: CallFault }): React.JSX.Element {
  const { t } = useTranslation();
  const isSilent = crash.code === 'worker.silent';
  return (
    <Modal title={t('fault.title')}>
      <p>{t(isSilent ? 'crash.silent' : 'fault.text')}</p>
      <details>
        <summary>{t('fault.details')}</summary>
        <pre tabIndex={0}>{crash.message}</pre>
      </details>
      <footer>
        <Button kind="primary" onClick={() => void restart('here')}>
          {t('fault.restart')}
        </Button>
        {isSilent ? <Button onClick={waitOn}>{t('crash.wait')}</Button> : null}
        <Button onClick={() => void restart('start')}>{t('fault.restartStart')}</Button>
        <Button onClick={saveToFile}>{t('fault.saveFile')}</Button>
      </footer>
    </Modal>
  );
}
