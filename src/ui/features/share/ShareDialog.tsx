import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Scenario } from '../../../run/types.ts';
import { Button, Modal } from '../../design/index.ts';
import { saveToFile } from '../../state/run-files.ts';
import { ask, currentScenario } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { CopyButton } from './CopyButton.tsx';
import { documentCount, nodeCount } from './counts.ts';
import { EmbedOptions } from './EmbedOptions.tsx';
import './share.css';

/** Longer links are cut by address bars. */
export const LINK_LIMIT = 32_000;
/** From here on some chat programs cut a link. */
const LINK_WARNING = 1_800;

/** The run as a link, a file, or a frame for another page. */
export function ShareDialog({ close }: { close(): void }): React.JSX.Element {
  const { t, i18n } = useTranslation();
  const [scenario, setScenario] = useState<Scenario>();
  const [payload, setPayload] = useState<string>();
  const title = useStore(simulation, (state) => state.title);
  useEffect(() => {
    void (async () => {
      const run = currentScenario();
      if (!run) return;
      setScenario(run);
      setPayload((await ask('encodeShare', { scenario: run }))?.payload);
    })();
  }, []);
  const base = `${location.origin}${location.pathname}`;
  const link = payload === undefined ? '' : `${base}#run=${payload}`;
  const number = new Intl.NumberFormat(i18n.language);
  const isTooLong = link.length > LINK_LIMIT;
  return (
    <Modal title={t('share.title')} close={close}>
      {scenario ? (
        <p>
          {t('share.what', {
            commands: scenario.commands.length,
            documents: documentCount(scenario),
            nodes: nodeCount(scenario),
          })}
        </p>
      ) : null}
      {isTooLong ? (
        <p className="problem">
          {t('share.tooLong', { length: number.format(link.length), limit: number.format(LINK_LIMIT) })}
        </p>
      ) : (
        <>
          <textarea
            readOnly
            rows={3}
            spellCheck={false}
            aria-label={t('share.link')}
            value={link}
            onFocus={(event) => event.target.select()}
          />
          <footer>
            <CopyButton kind="primary" label={t('share.copy')} text={link} />
            <Button disabled={!scenario} onClick={saveToFile}>
              {t('share.file')}
            </Button>
            <span className="soft" role="status">
              {link ? t('share.characters', { length: number.format(link.length) }) : ''}
            </span>
          </footer>
          {link.length > LINK_WARNING ? (
            <p className="soft">{t('share.long', { limit: number.format(LINK_WARNING) })}</p>
          ) : null}
          {payload ? <EmbedOptions base={base} payload={payload} title={title || 'Pilothouse'} /> : null}
        </>
      )}
      {isTooLong ? (
        <footer>
          <Button kind="primary" disabled={!scenario} onClick={saveToFile}>
            {t('share.file')}
          </Button>
        </footer>
      ) : null}
    </Modal>
  );
}
