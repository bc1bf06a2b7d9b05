import { useTranslation } from 'react-i18next';
import type { DecisionRecord } from '../../../run/types.ts';
import { shortNode } from '../../view/names.ts';
import type { Step } from './decision-model.ts';
import { Preemption } from './Preemption.tsx';

/** What the step is for, in a sentence, and what is particular about it here. */
export function AboutStep({ step, record }: { step: Step; record: DecisionRecord }): React.JSX.Element {
  const { t } = useTranslation();
  const { postFilter, preFilter, tied } = record;
  return (
    <div className="about">
      <p>
        <strong>{t(`decision.point.${step.point}`)}</strong> {t(`decision.pointFor.${step.point}`)}
      </p>
      {step.plugin ? (
        <p>
          <strong>{step.plugin}</strong>{' '}
          {t(`decision.plugin.${step.plugin}`, { defaultValue: t('decision.pluginUnknown') })}
          {step.isSkipped ? ` ${t('decision.skipped')}` : ''}
        </p>
      ) : null}
      {step.point === 'PreFilter' && preFilter?.plugin === step.plugin ? (
        <p className="problem">{preFilter?.reasons.join(', ')}</p>
      ) : null}
      {step.point === 'PostFilter' && step.plugin !== 'DynamicResources' && !postFilter?.nominatedNode ? (
        <p>{postFilter?.message || t('decision.noPreemption')}</p>
      ) : null}
      {step.point === 'PostFilter' && step.plugin === 'DefaultPreemption' ? <Preemption record={record} /> : null}
      {step.point === 'Pick' ? (
        <p>
          {tied.length > 1
            ? t('decision.tied', { count: tied.length, list: tied.map(shortNode).join(', ') })
            : record.nodes.some(({ total }) => total !== undefined)
              ? t('decision.highest')
              : t('decision.notScored')}
        </p>
      ) : null}
    </div>
  );
}
