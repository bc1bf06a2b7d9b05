import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Modal } from '../design/Modal.tsx';
import { notices, notify } from '../state/notices.ts';
import { restart } from '../state/session.ts';
import { simulation } from '../state/simulation.ts';

/** What went wrong, what a change of the past would cost, and a simulation that stopped. */
export function Notices(): React.JSX.Element {
  const { t } = useTranslation();
  const { message, fork } = useStore(notices);
  const crash = useStore(simulation, (state) => state.crash);
  return (
    <>
      {message ? (
        <div className="notice" role="alert">
          <span>{message === 'storage' ? t('fault.storage') : message}</span>
          <button
            type="button"
            className="button plain icon"
            aria-label={t('fault.dismiss')}
            onClick={() => notify(undefined)}
          >
            <X size={16} aria-hidden />
          </button>
        </div>
      ) : null}
      {fork ? (
        <Modal title={t('fault.fork')} close={() => fork.answer(false)}>
          <p>{t('fault.forkText', { commands: fork.commands })}</p>
          <div className="row">
            <button type="button" className="button primary" onClick={() => fork.answer(true)}>
              {t('fault.forkConfirm')}
            </button>
            <button type="button" className="button" onClick={() => fork.answer(false)}>
              {t('fault.cancel')}
            </button>
          </div>
        </Modal>
      ) : null}
      {crash ? (
        <Modal title={t('fault.title')} close={() => undefined}>
          <pre>{crash.message}</pre>
          <button type="button" className="button primary" onClick={() => void restart()}>
            {t('fault.restart')}
          </button>
        </Modal>
      ) : null}
    </>
  );
}
