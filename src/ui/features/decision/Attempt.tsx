import { Expand } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';
import { Button, Modal } from '../../design/index.ts';
import { highlight, inspect, view } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { WhatWouldFit } from '../fit/WhatWouldFit.tsx';
import { AboutStep } from './AboutStep.tsx';
import { Arithmetic } from './Arithmetic.tsx';
import { AttemptHead } from './AttemptHead.tsx';
import { Comparison } from './Comparison.tsx';
import { hasNumbers, isAboutNodes, stepsOf, type NodeFilter, type Step, type TableOrder } from './decision-model.ts';
import { Matrix } from './Matrix.tsx';
import { NodeTable } from './NodeTable.tsx';
import { heatOf, marksOf } from './stage-marks.ts';
import { Stepper } from './Stepper.tsx';

/** One attempt: what it came to, and every step that led there. */
export function Attempt({
  record,
  siblings,
}: {
  record: DecisionRecord;
  siblings: readonly DecisionSummary[];
}): React.JSX.Element {
  const { t } = useTranslation();
  const steps = useMemo(() => stepsOf(record), [record]);
  const [at, setAt] = useState(() => firstOfInterest(record, steps));
  const [node, setNode] = useState<string>();
  const [order, setOrder] = useState<TableOrder>({ by: 'value', isReversed: false });
  const [filter, setFilter] = useState<NodeFilter>('all');
  const [text, setText] = useState('');
  const [isWide, setWide] = useState(false);
  const step = steps[at]!;
  const shown = node ?? record.node ?? record.nodes[0]?.node;
  const pick = (picked: string, pickedStep?: Step): void => {
    setNode(picked);
    if (pickedStep)
      setAt(
        Math.max(
          0,
          steps.findIndex((item) => isSameStep(item, pickedStep)),
        ),
      );
    highlight([`nodes|${picked}`]);
  };
  useStage(record, step);
  return (
    <>
      <AttemptHead record={record} siblings={siblings} />
      <WhatWouldFit key={record.uid} pod={`pods|${record.namespace}/${record.pod}`} />
      <Stepper steps={steps} at={at} go={setAt} />
      <AboutStep step={step} record={record} />
      {isAboutNodes(step) && record.nodes.length > 0 ? (
        <NodeTable
          record={record}
          step={step}
          picked={shown}
          pick={pick}
          order={order}
          setOrder={setOrder}
          filter={filter}
          setFilter={setFilter}
          text={text}
          setText={setText}
        />
      ) : null}
      <div className="row">
        <Button onClick={() => setWide(true)}>
          <Expand size={14} aria-hidden /> {t('decision.expand')}
        </Button>
        {shown ? (
          <Button kind="plain" onClick={() => inspect(`nodes|${shown}`)}>
            {t('decision.openNode', { node: shortNode(shown) })}
          </Button>
        ) : null}
      </div>
      {shown && hasNumbers(step) ? <Arithmetic record={record} node={shown} step={step} /> : null}
      <Comparison record={record} siblings={siblings} />
      {isWide ? (
        <Modal isWide title={t('decision.wideTitle', { pod: record.pod })} close={() => setWide(false)}>
          <div className="decision whole">
            <Stepper steps={steps} at={at} go={setAt} />
            <Matrix record={record} step={step} picked={shown} pick={pick} />
            {shown && hasNumbers(step) ? <Arithmetic record={record} node={shown} step={step} /> : null}
          </div>
        </Modal>
      ) : null}
    </>
  );
}

const isSameStep = (left: Step, right: Step): boolean => left.point === right.point && left.plugin === right.plugin;

/** Opens at what a person came for: the plugin that turned most nodes down, or the sum that decided. */
function firstOfInterest(record: DecisionRecord, steps: readonly Step[]): number {
  const last = steps.length - 1;
  if (record.node) {
    const total = steps.findIndex(({ point }) => point === 'Total');
    return total < 0 ? steps.findIndex(({ point }) => point === 'Pick') : total;
  }
  // What a pod that preempts is about stands at the last step.
  if (record.postFilter?.nominatedNode) return last;
  const counts = new Map<string, number>();
  for (const { rejected } of record.nodes)
    if (rejected) counts.set(rejected.plugin, (counts.get(rejected.plugin) ?? 0) + 1);
  const [most] = [...counts].sort((left, right) => right[1] - left[1])[0] ?? [record.preFilter?.plugin];
  const found = steps.findIndex(({ plugin, point }) => plugin === most && (point === 'Filter' || record.preFilter));
  return found < 0 ? last : found;
}

/** Hands the step to the stage, which tints and marks its nodes by it. */
function useStage(record: DecisionRecord, step: Step): void {
  useEffect(() => {
    view.setState({ heat: heatOf(record, step), marks: marksOf(record) });
    return () => view.setState({ heat: undefined, marks: undefined });
  }, [record, step]);
  useEffect(() => () => highlight([]), []);
}
