import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Comparison, Placement } from '../../../run/types.ts';
import { say, type Sentence } from '../../view/names.ts';
import { SideTable } from './SideTable.tsx';

interface SideProps {
  readonly comparison: Comparison;
  /** What the two sides are called. */
  readonly names: readonly [string, string];
}

interface Row {
  readonly id: 'pending' | 'nodes' | 'cpuBalance' | 'memoryBalance' | 'hourly' | 'monthly';
  valueOf(side: Placement): number;
  /** In words; less is better in every row. */
  sayValue(value: number, comparison: Comparison): Sentence | string;
}

const dollars = (value: number): string => `$${value.toFixed(value < 10 ? 3 : 0)}`;
const points = (value: number): Sentence => ({
  key: 'scheduler.points',
  values: { value: Number((value * 100).toFixed(1)) },
});

const ROWS = (hoursAMonth: number): readonly Row[] => [
  { id: 'pending', valueOf: ({ unscheduled }) => unscheduled, sayValue: String },
  {
    id: 'nodes',
    valueOf: ({ usedNodes }) => usedNodes,
    sayValue: (value, { left }) => ({ key: 'scheduler.ofNodes', values: { value, count: left.nodes.length } }),
  },
  { id: 'cpuBalance', valueOf: ({ cpuDeviation }) => cpuDeviation, sayValue: points },
  { id: 'memoryBalance', valueOf: ({ memoryDeviation }) => memoryDeviation, sayValue: points },
  { id: 'hourly', valueOf: ({ hourlyCost }) => hourlyCost, sayValue: dollars },
  { id: 'monthly', valueOf: ({ hourlyCost }) => hourlyCost * hoursAMonth, sayValue: dollars },
];

/** What the two come to, number beside number; the better one is marked. */
export function Summary({ comparison, names }: SideProps): React.JSX.Element {
  const { t } = useTranslation();
  const { left, right, prices } = comparison;
  return (
    <section>
      <h3>{t('scheduler.summary')}</h3>
      <SideTable label={t('scheduler.summary')} subject={t('scheduler.measure')} names={names} className="summary">
        {ROWS(prices.hoursAMonth).map(({ id, valueOf, sayValue }) => {
          const values = [valueOf(left), valueOf(right)] as const;
          return (
            <tr key={id}>
              <th scope="row">
                {t(`scheduler.row.${id}`)} <span className="soft">{t(`scheduler.rowHint.${id}`)}</span>
              </th>
              {values.map((value, index) => {
                const isBetter = value < values[1 - index]! - 1e-9;
                return (
                  <td key={index} className={isBetter ? 'better' : undefined}>
                    {say(t, sayValue(value, comparison))}
                    {isBetter ? <Check size={13} aria-label={t('scheduler.better')} /> : null}
                  </td>
                );
              })}
            </tr>
          );
        })}
      </SideTable>
      <p className="soft fine">
        {t('scheduler.prices', {
          date: prices.date,
          region: prices.regions.join(', '),
          all: dollars(comparison.hourlyCostOfAll),
        })}
      </p>
    </section>
  );
}
