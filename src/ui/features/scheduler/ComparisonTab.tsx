import { Scale } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, EmptyState, Select, WorkProgress } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { formatClock } from '../timeline/clock.ts';
import { MovedPods } from './MovedPods.tsx';
import { NodeBars } from './NodeBars.tsx';
import { PRESETS } from './presets.ts';
import { compareChoices, scheduler, stopComparing, type Choice, type Compared } from './scheduler-store.ts';
import { Summary } from './Summary.tsx';

/** Two configurations on the same pods, side by side. */
export function ComparisonTab(): React.JSX.Element {
  const { t } = useTranslation();
  const { left, right, isComparing, progress, compared } = useStore(scheduler);
  return (
    <div className="compare">
      <p className="soft">{t('scheduler.compareLead')}</p>
      <div className="row">
        <Side label={t('scheduler.left')} value={left} set={(choice) => scheduler.setState({ left: choice })} />
        <Side label={t('scheduler.right')} value={right} set={(choice) => scheduler.setState({ right: choice })} />
        <Button kind="primary" disabled={isComparing} onClick={() => void compareChoices(t)}>
          <Scale size={14} aria-hidden /> {t('scheduler.compare')}
        </Button>
      </div>
      {isComparing ? (
        <WorkProgress
          text={t('scheduler.comparing', { done: progress?.done ?? 0, total: progress?.total ?? 0 })}
          progress={progress}
          cancelText={t('fit.cancel')}
          cancel={stopComparing}
        />
      ) : null}
      {compared ? (
        <Result compared={compared} />
      ) : isComparing ? null : (
        <EmptyState icon={<Scale size={20} aria-hidden />}>{t('scheduler.notCompared')}</EmptyState>
      )}
    </div>
  );
}

function Side({ label, value, set }: { label: string; value: Choice; set(choice: Choice): void }): React.JSX.Element {
  const { t } = useTranslation();
  const hasDraft = useStore(scheduler, (state) => state.draft !== undefined);
  const choices: readonly Choice[] = ['force', ...(hasDraft ? (['draft'] as const) : []), ...PRESETS];
  return (
    <Select
      label={label}
      prefix={label}
      value={value}
      options={choices.map((choice) => ({ value: choice, label: t(nameKey(choice)) }))}
      onChange={set}
    />
  );
}

export const nameKey = (choice: Choice): string =>
  choice === 'force' ? 'scheduler.inForce' : choice === 'draft' ? 'scheduler.draft' : `scheduler.preset.${choice}.name`;

function Result({ compared }: { compared: Compared }): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const { comparison, isWhole, time } = compared;
  const count = Object.keys(comparison.left.pods).length;
  const names = [t(nameKey(compared.left)), t(nameKey(compared.right))] as const;
  if (count === 0) return <EmptyState>{t('scheduler.noPods')}</EmptyState>;
  return (
    <>
      <p className="soft" role="status">
        {t('scheduler.placed', { count, time: formatClock(time - startTime) })}
        {isWhole ? '' : ` ${t('scheduler.notWhole')}`}
      </p>
      <Summary comparison={comparison} names={names} />
      <NodeBars comparison={comparison} names={names} />
      <MovedPods comparison={comparison} names={names} />
    </>
  );
}
