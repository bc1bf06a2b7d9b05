import type { Node } from 'kubernetes-types/core/v1';
import { Server } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Stored } from '../../../sim/api/object.ts';
import { Button } from '../../design/index.ts';
import { command } from '../../state/session.ts';
import { simulation, type SimulationState } from '../../state/simulation.ts';

const POOL_LABEL = 'kubernetes.azure.com/agentpool';
/** As many nodes as one press may add: a slip of the finger is no cluster of hundreds. */
const MOST = 100;

/** The pool of a node, made larger on the spot: a command of the run, as `az aks nodepool scale` is in life. */
export function PoolView({
  node,
  objects,
}: {
  node: Stored<Node>;
  objects: SimulationState['objects'];
}): React.JSX.Element | null {
  const { t } = useTranslation();
  const [more, setMore] = useState('1');
  const [line, setLine] = useState<string>();
  const pool = node.metadata.labels?.[POOL_LABEL];
  if (!pool) return null;
  const now = sizeOf(pool, objects);
  const count = Number(more);
  const isValid = Number.isInteger(count) && count >= 1 && count <= MOST;
  const scale = async (): Promise<void> => {
    const size = Math.max(sizeOf(pool, simulation.getState().objects), askedFor(pool)) + count;
    setLine(undefined);
    const done = await command({ verb: 'scale-pool', pool, count: size });
    if (done) setLine(`az aks nodepool scale --name ${pool} --node-count ${size}`);
  };
  return (
    <form
      className="pool-size"
      aria-label={t('pictures.pool.title', { pool })}
      onSubmit={(event) => {
        event.preventDefault();
        if (isValid) void scale();
      }}
    >
      <p>{t('pictures.pool.now', { pool, count: now })}</p>
      <div className="row">
        <input
          className="field"
          type="number"
          min={1}
          max={MOST}
          value={more}
          aria-label={t('pictures.pool.more')}
          aria-invalid={isValid ? undefined : true}
          onChange={({ target }) => setMore(target.value)}
        />
        <Button type="submit" disabled={!isValid}>
          <Server size={14} aria-hidden /> {t('pictures.pool.add')}
        </Button>
      </div>
      {isValid ? null : (
        <p className="problem" role="alert">
          {t('pictures.pool.fault', { most: MOST })}
        </p>
      )}
      {line ? (
        <p className="soft" role="status">
          {t('pictures.pool.done')} <span className="mono">{line}</span>
        </p>
      ) : null}
    </form>
  );
}

/** Machines that were asked for may not have joined yet. */
function askedFor(pool: string): number {
  const { log, commandsDone } = simulation.getState();
  return log
    .slice(0, commandsDone)
    .reduce((most, { command: given }) => (given.verb === 'scale-pool' && given.pool === pool ? given.count : most), 0);
}

function sizeOf(pool: string, objects: SimulationState['objects']): number {
  let size = 0;
  for (const [key, { metadata }] of objects)
    if (key.startsWith('nodes|') && metadata.labels?.[POOL_LABEL] === pool) size += 1;
  return size;
}
