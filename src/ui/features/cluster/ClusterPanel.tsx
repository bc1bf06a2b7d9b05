import { Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { ClusterCheck, ClusterChoices, OptionFault } from '../../../run/types.ts';
import type { PoolOptions, WorldOptions } from '../../../sim/options.ts';
import { Button, EmptyState, Field, Select } from '../../design/index.ts';
import { ask, loadAnew, newScenario } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { PoolFields } from './PoolFields.tsx';
import './cluster.css';

/** What the cluster is made of. It is the run's beginning, so starting another one begins another run. */
export function ClusterPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const options = useStore(simulation, (state) => state.options);
  const [choices, setChoices] = useState<ClusterChoices>();
  useEffect(() => {
    void ask('clusterChoices', {}).then(setChoices);
  }, []);
  if (!options || !choices) return <EmptyState>{t('cluster.loading')}</EmptyState>;
  return <ClusterForm key={JSON.stringify(options)} options={options} choices={choices} />;
}

function useCheck(draft: WorldOptions): ClusterCheck | undefined {
  const [check, setCheck] = useState<ClusterCheck>();
  useEffect(() => {
    let isLive = true;
    void ask('checkCluster', { options: draft }).then((found) => (isLive ? setCheck(found) : undefined));
    return () => {
      isLive = false;
    };
  }, [draft]);
  return check;
}

export type FaultOf = (where: string) => string | undefined;

function ClusterForm({ options, choices }: { options: WorldOptions; choices: ClusterChoices }): React.JSX.Element {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(options);
  /** Fields whose text cannot be read as a number or a list yet. */
  const [unread, setUnread] = useState<Readonly<Record<string, string>>>({});
  const check = useCheck(draft);
  const faults = check?.faults ?? [];
  const say = ({ code, values }: OptionFault): string => t(`refusal.${code}`, values);
  const faultOf: FaultOf = (where) => {
    const fault = faults.find((item) => item.where === where);
    return unread[where] ?? (fault ? say(fault) : undefined);
  };
  const isGood = check !== undefined && faults.length === 0 && Object.keys(unread).length === 0;
  const set = (change: Partial<WorldOptions>): void => setDraft({ ...draft, ...change });
  const setPool = (index: number, change: Partial<PoolOptions>): void =>
    set({ pools: draft.pools.map((pool, at) => (at === index ? { ...pool, ...change } : pool)) });
  const setFault = (where: string, fault: string | undefined): void =>
    setUnread(({ [where]: _, ...rest }) => (fault ? { ...rest, [where]: fault } : rest));
  const nodes = draft.pools.reduce((sum, { count }) => sum + count, 0);
  return (
    <form
      className="content cluster"
      tabIndex={0}
      aria-label={t('tabs.cluster')}
      onSubmit={(event) => {
        event.preventDefault();
        if (isGood) void loadAnew(newScenario(draft), true);
      }}
    >
      <p className="soft">{t('cluster.intro')}</p>
      <ClusterFields draft={draft} choices={choices} faultOf={faultOf} set={set} />
      <h2>{t('cluster.pools')}</h2>
      {faultOf('pools') ? (
        <p className="problem" role="alert">
          {faultOf('pools')}
        </p>
      ) : null}
      {draft.pools.map((pool, index) => (
        <PoolFields
          key={index}
          pool={pool}
          where={`pools[${index}]`}
          choices={choices}
          allocatable={check?.allocatable[index]}
          faultOf={faultOf}
          setFault={setFault}
          set={(change) => setPool(index, change)}
          remove={
            draft.pools.length > 1
              ? () => {
                  setUnread({});
                  set({ pools: draft.pools.filter((_, at) => at !== index) });
                }
              : undefined
          }
        />
      ))}
      <Button onClick={() => set({ pools: [...draft.pools, another(draft.pools)] })}>
        <Plus size={14} aria-hidden />
        {t('cluster.addPool')}
      </Button>
      <div className="cluster-end">
        <span className="soft" role="status">
          {t('cluster.total', { nodes })}
        </span>
        {draft === options ? null : (
          <Button
            onClick={() => {
              setUnread({});
              setDraft(options);
            }}
          >
            {t('cluster.reset')}
          </Button>
        )}
        <button type="submit" className="button primary" disabled={!isGood}>
          {t('cluster.start')}
        </button>
      </div>
    </form>
  );
}

/** A pool like the first, for applications, under a name that is free. */
function another(pools: readonly PoolOptions[]): PoolOptions {
  const names = new Set(pools.map(({ name }) => name));
  let number = 1;
  while (names.has(`userpool${number}`)) number += 1;
  return { ...pools[0]!, name: `userpool${number}`, mode: 'User', labels: {}, taints: [] };
}

interface ClusterFieldsProps {
  readonly draft: WorldOptions;
  readonly choices: ClusterChoices;
  readonly faultOf: FaultOf;
  set(change: Partial<WorldOptions>): void;
}

function ClusterFields({ draft, choices, faultOf, set }: ClusterFieldsProps): React.JSX.Element {
  const { t } = useTranslation();
  const listed = (values: readonly string[], present: string): { value: string; label: string }[] =>
    [...new Set([...values, present])].map((value) => ({ value, label: value }));
  const regions = choices.regions.map(({ name }) => name);
  return (
    <div className="pair-grid">
      <Field name={t('cluster.name')} fault={faultOf('clusterName')}>
        {(control) => (
          <input
            {...control}
            className="field mono"
            spellCheck={false}
            value={draft.clusterName}
            onChange={(event) => set({ clusterName: event.target.value })}
          />
        )}
      </Field>
      <Field name={t('cluster.seed')} hint={t('cluster.seedHint')} fault={faultOf('seed')}>
        {(control) => (
          <input
            {...control}
            className="field mono"
            spellCheck={false}
            value={draft.seed}
            onChange={(event) => set({ seed: event.target.value })}
          />
        )}
      </Field>
      <Field name={t('cluster.region')} fault={faultOf('region')}>
        {({ id }) => (
          <Select
            id={id}
            label={t('cluster.region')}
            value={draft.region}
            options={listed(regions, draft.region)}
            onChange={(region) => set({ region })}
          />
        )}
      </Field>
      <Field name={t('cluster.version')} fault={faultOf('kubernetesVersion')}>
        {({ id }) => (
          <Select
            id={id}
            label={t('cluster.version')}
            value={draft.kubernetesVersion}
            options={listed(choices.versions, draft.kubernetesVersion)}
            onChange={(kubernetesVersion) => set({ kubernetesVersion })}
          />
        )}
      </Field>
      <Field name={t('cluster.preset')} hint={t(`cluster.presetHint.${draft.preset}`)}>
        {({ id }) => (
          <Select<WorldOptions['preset']>
            id={id}
            label={t('cluster.preset')}
            value={draft.preset}
            options={(['aks', 'plain'] as const).map((value) => ({ value, label: t(`cluster.presets.${value}`) }))}
            onChange={(preset) => set({ preset })}
          />
        )}
      </Field>
    </div>
  );
}
