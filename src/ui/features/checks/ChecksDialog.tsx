import { CircleAlert, CircleCheck, Clock3 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Audit } from '../../../run/types.ts';
import type { CheckName, Violation } from '../../../sim/checks/index.ts';
import { Modal, WorkProgress } from '../../design/index.ts';
import { closeDialog } from '../../state/dialogs.ts';
import { ask, onProgress } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { select } from '../../state/view.ts';
import { formatClock } from '../timeline/clock.ts';
import './checks.css';

/** Subjects of one check that are shown at most. */
const SHOWN = 5;

/** What must hold in every run, checked over this one from its start to the playhead. */
export function ChecksDialog(): React.JSX.Element {
  const { t } = useTranslation();
  const [audit, setAudit] = useState<{ readonly found: Audit; readonly isWhole: boolean }>();
  const [progress, setProgress] = useState<{ readonly done: number; readonly total: number }>();
  const startTime = useStore(simulation, (state) => state.startTime);
  useEffect(() => {
    let isOpen = true;
    const forget = onProgress((of, done, total) => {
      if (of === 'study' && isOpen) setProgress({ done, total });
    });
    void ask('audit', {}).then((answer) => {
      if (isOpen && answer) setAudit(answer);
    });
    return () => {
      isOpen = false;
      forget();
      void ask('cancelStudy', {});
    };
  }, []);
  return (
    <Modal isWide title={t('checks.title')} close={closeDialog}>
      <div className="checks">
        <p>{t('checks.lead')}</p>
        {audit ? (
          <>
            <Verdict audit={audit.found} isWhole={audit.isWhole} startTime={startTime} />
            <List
              title={t('checks.always')}
              names={audit.found.always}
              violations={audit.found.broken}
              isPending={false}
            />
            <List title={t('checks.atRest')} names={audit.found.atRest} violations={audit.found.pending} isPending />
          </>
        ) : (
          <WorkProgress
            text={t('checks.running', { percent: percentOf(progress) })}
            progress={progress}
            cancelText={t('checks.stop')}
            cancel={() => void ask('cancelStudy', {})}
          />
        )}
      </div>
    </Modal>
  );
}

const percentOf = (progress: { readonly done: number; readonly total: number } | undefined): number =>
  progress ? Math.floor((100 * progress.done) / Math.max(1, progress.total)) : 0;

function Verdict({
  audit,
  isWhole,
  startTime,
}: {
  audit: Audit;
  isWhole: boolean;
  startTime: number;
}): React.JSX.Element {
  const { t } = useTranslation();
  const values = { count: audit.steps, time: formatClock(Math.max(0, audit.time - startTime)) };
  const isBroken = audit.broken.length > 0;
  return (
    <p role="status" className={isBroken ? 'verdict bad' : 'verdict good'}>
      {isBroken ? <CircleAlert size={16} aria-hidden /> : <CircleCheck size={16} aria-hidden />}
      <span>
        {t(isBroken ? 'checks.broken' : 'checks.held', values)} {isWhole ? null : t('checks.notWhole')}
      </span>
    </p>
  );
}

function List({
  title,
  names,
  violations,
  isPending,
}: {
  title: string;
  names: readonly CheckName[];
  violations: readonly Violation[];
  isPending: boolean;
}): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <section>
      <h3>{title}</h3>
      <ul>
        {names.map((name) => {
          const found = violations.filter(({ check }) => check === name);
          return (
            <li key={name} className={found.length === 0 ? 'good' : isPending ? 'pending' : 'bad'}>
              <Mark isGood={found.length === 0} isPending={isPending} />
              <div>
                {t(`checks.name.${name}`)}
                {found.slice(0, SHOWN).map(({ subject, message }) => (
                  <Finding key={`${subject} ${message}`} subject={subject} message={message} />
                ))}
                {found.length > SHOWN ? (
                  <p className="soft">{t('checks.more', { count: found.length - SHOWN })}</p>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Mark({ isGood, isPending }: { isGood: boolean; isPending: boolean }): React.JSX.Element {
  const { t } = useTranslation();
  const Icon = isGood ? CircleCheck : isPending ? Clock3 : CircleAlert;
  return <Icon size={14} aria-label={t(isGood ? 'checks.holds' : isPending ? 'checks.notYet' : 'checks.fails')} />;
}

function Finding({ subject, message }: { subject: string; message: string }): React.JSX.Element {
  return (
    <p>
      <button
        type="button"
        className="mono"
        onClick={() => {
          closeDialog();
          select(subject);
        }}
      >
        {subject}
      </button>{' '}
      {message}
    </p>
  );
}
