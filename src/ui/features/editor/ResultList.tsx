import { CircleAlert, CircleCheck, Info, TriangleAlert, Wrench } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { faultText } from '../../../manifest/fault-texts.ts';
import type { CommandResult, DocumentResult, Fault, TextFix } from '../../../run/types.ts';
import { select, showRight, view } from '../../state/view.ts';
import { titleOfFix } from './fix-title.ts';

/** Rows of either list; a text of thousands of documents says how many more there are. */
const ROW_LIMIT = 200;
const ICON = { error: CircleAlert, warning: TriangleAlert, info: Info } as const;

export interface ProblemListProps {
  readonly faults: readonly Fault[];
  go(fault: Fault): void;
  mend(fix: TextFix): void;
}

/** What is wrong with the text, each with its line and, where it is certain, what mends it. */
export function ProblemList({ faults, go, mend }: ProblemListProps): React.JSX.Element | null {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  if (faults.length === 0) return null;
  return (
    <ul className="problems" aria-label={t('editor.problemList')}>
      {faults.slice(0, ROW_LIMIT).map((fault, index) => {
        const Icon = ICON[fault.severity];
        return (
          <li key={index} className={fault.severity}>
            <button type="button" className="go" onClick={() => go(fault)}>
              <Icon size={14} aria-label={t(`editor.severity.${fault.severity}`)} />
              <span className="line">{t('editor.line', { line: fault.startLine })}</span>
              <span>{faultText(fault, language)}</span>
            </button>
            {fault.fix ? (
              <button type="button" className="button plain fix" onClick={() => mend(fault.fix!)}>
                <Wrench size={12} aria-hidden />
                {titleOfFix(fault.fix, language)}
              </button>
            ) : null}
          </li>
        );
      })}
      <More count={faults.length - ROW_LIMIT} />
    </ul>
  );
}

function More({ count }: { count: number }): React.JSX.Element | null {
  const { t } = useTranslation();
  return count > 0 ? <li className="soft more">{t('editor.more', { count })}</li> : null;
}

const OUTCOMES = ['error', 'created', 'configured', 'deleted', 'unchanged'] as const;

export interface AppliedText {
  readonly file: string;
  readonly text: string;
  readonly result: CommandResult;
}

/** What the server did with each document, those refused first; an object's name leads to the object. */
export function OutcomeList({ applied }: { applied: readonly AppliedText[] }): React.JSX.Element | null {
  const { t } = useTranslation();
  const documents = applied.flatMap(({ result }) => result.documents ?? []);
  const cancelled = applied.find(({ result }) => result.cancelledAfter !== undefined);
  if (documents.length === 0) return null;
  const sorted = OUTCOMES.flatMap((outcome) => documents.filter((document) => document.outcome === outcome));
  const counts = OUTCOMES.map(
    (outcome) => [outcome, documents.filter((item) => item.outcome === outcome).length] as const,
  );
  return (
    <section className="outcomes" aria-label={t('editor.outcomes')}>
      <p role="status" className="summary">
        {counts.flatMap(([outcome, count]) => (count > 0 ? [t(`editor.count.${outcome}`, { count })] : [])).join(' · ')}
        {cancelled ? ` · ${t('editor.cancelled')}` : ''}
      </p>
      <ul>
        {sorted.slice(0, ROW_LIMIT).map((document, index) => (
          <Outcome key={index} document={document} />
        ))}
        <More count={documents.length - ROW_LIMIT} />
      </ul>
    </section>
  );
}

function Outcome({ document }: { document: DocumentResult }): React.JSX.Element {
  const { t } = useTranslation();
  const { key, kind, name, outcome, status } = document;
  const isRefused = outcome === 'error';
  const title = `${kind}/${name} ${t(`editor.${outcome}`)}`;
  const Icon = isRefused ? CircleAlert : CircleCheck;
  return (
    <li className={isRefused ? 'error' : outcome}>
      {key && !isRefused && outcome !== 'deleted' ? (
        <button
          type="button"
          className="go"
          onClick={() => {
            select(key);
            showRight('inspector');
          }}
        >
          <Icon size={14} aria-hidden />
          <span>{title}</span>
        </button>
      ) : (
        <span className="go">
          <Icon size={14} aria-hidden />
          <span>{title}</span>
        </span>
      )}
      {isRefused && status ? <p className="reason">{[status.code, status.reason].filter(Boolean).join(' ')}</p> : null}
    </li>
  );
}
