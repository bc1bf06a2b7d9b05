import { Dialog } from 'radix-ui';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { SearchList } from '../design/index.ts';
import { addTexts } from '../i18n/index.ts';
import { closeDialog, openDialog } from '../state/dialogs.ts';
import { simulation } from '../state/simulation.ts';
import { view } from '../state/view.ts';
import { paletteItems, searchPalette, type PaletteItem } from './palette-items.ts';

/** One field that finds anything: an object, a component, a scenario, a thing to do. */
export function Palette(): React.JSX.Element {
  const { t } = useTranslation();
  const objects = useStore(simulation, (state) => state.objects);
  const language = useStore(view, (state) => state.language);
  // Commands are found by their English names in every language.
  useEffect(() => void addTexts('en'), []);
  const items = useMemo(() => paletteItems(t, objects, language), [t, objects, language]);
  const pick = (item: PaletteItem): void => {
    closeDialog();
    if (item.dialog) openDialog(item.dialog);
    else item.run?.();
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => (isOpen ? undefined : closeDialog())}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog palette" aria-describedby={undefined}>
          <Dialog.Title className="visually-hidden">{t('palette.title')}</Dialog.Title>
          <SearchList
            label={t('palette.placeholder')}
            empty={t('palette.empty')}
            find={(text) => searchPalette(items, text)}
            onPick={pick}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
