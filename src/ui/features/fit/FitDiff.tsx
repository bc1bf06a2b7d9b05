import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FitEdit, FitProposal } from '../../../run/types.ts';
import { Button, EmptyState, Modal } from '../../design/index.ts';
import { shortNode } from '../../view/names.ts';
import { TextDiff } from '../editor/TextDiff.tsx';
import { applyProposal, editOf } from './fit-store.ts';

/** What a change does: to which text, line by line; or which command it is. */
export function FitDiff({ proposal, close }: { proposal: FitProposal; close(): void }): React.JSX.Element {
  const { t } = useTranslation();
  const { command, line, target, before, after } = proposal;
  const [edit, setEdit] = useState<FitEdit>();
  useEffect(() => {
    if (!command) void editOf(proposal).then(setEdit);
  }, [proposal, command]);
  const { kind, name } = target;
  const title = `${kind} ${shortNode(name)}`;
  const values = { kind, name, file: edit?.file ?? '' };
  return (
    <Modal title={t('fit.changed', { name: title })} close={close} isWide>
      {command ? (
        <div>
          <p className="soft">{t('fit.command')}</p>
          <pre className="command-line" tabIndex={0}>
            {line}
          </pre>
        </div>
      ) : edit ? (
        <p className="soft">
          {t(edit.isNew ? 'fit.editNew' : 'fit.edit', values)}
          {edit.isReplaced ? ` ${t('fit.replaced', values)}` : ''}
        </p>
      ) : null}
      <div className="diff">
        <div className="sides fit-sides">
          {command || edit ? (
            <TextDiff before={edit?.before ?? before} after={edit?.after ?? after} title={title} />
          ) : (
            <EmptyState>{t('editor.loading')}</EmptyState>
          )}
        </div>
      </div>
      <footer>
        <Button
          kind="primary"
          onClick={() => {
            close();
            void applyProposal(proposal);
          }}
        >
          {t(command ? 'fit.run' : 'fit.apply')}
        </Button>
        <Button onClick={close}>{t('fit.close')}</Button>
      </footer>
    </Modal>
  );
}
