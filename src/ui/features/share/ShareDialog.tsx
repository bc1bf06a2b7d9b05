import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Scenario } from '../../../run/types.ts';
import { Modal } from '../../design/Modal.tsx';
import { ask } from '../../state/session.ts';
import { view } from '../../state/view.ts';

/** Longer links are cut by address bars and chat programs. */
const LINK_LIMIT = 32_000;
const LINK_WARNING = 1_800;

export function ShareDialog({ close }: { close(): void }): React.JSX.Element {
  const { t } = useTranslation();
  const [scenario, setScenario] = useState<Scenario>();
  const [link, setLink] = useState<string>();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    void (async () => {
      const run = await ask('scenario', {});
      if (!run) return;
      const whole = { ...run, files: { 'manifest.yaml': view.getState().text } };
      const encoded = await ask('encodeShare', { scenario: whole });
      setScenario(whole);
      if (encoded) setLink(`${location.origin}${location.pathname}#run=${encoded.payload}`);
    })();
  }, []);
  const save = (): void => {
    const address = URL.createObjectURL(
      new Blob([JSON.stringify(scenario, undefined, 2)], { type: 'application/json' }),
    );
    const anchor = document.createElement('a');
    anchor.href = address;
    anchor.download = 'pilothouse.json';
    anchor.click();
    URL.revokeObjectURL(address);
  };
  const isTooLong = (link?.length ?? 0) > LINK_LIMIT;
  return (
    <Modal title={t('share.title')} close={close}>
      {scenario ? (
        <p style={{ margin: 0 }}>
          {t('share.contains', { files: Object.keys(scenario.files).length, commands: scenario.commands.length })}
        </p>
      ) : null}
      {isTooLong ? (
        <p className="problem">{t('share.tooLong')}</p>
      ) : (
        <textarea readOnly aria-label={t('share.link')} value={link ?? ''} onFocus={(event) => event.target.select()} />
      )}
      {!isTooLong && (link?.length ?? 0) > LINK_WARNING ? (
        <p className="soft" style={{ margin: 0 }}>
          {t('share.long')}
        </p>
      ) : null}
      <div className="row">
        {isTooLong ? null : (
          <button
            type="button"
            className="button primary"
            disabled={!link}
            onClick={() => void navigator.clipboard.writeText(link!).then(() => setCopied(true))}
          >
            {isCopied ? t('share.copied') : t('share.copy')}
          </button>
        )}
        <button type="button" className="button" disabled={!scenario} onClick={save}>
          {t('share.file')}
        </button>
        <button type="button" className="button" onClick={close}>
          {t('share.close')}
        </button>
      </div>
    </Modal>
  );
}

/** What an opened link holds; nothing runs before Play. */
export function SharedDialog({ scenario, close }: { scenario: Scenario; close(): void }): React.JSX.Element {
  const { t } = useTranslation();
  const nodes = scenario.options.pools.reduce((sum, { count }) => sum + count, 0);
  return (
    <Modal title={scenario.title ?? t('share.opened')} close={close}>
      <p>{t('share.openedText', { commands: scenario.commands.length, nodes })}</p>
      <div className="row">
        <button
          type="button"
          className="button primary"
          onClick={() => {
            close();
            void ask('play', {});
          }}
        >
          {t('share.play')}
        </button>
        <button type="button" className="button" onClick={close}>
          {t('share.close')}
        </button>
      </div>
    </Modal>
  );
}
