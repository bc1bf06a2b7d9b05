import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';
import { Select } from '../../design/index.ts';
import { ask } from '../../state/session.ts';
import { highlight } from '../../state/view.ts';
import { say, shortNode } from '../../view/names.ts';
import { becauseOf } from '../../view/narrate.ts';
import { changesBetween, type Outcome } from './decision-model.ts';

/** Another attempt of the same pod beside this one: only the nodes that came out otherwise. */
export function Comparison({
  record,
  siblings,
}: {
  record: DecisionRecord;
  siblings: readonly DecisionSummary[];
}): React.JSX.Element | null {
  const { t } = useTranslation();
  const others = siblings.filter(({ attempt }) => attempt !== record.attempt);
  const [wanted, setWanted] = useState('');
  const [other, setOther] = useState<DecisionRecord>();
  useEffect(() => {
    if (wanted) void ask('decision', { attempt: Number(wanted) }).then(setOther);
  }, [wanted]);
  if (others.length === 0) return null;
  const [before, after] = other && other.attempt > record.attempt ? [record, other] : [other, record];
  const changes = before && wanted ? changesBetween(before, after!) : [];
  return (
    <section className="comparison">
      <div className="row">
        <span>{t('decision.compare')}</span>
        <Select
          label={t('decision.compare')}
          value={wanted}
          options={[
            { value: '', label: t('decision.compareNone') },
            ...others.map((item) => ({
              value: String(item.attempt),
              label: t('decision.nth', { index: item.attemptOfPod }),
              hint: t(`decision.outcome.${item.outcome}`),
            })),
          ]}
          onChange={setWanted}
        />
      </div>
      {before && wanted ? (
        <>
          <p className="soft">{t('decision.retried', { because: say(t, becauseOf(after!.because)) })}</p>
          {changes.length === 0 ? <p>{t('decision.noChange')}</p> : null}
          {changes.length > 0 ? (
            <div className="scroll" tabIndex={0} role="region" aria-label={t('decision.compare')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('decision.node')}</th>
                    <th scope="col">{t('decision.nth', { index: before.attemptOfPod })}</th>
                    <th scope="col">{t('decision.nth', { index: after!.attemptOfPod })}</th>
                  </tr>
                </thead>
                <tbody>
                  {changes.slice(0, 200).map(({ node, before: was, after: is }) => (
                    <tr key={node} onMouseEnter={() => highlight([`nodes|${node}`])} onMouseLeave={() => highlight([])}>
                      <th scope="row" title={node}>
                        {shortNode(node)}
                      </th>
                      <td>
                        <OutcomeText outcome={was} />
                      </td>
                      <td>
                        <OutcomeText outcome={is} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : null}
        </>
      ) : null}
    </section>
  );
}

function OutcomeText({ outcome }: { outcome: Outcome | undefined }): React.JSX.Element {
  const { t } = useTranslation();
  if (!outcome) return <span className="soft">{t('decision.notLookedAt')}</span>;
  if (outcome.rejectedBy) return <span className="problem">{outcome.reasons?.join(', ')}</span>;
  return (
    <span>
      {outcome.total === undefined ? t('decision.passes') : t('decision.passesWith', { total: outcome.total })}
    </span>
  );
}
