import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Field, IconButton, Menu, Modal } from '../../design/index.ts';
import { notify } from '../../state/notices.ts';
import { command } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { partsOfKey } from '../../view/names.ts';
import { actionsFor, requestOf, type RowAction, type RowActionInput } from './row-actions.ts';

interface RowActionsProps {
  readonly recordKey: string;
  readonly kind: string;
  readonly apiVersion: string;
}

/** What can be done to one object, through the API: the dashboard's card sends it. */
export function RowActions({ recordKey, kind, apiVersion }: RowActionsProps): React.JSX.Element | null {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<'scale' | 'delete'>();
  const name = partsOfKey(recordKey)?.name ?? '';
  const object = simulation.getState().objects.get(recordKey);
  const actions = actionsFor(recordKey, object);
  if (actions.length === 0) return null;
  const act = async (action: RowAction, input?: RowActionInput): Promise<void> => {
    setAsked(undefined);
    const result = await command(requestOf(recordKey, apiVersion, action, input));
    const { status = 200, body } = result?.response ?? {};
    if (status >= 400) notify({ code: 'dashboard', values: { reason: (body as { message?: string }).message ?? '' } });
  };
  const pick = (action: RowAction): void => {
    if (action === 'scale' || action === 'delete') setAsked(action);
    else void act(action, action === 'restart' ? { at: nowInCluster() } : {});
  };
  return (
    <>
      <Menu
        align="end"
        trigger={<IconButton label={t('table.actions', { name })} icon={<Ellipsis size={16} aria-hidden />} />}
        groups={[
          actions
            .filter((action) => action !== 'delete')
            .map((action) => ({ id: action, label: t(`table.action.${action}`), pick: () => pick(action) })),
          actions
            .filter((action) => action === 'delete')
            .map((action) => ({ id: action, label: t(`table.action.${action}`), pick: () => pick(action) })),
        ].filter((group) => group.length > 0)}
      />
      {asked === 'delete' ? (
        <Modal title={t('table.deleteTitle', { kind, name })} close={() => setAsked(undefined)}>
          <p>{t('table.deleteText')}</p>
          <footer>
            <Button kind="danger" onClick={() => void act('delete')}>
              {t('table.action.delete')}
            </Button>
            <Button onClick={() => setAsked(undefined)}>{t('fault.cancel')}</Button>
          </footer>
        </Modal>
      ) : null}
      {asked === 'scale' ? (
        <ScaleDialog
          title={t('table.scaleTitle', { kind, name })}
          start={(object as { spec?: { replicas?: number } } | undefined)?.spec?.replicas ?? 1}
          close={() => setAsked(undefined)}
          scale={(replicas) => void act('scale', { replicas })}
        />
      ) : null}
    </>
  );
}

/** The cluster's own clock: a restart is written down in its time. */
function nowInCluster(): string {
  const { epochMs, time } = simulation.getState();
  return new Date(epochMs + time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** More than a table is meant to ask for at once. */
const MOST_REPLICAS = 10_000;

interface ScaleDialogProps {
  readonly title: string;
  readonly start: number;
  close(): void;
  scale(replicas: number): void;
}

function ScaleDialog({ title, start, close, scale }: ScaleDialogProps): React.JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState(String(start));
  const replicas = Number(text);
  const isValid = /^\d+$/.test(text) && replicas <= MOST_REPLICAS;
  return (
    <Modal title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid) scale(replicas);
        }}
      >
        <Field
          name={t('table.replicas')}
          fault={isValid ? undefined : t('table.replicasFault', { most: MOST_REPLICAS })}
        >
          {(control) => (
            <input
              {...control}
              className="field"
              inputMode="numeric"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <footer>
          <Button kind="primary" type="submit" disabled={!isValid}>
            {t('table.action.scale')}
          </Button>
          <Button onClick={close}>{t('fault.cancel')}</Button>
        </footer>
      </form>
    </Modal>
  );
}
