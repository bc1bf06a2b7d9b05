import { useTranslation } from 'react-i18next';
import type { DecisionRecord } from '../../../run/types.ts';
import { shortNode } from '../../view/names.ts';
import { cellOf, scoredPlugins, weightOf, type Step } from './decision-model.ts';
import { groupDigits, labelKey, withUnits } from './formula.ts';
import { CellText } from './NodeTable.tsx';

interface Line {
  readonly label: string;
  readonly expression: string;
  readonly result?: number;
}

/** How the number of one node at one step came about, with its real numbers. */
export function Arithmetic({
  record,
  node,
  step,
}: {
  record: DecisionRecord;
  node: string;
  step: Step;
}): React.JSX.Element | null {
  const { t } = useTranslation();
  const found = record.nodes.find((item) => item.node === node);
  if (!found) return null;
  const lines = linesOf(found, step);
  const entry = step.plugin ? found.scores?.[step.plugin] : undefined;
  const weight = step.plugin ? weightOf(record, step.plugin) : 1;
  return (
    <section className="arithmetic" aria-label={t('decision.arithmetic')} aria-live="polite">
      <h3>
        {t('decision.arithmetic')} · {step.plugin ?? t(`decision.point.${step.point}`)} · {shortNode(node)}
      </h3>
      <CellText cell={cellOf(record, found, step)} weight={weight} />
      {lines.length > 0 ? (
        <dl>
          {lines.map((line) => (
            <Formula key={line.label} line={line} />
          ))}
        </dl>
      ) : null}
      {step.point === 'NormalizeScore' && entry ? (
        <p className="formula">
          {t('decision.chain', {
            raw: entry.raw,
            normalized: entry.normalized,
            weight,
            weighted: entry.weighted,
          })}
        </p>
      ) : null}
      {step.point === 'Total' && found.scores ? (
        <dl>
          {scoredPlugins(record).map((name) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="formula">
                {`${found.scores![name]!.normalized} × ${weightOf(record, name)} = `}
                <strong>{found.scores![name]!.weighted}</strong>
              </dd>
            </div>
          ))}
          <div className="sum">
            <dt>{t('decision.total')}</dt>
            <dd className="formula">
              {`${scoredPlugins(record)
                .map((name) => found.scores![name]!.weighted)
                .join(' + ')} = `}
              <strong>{found.total}</strong>
            </dd>
          </div>
        </dl>
      ) : null}
      {lines.length === 0 && step.plugin && !step.isSkipped && step.point !== 'NormalizeScore' ? (
        <p className="soft">{t('decision.noArithmetic')}</p>
      ) : null}
    </section>
  );
}

function linesOf(node: DecisionRecord['nodes'][number], { plugin, point }: Step): readonly Line[] {
  if (!plugin) return [];
  if (point === 'Filter') return node.arithmetic?.[`${plugin}/filter`] ?? [];
  const all = node.arithmetic?.[`${plugin}/score`] ?? [];
  // What normalises stands with its own extension point.
  return all.filter(({ label }) => (point === 'NormalizeScore') === (label === 'normalized'));
}

function Formula({ line }: { line: Line }): React.JSX.Element {
  const { t } = useTranslation();
  const { label, expression, result } = line;
  const number = result === undefined ? undefined : groupDigits(String(result));
  const human = withUnits(result === undefined ? expression : `${expression} = ${result}`);
  return (
    <div>
      <dt>{t(`decision.label.${labelKey(label)}`, label)}</dt>
      <dd className="formula">
        {number === undefined ? expression : groupDigits(expression)}
        {number === undefined ? null : /[≤>]/.test(expression) ? (
          <span className="soft">{` ${t('decision.left', { left: number })}`}</span>
        ) : (
          <>
            {' = '}
            <strong>{number}</strong>
          </>
        )}
        {human ? <span className="soft human">{`≈ ${human}`}</span> : null}
      </dd>
    </div>
  );
}
