import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Comparison, NodeUse } from '../../../run/types.ts';
import { SegmentedControl } from '../../design/index.ts';
import { highlight } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { nodePairs, type NodeOrder, type NodePair } from './comparison-model.ts';
import { SideTable } from './SideTable.tsx';

const SHOWN = 100;
const ORDERS: readonly NodeOrder[] = ['difference', 'name'];

/** Every node twice: how full each configuration makes it. */
export function NodeBars({
  comparison,
  names,
}: {
  comparison: Comparison;
  names: readonly [string, string];
}): React.JSX.Element {
  const { t } = useTranslation();
  const [order, setOrder] = useState<NodeOrder>('difference');
  const pairs = nodePairs(comparison, order);
  return (
    <section>
      <div className="row">
        <h3>{t('scheduler.perNode')}</h3>
        <span className="spring" />
        <SegmentedControl
          label={t('scheduler.orderLabel')}
          value={order}
          options={ORDERS.map((value) => ({ value, label: t(`scheduler.order.${value}`) }))}
          onChange={(next) => setOrder(next)}
        />
      </div>
      <SideTable label={t('scheduler.perNode')} subject={t('decision.node')} names={names} className="node-bars">
        {pairs.slice(0, SHOWN).map((pair) => (
          <Row key={pair.node} pair={pair} />
        ))}
      </SideTable>
      {pairs.length > SHOWN ? (
        <p className="soft">{t('decision.firstNodes', { count: SHOWN, all: pairs.length })}</p>
      ) : null}
    </section>
  );
}

function Row({ pair: { node, left, right } }: { pair: NodePair }): React.JSX.Element {
  return (
    <tr onMouseEnter={() => highlight([`nodes|${node}`])} onMouseLeave={() => highlight([])}>
      <th scope="row" title={node}>
        {shortNode(node)}
      </th>
      <td>
        <Use use={left} />
      </td>
      <td>
        <Use use={right} />
      </td>
    </tr>
  );
}

function Use({ use }: { use: NodeUse }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <span className="use">
      <Bar title="CPU" share={use.cpu} />
      <Bar title={t('stage.memory')} share={use.memory} />
      <span className="soft">{t('stage.pods', { count: use.pods })}</span>
    </span>
  );
}

function Bar({ title, share }: { title: string; share: number }): React.JSX.Element {
  const percent = Math.round(share * 100);
  return (
    <span className="mini">
      <span className="soft">{title}</span>
      <span className="track" aria-hidden>
        <i style={{ width: `${Math.min(100, percent)}%` }} />
      </span>
      <b>{percent}%</b>
    </span>
  );
}
