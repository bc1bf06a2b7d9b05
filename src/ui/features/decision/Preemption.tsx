import { Flag, Scissors } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { DecisionRecord } from '../../../run/types.ts';
import { simulation } from '../../state/simulation.ts';
import { highlight } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { formatClock } from '../timeline/clock.ts';
import { groupDigits } from './formula.ts';
import {
  candidateRows,
  CRITERIA,
  decidingCriterion,
  obstacles,
  type CandidateRow,
  type Criterion,
} from './preemption-model.ts';

const SHOWN = 50;

type PostFilter = NonNullable<DecisionRecord['postFilter']>;

/** Every node that preemption could free, which criterion chose among them, and why the others cannot be freed. */
export function Preemption({ record }: { record: DecisionRecord }): React.JSX.Element | null {
  const { postFilter } = record;
  if (!postFilter) return null;
  return (
    <>
      {postFilter.nominatedNode ? (
        <Candidates postFilter={postFilter} nominated={postFilter.nominatedNode} namespace={record.namespace} />
      ) : null}
      <Elsewhere postFilter={postFilter} />
    </>
  );
}

/** Nodes that are no candidates: counted by what stands in the way there. */
function Elsewhere({ postFilter }: { postFilter: PostFilter }): React.JSX.Element | null {
  const { t } = useTranslation();
  const rows = obstacles(postFilter);
  const { untriedCount = 0 } = postFilter;
  if (rows.length === 0 && untriedCount === 0) return null;
  return (
    <section className="preemption" aria-label={t('preemption.elsewhere')}>
      <h3>{t('preemption.elsewhere')}</h3>
      <ul className="elsewhere">
        {rows.map(({ reason, nodes }) => (
          <li
            key={reason ?? ''}
            onMouseEnter={() => highlight(nodes.map((node) => `nodes|${node}`))}
            onMouseLeave={() => highlight([])}
          >
            <strong>{t('preemption.nodes', { count: nodes.length })}</strong>
            <span>
              {reason ?? t('preemption.notHelpful')}
              {reason ? '' : ` ${t('preemption.notHelpfulWhy')}`}
            </span>
          </li>
        ))}
        {untriedCount > 0 ? (
          <li>
            <strong>{t('preemption.nodes', { count: untriedCount })}</strong>
            <span>{t('preemption.untriedWhy')}</span>
          </li>
        ) : null}
      </ul>
    </section>
  );
}

function Candidates({
  postFilter,
  nominated,
  namespace,
}: {
  postFilter: PostFilter;
  nominated: string;
  namespace: string;
}): React.JSX.Element | null {
  const { t } = useTranslation();
  const rows = candidateRows(postFilter);
  if (rows.length === 0) return null;
  const deciding = decidingCriterion(rows);
  const equals = rows.filter(({ lostAt }) => lostAt === undefined).length;
  return (
    <section className="preemption" aria-label={t('preemption.title')}>
      <h3>{t('preemption.title')}</h3>
      <p>{t('preemption.lead', { node: shortNode(nominated), count: postFilter.victims?.length ?? 0 })}</p>
      <p>
        {rows.length === 1
          ? t('preemption.only')
          : deciding
            ? t('preemption.decided', { criterion: t(`preemption.criterion.${deciding}`), count: rows.length })
            : t('preemption.allEqual', { count: rows.length })}{' '}
        {rows.length > 1 && equals > 1 ? t('preemption.tied', { count: equals }) : ''}
      </p>
      <ol className="criteria" aria-label={t('preemption.criteria')}>
        {CRITERIA.map((criterion, index) => (
          <li key={criterion} className={criterion === deciding ? 'deciding' : undefined}>
            <span className="mono">{index + 1}</span> {t(`preemption.criterion.${criterion}`)}
          </li>
        ))}
      </ol>
      <ul className="candidates" aria-label={t('preemption.candidates', { count: rows.length })}>
        {rows.slice(0, SHOWN).map((row) => (
          <Candidate key={row.node} row={row} namespace={namespace} />
        ))}
      </ul>
      {rows.length > SHOWN ? (
        <p className="soft">{t('decision.firstNodes', { count: SHOWN, all: rows.length })}</p>
      ) : null}
    </section>
  );
}

function Candidate({ row, namespace }: { row: CandidateRow; namespace: string }): React.JSX.Element {
  const { t } = useTranslation();
  const { node, victims, values, lostAt, isChosen } = row;
  const sayValue = useValue();
  const point = (): void =>
    highlight([`nodes|${node}`, ...victims.map((victim) => `pods|${victim.namespace}/${victim.name}`)]);
  const reached = lostAt ? CRITERIA.slice(0, CRITERIA.indexOf(lostAt) + 1) : CRITERIA;
  return (
    <li className={isChosen ? 'chosen' : undefined} onMouseEnter={point} onMouseLeave={() => highlight([])}>
      <p className="row">
        <strong title={node}>{shortNode(node)}</strong>
        {isChosen ? (
          <span className="good">
            <Flag size={14} aria-hidden /> {t('preemption.nominated')}
          </span>
        ) : (
          <span className="soft">
            {lostAt
              ? t('preemption.lost', {
                  index: CRITERIA.indexOf(lostAt) + 1,
                  criterion: t(`preemption.criterion.${lostAt}`),
                })
              : t('decision.tiedNode')}
          </span>
        )}
      </p>
      <ul className="victims" aria-label={t('preemption.victims')}>
        {victims.map((victim) => (
          <li key={`${victim.namespace}/${victim.name}`}>
            <Scissors size={13} aria-hidden />
            <span className="mono">
              {victim.namespace === namespace ? victim.name : `${victim.namespace}/${victim.name}`}
            </span>
            <span className="soft">{t('preemption.priority', { priority: groupDigits(String(victim.priority)) })}</span>
          </li>
        ))}
      </ul>
      <dl>
        {reached.map((criterion) => (
          <div key={criterion} className={criterion === lostAt ? 'problem' : undefined}>
            <dt>{t(`preemption.short.${criterion}`)}</dt>
            <dd className="formula">{sayValue(criterion, values[criterion])}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function useValue(): (criterion: Criterion, value: number | string) => string {
  const epochMs = useStore(simulation, (state) => state.epochMs);
  const startTime = useStore(simulation, (state) => state.startTime);
  return (criterion, value) => {
    if (criterion !== 'latestStart') return groupDigits(String(value));
    return value === '' ? '—' : formatClock(Date.parse(String(value)) - epochMs - startTime);
  };
}
