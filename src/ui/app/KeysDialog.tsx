import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Modal } from '../design/index.ts';
import { closeDialog, openDialog } from '../state/dialogs.ts';
import { SHORTCUTS } from './keyboard.ts';

/** Every key there is. */
export function KeysDialog(): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <Modal title={t('keys.title')} close={closeDialog}>
      <dl className="keys">
        {SHORTCUTS.map(({ text, caps }) => (
          <Fragment key={text}>
            <dt>
              {caps.map((cap) => (
                <kbd key={cap}>{cap}</kbd>
              ))}
            </dt>
            <dd>{t(`keys.${text}`)}</dd>
          </Fragment>
        ))}
      </dl>
      <p className="soft">{t('keys.hint')}</p>
      <footer>
        <Button onClick={() => openDialog('support')}>{t('support.title')}</Button>
      </footer>
    </Modal>
  );
}
