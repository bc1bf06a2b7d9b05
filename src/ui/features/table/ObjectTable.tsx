import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { ObjectTable as Table } from '../../../run/types.ts';
import type { SupportRow } from '../../../worker/messages.ts';
import { Button, Combobox, EmptyState, Select } from '../../design/index.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { select, showRight, view } from '../../state/view.ts';
import './table.css';

const RowActions = lazy(async () => ({ default: (await import('./RowActions.tsx')).RowActions }));

const REFRESH_MS = 300;
/** The kind that is shown first: what most questions are about. */
const FIRST = 'pods';

/** Every object of a kind in kubectl's columns: the stage in words, for those who read better than they look. */
export function ObjectTable(): React.JSX.Element {
  const { t } = useTranslation();
  const [resource, setResource] = useState(FIRST);
  const [isWide, setWide] = useState(false);
  const namespace = useStore(view, (state) => state.namespace);
  const selected = useStore(view, (state) => state.selected);
  const kinds = useKinds();
  const table = useTable(resource, namespace);
  const columns = (table?.columns ?? []).map((column, index) => ({ ...column, index }));
  const shown = columns.filter((column) => isWide || !column.isWide);
  const hasNamespace = table?.isNamespaced && namespace === '';
  return (
    <div className="object-table">
      <div className="head">
        <Combobox
          label={t('table.kind')}
          value={resource}
          options={kinds}
          empty={t('table.noKind')}
          onChange={setResource}
        />
        <NamespaceSelect />
        <Button aria-pressed={isWide} onClick={() => setWide(!isWide)}>
          {t('table.wide')}
        </Button>
        <span className="soft" role="status">
          {table ? t('table.count', { count: table.total }) : ''}
        </span>
      </div>
      {table && table.rows.length === 0 ? (
        <EmptyState
          action={
            namespace ? (
              <Button onClick={() => view.setState({ namespace: '' })}>{t('table.emptyAction')}</Button>
            ) : undefined
          }
        >
          {t('table.empty', { kind: table.kind })}
        </EmptyState>
      ) : null}
      {table && table.rows.length > 0 ? (
        <div className="scroll" tabIndex={0} role="region" aria-label={t('table.caption', { kind: table.kind })}>
          <table>
            <thead>
              <tr>
                {hasNamespace ? <th scope="col">{t('table.namespace')}</th> : null}
                {shown.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                <th scope="col">
                  <span className="visually-hidden">{t('table.actionsHead')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {table.rows.map(({ key, namespace: own, cells }) => (
                <tr key={key} aria-current={key === selected ? 'true' : undefined}>
                  {hasNamespace ? <td>{own}</td> : null}
                  {shown.map(({ name, index }) =>
                    index === 0 ? (
                      <th key={name} scope="row">
                        <button type="button" onClick={() => open(key)}>
                          {cells[index]}
                        </button>
                      </th>
                    ) : (
                      <td key={name}>{cells[index]}</td>
                    ),
                  )}
                  <td className="actions">
                    <Suspense fallback={null}>
                      <RowActions
                        recordKey={key}
                        kind={table.kind}
                        apiVersion={kinds.find(({ value }) => value === resource)?.apiVersion ?? 'v1'}
                      />
                    </Suspense>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {table.total > table.rows.length ? (
            <p className="soft cut">{t('table.cut', { count: table.rows.length, total: table.total })}</p>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}

function open(key: string): void {
  select(key);
  showRight('inspector', { selected: key });
}

function NamespaceSelect(): React.JSX.Element {
  const { t } = useTranslation();
  const namespace = useStore(view, (state) => state.namespace);
  const objects = useStore(simulation, (state) => state.objects);
  const options = useMemo(() => {
    const names = [...objects.keys()].flatMap((key) => (key.startsWith('namespaces|') ? [key.slice(11)] : []));
    return ['', ...names.sort()];
  }, [objects]);
  return (
    <Select
      label={t('table.namespace')}
      prefix={t('table.namespace')}
      value={namespace}
      options={options.map((value) => ({ value, label: value || t('table.all') }))}
      onChange={(value) => view.setState({ namespace: value })}
    />
  );
}

/** Kinds to choose from: those that something acts on first, the rest after them. */
function useKinds(): readonly { value: string; label: string; hint: string; apiVersion: string }[] {
  const { t } = useTranslation();
  const [rows, setRows] = useState<readonly SupportRow[]>([]);
  useEffect(() => {
    void ask('support', {}).then((found) => setRows(found ?? []));
  }, []);
  return useMemo(
    () =>
      rows
        .filter(({ verbs }) => verbs.includes('list'))
        .sort((left, right) => Number(right.support === 'simulated') - Number(left.support === 'simulated'))
        .map(({ resource, kind, apiVersion, support }) => ({
          value: resource,
          label: kind,
          apiVersion,
          hint: support === 'stored' ? `${apiVersion} · ${t('table.stored')}` : apiVersion,
        })),
    [rows, t],
  );
}

/** Follows the run, but no faster than it can be read. */
function useTable(resource: string, namespace: string): Table | undefined {
  const [table, setTable] = useState<Table>();
  useEffect(() => {
    let isLive = true;
    let last = '';
    const look = async (): Promise<void> => {
      const { epoch, time } = simulation.getState();
      // Ages go on by the second, and everything else leaves an event.
      const now = `${epoch}/${Math.floor(time / 1000)}/${simulation.getState().seq}`;
      if (now === last) return;
      last = now;
      const found = await ask('table', { resource, ...(namespace ? { namespace } : {}) });
      if (isLive && found) setTable(found);
    };
    setTable(undefined);
    void look();
    const timer = setInterval(() => void look(), REFRESH_MS);
    return () => {
      isLive = false;
      clearInterval(timer);
    };
  }, [resource, namespace]);
  return table;
}
