import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ClusterCheck, ClusterChoices } from '../../../run/types.ts';
import type { PoolOptions } from '../../../sim/options.ts';
import { Combobox, Field, IconButton, SegmentedControl } from '../../design/index.ts';
import type { FaultOf } from './ClusterPanel.tsx';
import { labelLines, readLabels, readTaints, taintLines } from './pool-lines.ts';
import { DraftInput, DraftLines } from './DraftInput.tsx';

const ZONES = ['1', '2', '3'] as const;
const MODES: readonly PoolOptions['mode'][] = ['System', 'User'];

interface PoolFieldsProps {
  readonly pool: PoolOptions;
  /** `pools[1]`: the beginning of its fields' names in faults. */
  readonly where: string;
  readonly choices: ClusterChoices;
  readonly allocatable: ClusterCheck['allocatable'][number];
  readonly faultOf: FaultOf;
  setFault(where: string, fault: string | undefined): void;
  set(change: Partial<PoolOptions>): void;
  /** Absent for the only pool. */
  readonly remove: (() => void) | undefined;
}

/** One node pool: what it is made of, and what pods could use of each of its nodes. */
export function PoolFields(props: PoolFieldsProps): React.JSX.Element {
  const { pool, where, choices, allocatable, faultOf, setFault, set, remove } = props;
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const size = choices.sizes.find(({ name }) => name === pool.vmSize);
  const hint = (item: ClusterChoices['sizes'][number]): string =>
    t('cluster.sizeHint', { cpus: item.cpus, memory: item.memoryGib });
  const numberIn = (field: 'count' | 'maxPods', name: string): React.JSX.Element => (
    <Field name={name} fault={faultOf(`${where}.${field}`)}>
      {(control) => (
        <DraftInput
          {...control}
          value={String(pool[field])}
          read={(text) => (/^\d+$/.test(text.trim()) ? Number(text) : undefined)}
          onRead={(value) => set({ [field]: value })}
          onFault={(isFault) => setFault(`${where}.${field}`, isFault ? t('cluster.numberFault') : undefined)}
        />
      )}
    </Field>
  );
  return (
    <fieldset className="pool">
      <legend className="visually-hidden">{pool.name}</legend>
      <div className="pool-head">
        <SegmentedControl
          label={t('cluster.mode')}
          value={pool.mode}
          options={MODES.map((value) => ({ value, label: t(`cluster.modes.${value}`) }))}
          onChange={(mode) => set({ mode })}
        />
        {remove ? (
          <IconButton
            label={t('cluster.removePool', { name: pool.name })}
            icon={<Trash2 size={16} aria-hidden />}
            onClick={remove}
          />
        ) : null}
      </div>
      <div className="pair-grid">
        <Field name={t('cluster.poolName')} fault={faultOf(`${where}.name`)}>
          {(control) => (
            <input
              {...control}
              className="field mono"
              spellCheck={false}
              value={pool.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field name={t('cluster.size')} hint={size ? hint(size) : undefined} fault={faultOf(`${where}.vmSize`)}>
          {({ id }) => (
            <Combobox
              id={id}
              label={t('cluster.size')}
              value={pool.vmSize}
              options={choices.sizes.map((item) => ({ value: item.name, label: item.name, hint: hint(item) }))}
              empty={t('cluster.noSize')}
              onChange={(vmSize) => set({ vmSize })}
            />
          )}
        </Field>
        {numberIn('count', t('cluster.count'))}
        {numberIn('maxPods', t('cluster.maxPods'))}
      </div>
      <div className="labelled" role="group" aria-label={t('cluster.zones')}>
        <span className="name">{t('cluster.zones')}</span>
        <div className="row">
          {ZONES.map((zone) => (
            <label key={zone} className="check-label">
              <input
                type="checkbox"
                checked={pool.zones.includes(zone)}
                onChange={(event) =>
                  set({
                    zones: ZONES.filter((item) => (item === zone ? event.target.checked : pool.zones.includes(item))),
                  })
                }
              />
              {t('cluster.zone', { zone })}
            </label>
          ))}
        </div>
        {faultOf(`${where}.zones`) ? <div className="fault">{faultOf(`${where}.zones`)}</div> : null}
        {pool.zones.length === 0 ? <div className="hint">{t('cluster.noZones')}</div> : null}
      </div>
      <details>
        <summary>{t('cluster.more')}</summary>
        <div className="form">
          <Field name={t('cluster.taints')} hint={t('cluster.taintsHint')} fault={faultOf(`${where}.taints`)}>
            {(control) => (
              <DraftLines
                {...control}
                value={taintLines(pool.taints)}
                read={readTaints}
                onRead={(taints) => set({ taints })}
                onFault={(line) =>
                  setFault(`${where}.taints`, line === undefined ? undefined : t('cluster.lineFault', { line }))
                }
              />
            )}
          </Field>
          <Field name={t('cluster.labels')} hint={t('cluster.labelsHint')} fault={faultOf(`${where}.labels`)}>
            {(control) => (
              <DraftLines
                {...control}
                value={labelLines(pool.labels)}
                read={readLabels}
                onRead={(labels) => set({ labels })}
                onFault={(line) =>
                  setFault(`${where}.labels`, line === undefined ? undefined : t('cluster.lineFault', { line }))
                }
              />
            )}
          </Field>
        </div>
      </details>
      {allocatable ? (
        <p className="allocatable">
          {t('cluster.allocatable', {
            cpu: number.format(allocatable.cpuMillis / 1000),
            memory: number.format(allocatable.memoryMi),
            pods: allocatable.pods,
          })}
        </p>
      ) : null}
    </fieldset>
  );
}
