import { ArrowDown, ArrowUp, Check, Flag, Minus, Star, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DecisionRecord } from '../../../run/types.ts';
import { SegmentedControl, SearchField } from '../../design/index.ts';
import { highlight } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { cellOf, rowsOf, weightOf, type Cell, type NodeFilter, type Step, type TableOrder } from './decision-model.ts';

const SHOWN = 300;
const FILTERS: readonly NodeFilter[] = ['all', 'feasible', 'rejected'];

/** Nodes at one step: what the plugin said of each, sortable and filterable. */
export function NodeTable({
  record,
  step,
  picked,
  pick,
  order,
  setOrder,
  filter,
  setFilter,
  text,
  setText,
}: {
  record: DecisionRecord;
  step: Step;
  picked: string | undefined;
  pick(node: string): void;
  order: TableOrder;
  setOrder(order: TableOrder): void;
  filter: NodeFilter;
  setFilter(filter: NodeFilter): void;
  text: string;
  setText(text: string): void;
}): React.JSX.Element {
  const { t } = useTranslation();
  const rows = rowsOf(record, step, { order, filter, text });
  const turn = (by: TableOrder['by']): void =>
    setOrder({ by, isReversed: order.by === by ? !order.isReversed : false });
  const head = (by: TableOrder['by'], title: string): React.JSX.Element => (
    <th
      scope="col"
      aria-sort={order.by === by ? (order.isReversed ? 'ascending' : 'descending') : undefined}
      className={by}
    >
      <button type="button" onClick={() => turn(by)}>
        {title}
        {order.by === by ? (
          order.isReversed ? (
            <ArrowUp size={12} aria-hidden />
          ) : (
            <ArrowDown size={12} aria-hidden />
          )
        ) : null}
      </button>
    </th>
  );
  return (
    <section className="node-table">
      <div className="row">
        <SegmentedControl
          label={t('decision.filterLabel')}
          value={filter}
          options={FILTERS.map((value) => ({ value, label: t(`decision.filter.${value}`) }))}
          onChange={setFilter}
        />
        {record.nodes.length > 8 || text ? (
          <SearchField label={t('decision.nodeSearch')} value={text} onChange={setText} />
        ) : null}
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label={t('decision.nodes')}>
        <table>
          <thead>
            <tr>
              {head('node', t('decision.node'))}
              {head('value', columnTitle(t, step))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map((node) => (
              <tr
                key={node.node}
                className={node.node === picked ? 'picked' : undefined}
                onMouseEnter={() => highlight([`nodes|${node.node}`])}
                onMouseLeave={() => highlight(picked ? [`nodes|${picked}`] : [])}
              >
                <th scope="row">
                  <button
                    type="button"
                    title={node.node}
                    aria-pressed={node.node === picked}
                    onClick={() => pick(node.node)}
                  >
                    {record.node === node.node ? (
                      <Star size={12} className="good" aria-label={t('decision.chosen')} />
                    ) : null}
                    {shortNode(node.node)}
                  </button>
                </th>
                <td>
                  <CellText
                    cell={cellOf(record, node, step)}
                    weight={step.plugin ? weightOf(record, step.plugin) : 1}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? <p className="empty">{t('decision.noNode')}</p> : null}
      </div>
      {rows.length > SHOWN ? (
        <p className="soft">{t('decision.firstNodes', { count: SHOWN, all: rows.length })}</p>
      ) : null}
    </section>
  );
}

function columnTitle(t: (key: string) => string, step: Step): string {
  switch (step.point) {
    case 'Score':
      return t('decision.raw');
    case 'NormalizeScore':
      return t('decision.normalizedColumn');
    case 'Total':
      return t('decision.total');
    default:
      return t('decision.verdict');
  }
}

/** One cell in words and numbers; never by colour alone. */
export function CellText({ cell, weight }: { cell: Cell; weight: number }): React.JSX.Element {
  const { t } = useTranslation();
  switch (cell.kind) {
    case 'passed':
      return (
        <span className="cell good">
          <Check size={14} aria-hidden /> {t('decision.passes')}
        </span>
      );
    case 'rejected':
      return (
        <span className="cell problem">
          <X size={14} aria-hidden /> {cell.reasons.join(', ')}
        </span>
      );
    case 'out':
      return (
        <span className="cell soft">
          <Minus size={14} aria-hidden /> {t('decision.outBy', { plugin: cell.by })}
        </span>
      );
    case 'skipped':
      return <span className="cell soft">{t('decision.skippedShort')}</span>;
    case 'score':
      return (
        <span className="cell score">
          <Bar value={cell.from === undefined ? undefined : cell.value} />
          <span className="number">
            {cell.from === undefined ? null : <span className="soft">{`${cell.from} → `}</span>}
            <strong>{cell.value}</strong>
            {cell.weighted === undefined ? null : <span className="soft">{` × ${weight} = ${cell.weighted}`}</span>}
          </span>
        </span>
      );
    case 'total':
      return (
        <span className="cell score">
          <strong>{cell.value}</strong>
          {cell.isHighest ? <span className="soft">{t('decision.isHighest')}</span> : null}
        </span>
      );
    case 'picked':
      return cell.isPicked ? (
        <span className="cell good">
          <Star size={14} aria-hidden /> {t('decision.chosen')}
        </span>
      ) : (
        <span className="cell soft">{cell.isTied ? t('decision.tiedNode') : t('decision.passes')}</span>
      );
    case 'candidate':
      return (
        <span className={cell.isNominated ? 'cell good' : 'cell'}>
          {cell.isNominated ? <Flag size={14} aria-hidden /> : null}
          {t(cell.isNominated ? 'preemption.nominatedFor' : 'preemption.candidate', { count: cell.victims })}
        </span>
      );
    case 'hopeless':
      return <span className="cell soft">{cell.reasons.join(', ')}</span>;
    case 'notHelpful':
      return <span className="cell soft">{t('preemption.notHelpful')}</span>;
    case 'untried':
      return <span className="cell soft">{t('preemption.untried')}</span>;
    case 'none':
      return <span className="cell soft">—</span>;
  }
}

function Bar({ value }: { value: number | undefined }): React.JSX.Element | null {
  if (value === undefined) return null;
  return (
    <span className="score-bar" aria-hidden>
      <i style={{ width: `${Math.max(0, Math.min(100, value))}%` }} />
    </span>
  );
}
