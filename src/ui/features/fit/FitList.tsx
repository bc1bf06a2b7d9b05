import { CircleAlert, CircleCheck, GitCompare, Lightbulb, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { FitProposal } from '../../../run/types.ts';
import { Button, WorkProgress } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { highlight } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { formatClock } from '../timeline/clock.ts';
import { FitDiff } from './FitDiff.tsx';
import { applyProposal, cancelFit, fitStore, searchFit, type Applied } from './fit-store.ts';
import './fit.css';

/** Changes that were tried and work, the smallest first; each can be looked at and applied. */
export function FitList({ namespace, name }: { namespace: string; name: string }): React.JSX.Element {
  const { t } = useTranslation();
  const { isSearching, proposals, isWhole, time } = useStore(fitStore);
  const startTime = useStore(simulation, (state) => state.startTime);
  const [shown, setShown] = useState<FitProposal>();
  return (
    <section className="fit" aria-label={t('fit.title')}>
      <h3>
        <Lightbulb size={14} aria-hidden /> {t('fit.title')}
      </h3>
      <p className="soft">{t('fit.lead')}</p>
      {isSearching ? <Progress /> : null}
      {proposals?.length === 0 && isWhole ? <p role="status">{t('fit.none')}</p> : null}
      {proposals && proposals.length > 0 ? (
        <ol>
          {proposals.map((proposal, index) => (
            <Item key={proposal.id} proposal={proposal} isFirst={index === 0} show={() => setShown(proposal)} />
          ))}
        </ol>
      ) : null}
      {isSearching ? null : (
        <div className="row">
          <Button onClick={() => void searchFit(namespace, name)}>{t('fit.again')}</Button>
          <span className="soft">
            {isWhole ? '' : `${t('fit.notWhole')} `}
            {t('fit.asOf', { time: formatClock(time - startTime) })}
          </span>
        </div>
      )}
      {shown ? <FitDiff proposal={shown} close={() => setShown(undefined)} /> : null}
    </section>
  );
}

function Progress(): React.JSX.Element {
  const { t } = useTranslation();
  const progress = useStore(fitStore, (state) => state.progress);
  const text = progress
    ? t('fit.progress', { done: Math.min(progress.done + 1, progress.total), total: progress.total })
    : t('fit.starting');
  return <WorkProgress text={text} progress={progress} cancelText={t('fit.cancel')} cancel={cancelFit} />;
}

function Item({
  proposal,
  isFirst,
  show,
}: {
  proposal: FitProposal;
  isFirst: boolean;
  show(): void;
}): React.JSX.Element {
  const { t } = useTranslation();
  const applied = useStore(fitStore, (state) => (state.applied?.id === proposal.id ? state.applied : undefined));
  const { kind, values, node, victims, command } = proposal;
  const point = (): void => highlight([`nodes|${node}`, ...victims.map((key) => `pods|${key}`)]);
  const said = { ...values, ...(values['node'] ? { node: shortNode(values['node']) } : {}) };
  return (
    <li onMouseEnter={point} onMouseLeave={() => highlight([])} onFocus={point} onBlur={() => highlight([])}>
      <p>
        <strong>{t(`fit.kind.${kind}`, said)}</strong> {t('fit.lands', { node: shortNode(node) })}
        {victims.length > 0 ? ` ${t('fit.victims', { count: victims.length, list: victims.join(', ') })}` : ''}
      </p>
      <div className="row">
        <Button
          {...(isFirst ? { kind: 'primary' as const } : {})}
          aria-label={`${t(command ? 'fit.run' : 'fit.apply')}: ${t(`fit.kind.${kind}`, said)}`}
          onClick={() => void applyProposal(proposal)}
        >
          {t(command ? 'fit.run' : 'fit.apply')}
        </Button>
        <Button kind="plain" aria-label={`${t('fit.show')}: ${t(`fit.kind.${kind}`, said)}`} onClick={show}>
          {command ? <SquareTerminal size={14} aria-hidden /> : <GitCompare size={14} aria-hidden />} {t('fit.show')}
        </Button>
      </div>
      {applied ? <Outcome applied={applied} /> : null}
    </li>
  );
}

function Outcome({ applied }: { applied: Applied }): React.JSX.Element {
  const { t } = useTranslation();
  const isRefused = applied.outcome === 'refused';
  return (
    <p className={isRefused ? 'outcome problem' : 'outcome good'} role="status">
      {isRefused ? <CircleAlert size={14} aria-hidden /> : <CircleCheck size={14} aria-hidden />}
      <span>
        {applied.outcome === 'edited'
          ? t('fit.done', { file: applied.file })
          : applied.outcome === 'ran'
            ? t('fit.ran', { line: applied.line })
            : t('fit.refused', { message: applied.message })}
      </span>
    </p>
  );
}
