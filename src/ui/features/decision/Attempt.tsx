import {
  ArrowLeft,
  ChevronLeft,
  ChevronRight,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  Expand,
  SlidersHorizontal,
} from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';
import { Button, IconButton, Modal } from '../../design/index.ts';
import { openDialog } from '../../state/dialogs.ts';
import { simulation } from '../../state/simulation.ts';
import { askWhy, highlight, inspect, view, type ViewState } from '../../state/view.ts';
import { shortNode, say } from '../../view/names.ts';
import { becauseOf } from '../../view/narrate.ts';
import { goTo } from '../events/EventsDrawer.tsx';
import { WhatWouldFit } from '../fit/WhatWouldFit.tsx';
import { formatClock } from '../timeline/clock.ts';
import { Arithmetic } from './Arithmetic.tsx';
import { Comparison } from './Comparison.tsx';
import { stepsOf, type NodeFilter, type Step, type TableOrder } from './decision-model.ts';
import { Matrix } from './Matrix.tsx';
import { NodeTable } from './NodeTable.tsx';
import { Preemption } from './Preemption.tsx';
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
  useHeat(record, step);
  return (
    <>
      <Header record={record} siblings={siblings} />
      <WhatWouldFit key={record.uid} pod={`pods|${record.namespace}/${record.pod}`} />
      <Stepper steps={steps} at={at} go={setAt} />
      <About step={step} record={record} />
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
      {shown ? <Arithmetic record={record} node={shown} step={step} /> : null}
      <Comparison record={record} siblings={siblings} />
      {isWide ? (
        <Modal isWide title={t('decision.wideTitle', { pod: record.pod })} close={() => setWide(false)}>
          <div className="decision whole">
            <Stepper steps={steps} at={at} go={setAt} />
            <Matrix record={record} step={step} picked={shown} pick={pick} />
            {shown ? <Arithmetic record={record} node={shown} step={step} /> : null}
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
  const counts = new Map<string, number>();
  for (const { rejected } of record.nodes)
    if (rejected) counts.set(rejected.plugin, (counts.get(rejected.plugin) ?? 0) + 1);
  const [most] = [...counts].sort((left, right) => right[1] - left[1])[0] ?? [record.preFilter?.plugin];
  const found = steps.findIndex(({ plugin, point }) => plugin === most && (point === 'Filter' || record.preFilter));
  return found < 0 ? last : found;
}

/** Who has to go, and for which node. */
function marksOf({ postFilter }: DecisionRecord): ViewState['marks'] {
  if (!postFilter?.nominatedNode) return undefined;
  return { nominated: postFilter.nominatedNode, victims: (postFilter.victims ?? []).map((key) => `pods|${key}`) };
}

/** Hands the numbers of the step to the stage, which tints its nodes by them. */
function useHeat(record: DecisionRecord, step: Step): void {
  useEffect(() => {
    const scores: Record<string, number> = {};
    const highest = Math.max(1, ...record.nodes.map(({ total }) => total ?? 0));
    for (const { node, scores: own, total } of record.nodes) {
      if ((step.point === 'Score' || step.point === 'NormalizeScore') && own?.[step.plugin!])
        scores[node] = own[step.plugin!]!.normalized;
      else if (step.point === 'Total' && total !== undefined) scores[node] = Math.round((total * 100) / highest);
    }
    const rejected = record.nodes.flatMap(({ node, rejected: by }) => (by ? [node] : []));
    view.setState({ heat: { title: step.plugin ?? step.point, scores, rejected }, marks: marksOf(record) });
    return () => view.setState({ heat: undefined, marks: undefined });
  }, [record, step]);
  useEffect(() => () => highlight([]), []);
}

function Header({
  record,
  siblings,
}: {
  record: DecisionRecord;
  siblings: readonly DecisionSummary[];
}): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const index = siblings.findIndex(({ attempt }) => attempt === record.attempt);
  const isScheduled = record.outcome === 'scheduled';
  const show = (to: DecisionSummary | undefined): void => {
    if (to) view.setState({ attempt: to.attempt });
  };
  return (
    <header className="attempt-head">
      <button type="button" className="link" onClick={() => view.setState({ attempt: undefined, selected: undefined })}>
        <ArrowLeft size={14} aria-hidden /> {t('decision.backToAll')}
      </button>
      <h2>{record.pod}</h2>
      <div className="row">
        <span className={`outcome ${isScheduled ? 'good' : 'problem'}`}>
          {isScheduled ? <CircleCheck size={16} aria-hidden /> : <CircleX size={16} aria-hidden />}
          {t(`decision.outcome.${record.outcome}`)}
          {record.node ? ` → ${shortNode(record.node)}` : ''}
        </span>
        <span className="spring" />
        <IconButton
          label={t('decision.earlier')}
          icon={<ChevronLeft size={14} aria-hidden />}
          disabled={index <= 0}
          onClick={() => show(siblings[index - 1])}
        />
        <span>
          {t('decision.attemptOf', {
            index: record.attemptOfPod,
            count: Math.max(siblings.length, record.attemptOfPod),
          })}
        </span>
        <IconButton
          label={t('decision.later')}
          icon={<ChevronRight size={14} aria-hidden />}
          disabled={index < 0 || index >= siblings.length - 1}
          onClick={() => show(siblings[index + 1])}
        />
      </div>
      <p className="message">{record.message}</p>
      <p className="soft facts">
        {t('decision.because', { because: say(t, becauseOf(record.because)) })}
        {' · '}
        {t('decision.looked', { evaluated: record.evaluatedCount, count: record.nodeCount })}
        {record.evaluatedCount + record.excluded.count < record.nodeCount
          ? ` ${t('decision.notLooked', { index: record.startIndex })}`
          : ''}
        {record.excluded.count > 0
          ? ` · ${t('decision.excluded', { count: record.excluded.count, list: record.excluded.by.join(', ') })}`
          : ''}
        {record.nominatedNode ? ` · ${t('decision.nominated', { node: shortNode(record.nominatedNode) })}` : ''}
        {` · ${t('decision.profile', { name: record.profile })}`}
      </p>
      <div className="row">
        <Button onClick={() => void goTo(record.seq)}>
          <Clock size={14} aria-hidden />
          <span className="mono">{formatClock(record.time - startTime)}</span>
          <span className="visually-hidden">{t('events.seek')}</span>
        </Button>
        <Button onClick={() => askWhy(record.seq)}>
          <CircleHelp size={14} aria-hidden /> {t('inspector.why')}
        </Button>
        <span className="spring" />
        <IconButton
          label={t('scheduler.open')}
          icon={<SlidersHorizontal size={14} aria-hidden />}
          onClick={() => openDialog('scheduler')}
        />
      </div>
    </header>
  );
}

/** What the step is for, in a sentence, and what is particular about it here. */
function About({ step, record }: { step: Step; record: DecisionRecord }): React.JSX.Element {
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
      {step.point === 'PostFilter' && !postFilter?.nominatedNode ? (
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
