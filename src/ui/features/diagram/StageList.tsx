/** The stage in words: the same nodes, Services and pods as tables, for who reads with ears or wants figures. */
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { sayBytes, sayMillis } from '../../view/amounts.ts';
import type { Stage } from '../../view/stage.ts';
import { pick } from './picture.ts';

/** Rows of one table at most; the search narrows the rest. */
const ROW_LIMIT = 200;

interface Row {
  readonly key: string;
  readonly cells: readonly string[];
}

export function StageList({ stage }: { stage: Stage }): React.JSX.Element {
  const { t } = useTranslation();
  const lives = useStore(simulation, (state) => state.lives);
  const pods = [...stage.pods.values()].map(({ chip }) => chip).filter(({ isMatch }) => isMatch);
  const nodes = [...stage.nodes.values()].filter(({ isMatch }) => isMatch);
  const services = [...stage.services.values()].filter(({ isMatch }) => isMatch);
  return (
    <div className="stage-list" tabIndex={0}>
      <Table
        title={t('stage.azure')}
        heads={[t('stage.name'), t('stage.status')]}
        rows={[...stage.frame.components.keys()].map((id) => ({
          key: id,
          cells: [t(`component.${id}`), lives.get(id)?.state ?? ''],
        }))}
      />
      <Table
        title={t('stage.nodes')}
        heads={[t('stage.name'), t('stage.status'), t('stage.zone'), 'Pod', 'CPU', t('stage.memory')]}
        rows={nodes.map((node) => ({
          key: node.id,
          cells: [
            node.name,
            [node.isReady ? 'Ready' : 'NotReady', node.isCordoned && 'SchedulingDisabled', ...node.pressures]
              .filter(Boolean)
              .join(', '),
            node.zone,
            `${node.pods.length} / ${node.podCapacity}`,
            `${sayMillis(node.cpu.requested)} / ${sayMillis(node.cpu.allocatable)}`,
            `${sayBytes(node.memory.requested)} / ${sayBytes(node.memory.allocatable)}`,
          ],
        }))}
      />
      <Table
        title={t('stage.services')}
        heads={[t('stage.name'), t('stage.type'), t('stage.address'), t('stage.endpointsName')]}
        rows={services.map((service) => ({
          key: service.id,
          cells: [
            `${service.namespace}/${service.name}`,
            service.type,
            service.address,
            `${service.ready}/${service.total}`,
          ],
        }))}
      />
      <Table
        title="Pod"
        heads={[t('stage.name'), t('stage.status'), t('stage.restartsName'), t('stage.node')]}
        rows={pods.map((pod) => ({
          key: pod.key,
          cells: [`${pod.namespace}/${pod.name}`, pod.health.word, String(pod.restarts), pod.node],
        }))}
      />
    </div>
  );
}

function Table({
  title,
  heads,
  rows,
}: {
  title: string;
  heads: readonly string[];
  rows: readonly Row[];
}): React.JSX.Element {
  const { t } = useTranslation();
  const selected = useStore(view, (state) => state.selected);
  return (
    <section>
      <h2>{`${title} (${rows.length})`}</h2>
      {rows.length === 0 ? (
        <p className="soft">{t('stage.none')}</p>
      ) : (
        <table aria-label={title}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROW_LIMIT).map(({ key, cells: [name, ...rest] }) => (
              <tr key={key} aria-current={selected === key ? true : undefined}>
                <th scope="row">
                  <button type="button" onClick={() => pick(key)}>
                    {name}
                  </button>
                </th>
                {rest.map((cell, index) => (
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > ROW_LIMIT ? (
        <p className="soft">{t('stage.moreRows', { count: rows.length - ROW_LIMIT })}</p>
      ) : null}
    </section>
  );
}
