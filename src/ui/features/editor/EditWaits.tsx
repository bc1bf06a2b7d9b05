import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { useWindowClass } from '../../state/window-class.ts';

/** On a phone the terminal is out of sight while one edits for it: the way back to where the edit is saved. */
export function EditWaits({ file }: { file: string }): React.JSX.Element | null {
  const { t } = useTranslation();
  const isWaiting = useStore(simulation, ({ terminal }) => terminal.editing?.name === file);
  const isNarrow = useWindowClass() === 'narrow';
  if (!isWaiting || !isNarrow) return null;
  return (
    <div className="edit-waits row" role="status">
      <span>{t('terminal.waits')}</span>
      <Button onClick={() => view.setState({ narrow: 'events', drawer: 'terminal' })}>{t('terminal.goBack')}</Button>
    </div>
  );
}
