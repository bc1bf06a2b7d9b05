import { ChevronDown, ChevronRight, FileCode2, Flag } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { simulation } from '../../state/simulation.ts';
import { highlight, reveal, view } from '../../state/view.ts';
import { componentName, keyOfRef, partsOfKey, say, type Sentence } from '../../view/names.ts';
import { isProblem, tell } from '../../view/narrate.ts';
import { foldCauses, partOf, type CauseStep } from '../../view/story.ts';
import { goTo, pointsAt } from '../events/EventsDrawer.tsx';
import { PartIcon } from '../events/PartIcon.tsx';
import { WhatWouldFit } from '../fit/WhatWouldFit.tsx';
import { formatClock, formatSpan } from '../timeline/clock.ts';
import { lookUpCauses, whyStore } from './why-store.ts';
import './why.css';

/** The chain of causes behind an event, or the newest event of an object: from the command to the effect. */
export function WhyPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const selected = useStore(view, (state) => state.selected);
  const whySeq = useStore(view, (state) => state.whySeq);
  const { chain, target } = useStore(whyStore);
  const wanted = whySeq ?? selected;
  useEffect(() => {
    if (wanted !== undefined) void lookUpCauses(wanted);
  }, [wanted]);
  useEffect(() => () => highlight([]), []);
  if (wanted === undefined) return <p className="empty">{t('why.empty')}</p>;
  if (target !== wanted) return <p className="empty">{t('inspector.loading')}</p>;
  if (chain.length === 0) return <p className="empty">{t('why.nothing')}</p>;
  return <Chain chain={chain} about={whySeq === undefined ? selected : undefined} />;
}

function Chain({ chain, about }: { chain: readonly TraceEvent[]; about: string | undefined }): React.JSX.Element {
  const { t } = useTranslation();
  const steps = useMemo(() => foldCauses(chain), [chain]);
  const [first, last] = [chain[0]!, chain.at(-1)!];
  return (
    <div className="content why" tabIndex={0}>
      <header>
        <p className="soft">
          {about
            ? t('why.selected', { what: partsOfKey(about)?.name ?? say(t, componentName(about)) })
            : t('why.title')}
        </p>
        <h2>{tell(t, (steps.at(-1) ?? { event: last }).event)}</h2>
        <p className="soft">{t('why.count', { count: steps.length, time: formatSpan(last.time - first.time) })}</p>
      </header>
      <ol className="causes">
        {steps.map((step, index) => (
          <Step
            key={step.event.seq}
            step={step}
            before={steps[index - 1]?.event}
            isEffect={index === steps.length - 1}
            pin={last.seq}
          />
        ))}
      </ol>
      <WhatWouldFit key={podOf(last, about)} pod={podOf(last, about)} />
      <p className="soft root">
        <Flag size={14} aria-hidden /> {say(t, rootOf(first))}
      </p>
    </div>
  );
}

/** The pod that a chain is about, if it is about one. */
function podOf({ object }: TraceEvent, about: string | undefined): string | undefined {
  const key = about ?? (object ? keyOfRef(object) : undefined);
  return key?.startsWith('pods|') ? key : undefined;
}

/** What the oldest link of a chain is: a chain ends at a command, or it says at what else. */
export function rootOf(first: TraceEvent): Sentence {
  if (first.type === 'command') return { key: 'why.root.command' };
  if (first.cause > 0) return { key: 'why.root.forgotten' };
  if (first.component === 'azure') return { key: 'why.root.azure' };
  if (first.component === 'kube-apiserver' || first.type === 'api.request') return { key: 'why.root.boot' };
  return { key: 'why.root.timer', values: { who: componentName(first.component) } };
}

function Step({
  step,
  before,
  isEffect,
  pin,
}: {
  step: CauseStep;
  before: TraceEvent | undefined;
  isEffect: boolean;
  pin: number;
}): React.JSX.Element {
  const { t } = useTranslation();
  const { event, legs } = step;
  const [isOpen, setOpen] = useState(false);
  const startTime = useStore(simulation, (state) => state.startTime);
  const isCurrent = useStore(simulation, ({ seq }) => seq === event.seq);
  const go = (to: TraceEvent): void => {
    // The chain is held on to while the playhead leaves its end.
    view.setState({ whySeq: pin });
    highlight(pointsAt(to));
    void goTo(to.seq);
  };
  return (
    <li
      aria-current={isCurrent ? 'step' : undefined}
      className={`${isProblem(event) ? 'bad' : ''}${isEffect ? ' effect' : ''}`}
    >
      <span className="dot">
        <PartIcon part={partOf(event)} />
      </span>
      <div>
        <button
          type="button"
          className="cause"
          title={t('events.seek')}
          onClick={() => go(event)}
          onMouseEnter={() => highlight(pointsAt(event))}
          onMouseLeave={() => highlight([])}
        >
          <span className="when mono">
            {before ? `+${formatSpan(event.time - before.time)}` : formatClock(event.time - startTime)}
          </span>
          <span className="sentence">{tell(t, event)}</span>
        </button>
        {event.type === 'document' ? (
          <button type="button" className="link" onClick={() => reveal(event.data.source)}>
            <FileCode2 size={14} aria-hidden />
            {t('why.lines')}
          </button>
        ) : null}
        {legs.length > 0 ? (
          <button type="button" className="link soft" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
            {isOpen ? t('why.hideLegs') : t('why.legs', { count: legs.length })}
          </button>
        ) : null}
        {isOpen ? (
          <ol className="legs">
            {event.type === 'api.request' ? <li className="mono">{event.data.line}</li> : null}
            {legs.map((leg) => (
              <li key={leg.seq}>
                <button type="button" className="cause" onClick={() => go(leg)}>
                  <span className="when mono">{`+${formatSpan(leg.time - event.time)}`}</span>
                  <span className="sentence">{tell(t, leg)}</span>
                </button>
              </li>
            ))}
          </ol>
        ) : null}
      </div>
    </li>
  );
}
