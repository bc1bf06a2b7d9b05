import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { PoolOptions, WorldOptions } from '../../../sim/options.ts';
import { Modal } from '../../design/Modal.tsx';
import { load, newScenario } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';

/** Options of the cluster. They are the run's beginning, so changing them begins another run. */
export function ClusterPanel(): React.JSX.Element {
  const options = useStore(simulation, (state) => state.options);
  const epoch = useStore(simulation, (state) => state.options?.seed ?? '');
  return options ? <Form key={epoch} options={options} /> : <div className="content" />;
}

function Form({ options }: { options: WorldOptions }): React.JSX.Element {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(options);
  const [isAsking, setAsking] = useState(false);
  const commands = useStore(simulation, (state) => state.log.length);
  const setPool = (index: number, change: Partial<PoolOptions>): void =>
    setDraft({ ...draft, pools: draft.pools.map((pool, at) => (at === index ? { ...pool, ...change } : pool)) });
  const start = async (): Promise<void> => {
    setAsking(false);
    await load(newScenario(draft), true);
  };
  return (
    <div className="content">
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (commands > 0) setAsking(true);
          else void start();
        }}
      >
        <p className="soft" style={{ margin: 0 }}>
          {t('cluster.intro')}
        </p>
        <label>
          {t('cluster.seed')}
          <input
            className="field mono"
            value={draft.seed}
            onChange={(event) => setDraft({ ...draft, seed: event.target.value })}
          />
        </label>
        <label>
          {t('cluster.version')}
          <input
            className="field mono"
            value={draft.kubernetesVersion}
            onChange={(event) => setDraft({ ...draft, kubernetesVersion: event.target.value })}
          />
        </label>
        {draft.pools.map((pool, index) => (
          <fieldset
            key={index}
            className="form"
            style={{ border: '1px solid var(--line)', borderRadius: 'var(--radius)' }}
          >
            <legend>{`${t('cluster.pool')} ${pool.name} (${pool.mode})`}</legend>
            <label>
              {t('cluster.count')}
              <input
                className="field"
                type="number"
                min={1}
                max={1000}
                value={pool.count}
                onChange={(event) => setPool(index, { count: Number(event.target.value) })}
              />
            </label>
            <label>
              {t('cluster.size')}
              <input
                className="field mono"
                value={pool.vmSize}
                onChange={(event) => setPool(index, { vmSize: event.target.value })}
              />
            </label>
            <label>
              {t('cluster.zones')}
              <input
                className="field mono"
                value={pool.zones.join(',')}
                onChange={(event) =>
                  setPool(index, {
                    zones: event.target.value
                      .split(',')
                      .map((zone) => zone.trim())
                      .filter(Boolean),
                  })
                }
              />
            </label>
            <label>
              {t('cluster.maxPods')}
              <input
                className="field"
                type="number"
                min={10}
                max={250}
                value={pool.maxPods}
                onChange={(event) => setPool(index, { maxPods: Number(event.target.value) })}
              />
            </label>
            {index > 0 ? (
              <button
                type="button"
                className="button"
                onClick={() => setDraft({ ...draft, pools: draft.pools.filter((_, at) => at !== index) })}
              >
                {t('cluster.removePool')}
              </button>
            ) : null}
          </fieldset>
        ))}
        <div className="row">
          <button type="submit" className="button primary">
            {t('cluster.start')}
          </button>
          <button
            type="button"
            className="button"
            onClick={() =>
              setDraft({
                ...draft,
                pools: [...draft.pools, { ...draft.pools[0]!, name: `userpool${draft.pools.length}`, mode: 'User' }],
              })
            }
          >
            {t('cluster.addPool')}
          </button>
        </div>
      </form>
      {isAsking ? (
        <Modal title={t('cluster.start')} close={() => setAsking(false)}>
          <p>{t('cluster.confirm', { commands })}</p>
          <div className="row">
            <button type="button" className="button primary" onClick={() => void start()}>
              {t('cluster.start')}
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {t('cluster.cancel')}
            </button>
          </div>
        </Modal>
      ) : null}
    </div>
  );
}
