import { Check, Minus, Star, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { DecisionRecord } from '../../../run/types.ts';
import { shortNode } from '../../view/names.ts';
import { cellOf, rowsOf, scoredPlugins, weightOf, type Step } from './decision-model.ts';

const SHOWN = 300;

/**
 * All nodes against all plugins at once: verdicts, then raw, normalised, weighted, then the sum. In a narrow window the
 * names of the plugins stand upright and a cell holds its sign alone; a press on it says the rest beneath.
 */
export function Matrix({
  record,
  step,
  picked,
  pick,
}: {
  record: DecisionRecord;
  step: Step;
  picked: string | undefined;
  pick(node: string, step: Step): void;
}): React.JSX.Element {
  const { t } = useTranslation();
  const filters = record.filterPlugins.filter((name) => !record.skippedFilter.includes(name));
  const scored = scoredPlugins(record);
  const total: Step = { point: 'Total', isSkipped: false };
  const rows = rowsOf(record, scored.length > 0 ? total : { point: 'PostFilter', isSkipped: false }, {
    order: { by: 'value', isReversed: false },
    filter: 'all',
    text: '',
  });
  const isCurrent = (point: string, plugin?: string): string | undefined =>
    step.point === point && step.plugin === plugin ? 'current' : undefined;
  return (
    <div className="scroll matrix" tabIndex={0} role="region" aria-label={t('decision.nodes')}>
      <table>
        <thead>
          <tr>
            <th rowSpan={2} scope="col">
              {t('decision.node')}
            </th>
            <th colSpan={filters.length} scope="colgroup">
              {t('decision.point.Filter')}
            </th>
            {scored.length > 0 ? (
              <th colSpan={scored.length} scope="colgroup">
                {t('decision.scoreColumns')}
              </th>
            ) : null}
            {scored.length > 0 ? (
              <th rowSpan={2} scope="col" className={isCurrent('Total')}>
                {t('decision.total')}
              </th>
            ) : null}
          </tr>
          <tr>
            {filters.map((name) => (
              <th key={name} scope="col" className={isCurrent('Filter', name)}>
                <span className="upright">{name}</span>
              </th>
            ))}
            {scored.map((name) => (
              <th key={name} scope="col" className={isCurrent('Score', name) ?? isCurrent('NormalizeScore', name)}>
                <span className="upright">
                  {name} <span className="soft">×{weightOf(record, name)}</span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((node) => (
            <tr key={node.node} className={node.node === picked ? 'picked' : undefined}>
              <th scope="row" title={node.node}>
                {record.node === node.node ? (
                  <Star size={12} className="good" aria-label={t('decision.chosen')} />
                ) : null}
                {shortNode(node.node)}
              </th>
              {filters.map((plugin) => {
                const own: Step = { point: 'Filter', plugin, isSkipped: false };
                const cell = cellOf(record, node, own);
                return (
                  <td key={plugin} className={isCurrent('Filter', plugin)}>
                    <button type="button" onClick={() => pick(node.node, own)}>
                      {cell.kind === 'passed' ? (
                        <Check size={14} className="good" aria-label={t('decision.passes')} />
                      ) : cell.kind === 'rejected' ? (
                        <span className="problem">
                          <X size={14} aria-hidden /> <span className="more">{cell.reasons.join(', ')}</span>
                        </span>
                      ) : (
                        <Minus size={14} className="soft" aria-label={t('decision.notAsked')} />
                      )}
                    </button>
                  </td>
                );
              })}
              {scored.map((plugin) => {
                const entry = node.scores?.[plugin];
                return (
                  <td key={plugin} className={isCurrent('Score', plugin) ?? isCurrent('NormalizeScore', plugin)}>
                    {entry ? (
                      <button
                        type="button"
                        title={`${t('decision.raw')} ${entry.raw}, ${t('decision.normalized')} ${entry.normalized}, ${t('decision.weighted')} ${entry.weighted}`}
                        onClick={() => pick(node.node, { point: 'NormalizeScore', plugin, isSkipped: false })}
                      >
                        <span className="soft more">{`${entry.raw} → ${entry.normalized} → `}</span>
                        <strong>{entry.weighted}</strong>
                      </button>
                    ) : null}
                  </td>
                );
              })}
              {scored.length > 0 ? (
                <td className={isCurrent('Total')}>
                  <strong>{node.total ?? ''}</strong>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
