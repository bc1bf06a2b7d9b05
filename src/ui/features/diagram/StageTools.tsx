/** Search, namespace, and whether the stage is drawn or listed. */
import { List, Waypoints } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, SegmentedControl, Select } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { picture } from './picture.ts';

export type Showing = 'graph' | 'list';

export const clearFilter = (): void => view.setState({ filter: '', namespace: '' });

export function StageTools({
  showing,
  onShow,
}: {
  showing: Showing;
  onShow(showing: Showing): void;
}): React.JSX.Element {
  const { t } = useTranslation();
  const filter = useStore(view, (state) => state.filter);
  const namespace = useStore(view, (state) => state.namespace);
  const matches = useStore(picture, (state) => state.stage?.matches);
  const keys = useStore(simulation, (state) => namespaceText(state.objects));
  const options = useMemo(
    () => [
      { value: '', label: t('stage.all') },
      ...keys
        .split('\n')
        .filter((name) => name !== '')
        .map((name) => ({ value: name, label: name })),
    ],
    [keys, t],
  );
  return (
    <div className="tools">
      <input
        className="field"
        type="search"
        aria-label={t('stage.search')}
        placeholder={t('stage.search')}
        title={t('stage.searchHint')}
        value={filter}
        onChange={(event) => view.setState({ filter: event.target.value })}
        onKeyDown={(event) => (event.key === 'Escape' ? view.setState({ filter: '' }) : undefined)}
      />
      <Select
        label={t('stage.namespace')}
        prefix={t('stage.namespace')}
        value={namespace}
        options={options}
        onChange={(value) => view.setState({ namespace: value })}
      />
      {filter || namespace ? (
        <>
          <Button onClick={clearFilter}>{t('stage.clear')}</Button>
          <span className="matches" role="status">
            {t('stage.matches', { count: matches ?? 0 })}
          </span>
        </>
      ) : null}
      <span className="spring" />
      <SegmentedControl
        label={t('stage.showing')}
        value={showing}
        options={[
          {
            value: 'graph',
            name: t('stage.graph'),
            label: <Named icon={<Waypoints size={14} aria-hidden />} name={t('stage.graph')} />,
          },
          {
            value: 'list',
            name: t('stage.list'),
            label: <Named icon={<List size={14} aria-hidden />} name={t('stage.list')} />,
          },
        ]}
        onChange={onShow}
      />
    </div>
  );
}

function Named({ icon, name }: { icon: React.ReactNode; name: string }): React.JSX.Element {
  return (
    <>
      {icon}
      <span className="name">{name}</span>
    </>
  );
}

/** Names in one text, so that the store tells a change only when there is one. */
let known: { readonly objects: unknown; readonly text: string } = { objects: undefined, text: '' };

function namespaceText(objects: ReadonlyMap<string, unknown>): string {
  if (known.objects !== objects) {
    const names = [...objects.keys()].filter((key) => key.startsWith('namespaces|'));
    known = {
      objects,
      text: names
        .map((key) => key.slice('namespaces|'.length))
        .sort()
        .join('\n'),
    };
  }
  return known.text;
}
