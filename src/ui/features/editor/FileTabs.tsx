import { FilePlus2, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, IconButton, Modal } from '../../design/index.ts';
import { addFile, faultOfName, openFile, removeFile, renameFile, texts } from '../../state/texts.ts';

/** The files of the run: pick, add, rename by a double click or F2, remove by the cross or Delete. */
export function FileTabs(): React.JSX.Element {
  const { t } = useTranslation();
  const { files, active } = useStore(texts);
  const [renaming, setRenaming] = useState<string>();
  const [removing, setRemoving] = useState<string>();
  const names = Object.keys(files);
  const remove = (name: string): void => (files[name]?.trim() ? setRemoving(name) : removeFile(name));
  const move = (from: HTMLElement, step: number): void => {
    const next = names[(names.indexOf(active) + step + names.length) % names.length]!;
    openFile(next);
    const tabs = from.closest('[role=tablist]')!.querySelectorAll<HTMLElement>('[role=tab]');
    tabs[names.indexOf(next)]?.focus();
  };
  const keys: Readonly<Record<string, (tab: HTMLElement) => void>> = {
    ArrowRight: (tab) => move(tab, 1),
    ArrowLeft: (tab) => move(tab, -1),
    F2: () => setRenaming(active),
    Delete: () => remove(active),
  };
  return (
    <div className="file-tabs">
      <div role="tablist" aria-label={t('editor.files')}>
        {names.map((name) =>
          renaming === name ? (
            <NameField key={name} name={name} names={names} close={() => setRenaming(undefined)} />
          ) : (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={name === active}
              tabIndex={name === active ? 0 : -1}
              title={t('editor.renameHint')}
              onClick={() => openFile(name)}
              onDoubleClick={() => setRenaming(name)}
              onKeyDown={(event) => keys[event.key]?.(event.currentTarget)}
            >
              {name}
            </button>
          ),
        )}
      </div>
      <IconButton
        label={t('editor.addFile')}
        icon={<FilePlus2 size={14} aria-hidden />}
        onClick={() => setRenaming(addFile('manifest.yaml'))}
      />
      <IconButton
        label={t('editor.removeFile', { name: active })}
        icon={<X size={14} aria-hidden />}
        onClick={() => remove(active)}
      />
      {removing ? (
        <Modal title={t('editor.removeTitle', { name: removing })} close={() => setRemoving(undefined)}>
          <p>{t('editor.removeText')}</p>
          <footer>
            <Button
              kind="danger"
              onClick={() => {
                removeFile(removing);
                setRemoving(undefined);
              }}
            >
              {t('editor.remove')}
            </Button>
            <Button onClick={() => setRemoving(undefined)}>{t('fault.cancel')}</Button>
          </footer>
        </Modal>
      ) : null}
    </div>
  );
}

interface NameFieldProps {
  readonly name: string;
  readonly names: readonly string[];
  close(): void;
}

/** Enter takes the new name, Escape leaves the old one. A name that cannot be is said, and leaves the old one too. */
function NameField({ name, names, close }: NameFieldProps): React.JSX.Element {
  const { t } = useTranslation();
  const [value, setValue] = useState(name);
  const isLeft = useRef(false);
  const others = names.filter((other) => other !== name);
  const fault = faultOfName(value.trim(), others);
  const end = (isTaken: boolean): void => {
    if (isLeft.current) return;
    isLeft.current = true;
    if (isTaken && !fault && value.trim() !== name) renameFile(name, value.trim());
    close();
  };
  return (
    <span className="name-field">
      <input
        autoFocus
        aria-label={t('editor.fileName')}
        aria-invalid={fault !== undefined}
        value={value}
        size={Math.max(8, value.length)}
        onFocus={(event) => event.target.setSelectionRange(0, value.lastIndexOf('.'))}
        onChange={(event) => setValue(event.target.value)}
        onBlur={() => end(true)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !fault) end(true);
          if (event.key === 'Escape') end(false);
        }}
      />
      {fault ? (
        <span role="alert" className="problem">
          {t(`editor.name_${fault}`)}
        </span>
      ) : null}
    </span>
  );
}
