import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../../../sim/api/object.ts';
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';
import { useBeat } from '../../state/beat.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { partsOfKey } from '../../view/names.ts';
import { AttemptList } from './AttemptList.tsx';
import { Attempt } from './Attempt.tsx';
import './decision.css';

const NONE: readonly DecisionSummary[] = [];

/** Attempts of the scheduler: of the selected pod, or of all pods; one of them stepped through to the last digit. */
export function DecisionPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const selected = useStore(view, (state) => state.selected);
  const attempt = useStore(view, (state) => state.attempt);
  const pod = selected ? partsOfKey(selected) : undefined;
  const isPod = pod?.resource === 'pods';
  const gates = useStore(simulation, ({ objects }) => {
    const object = selected === undefined ? undefined : (objects.get(selected) as Stored<Pod> | undefined);
    return object?.kind === 'Pod' ? object.spec?.schedulingGates?.map(({ name }) => name).join(', ') : undefined;
  });
  const attempts = useAttempts();
  const own = isPod ? attempts.filter((item) => item.namespace === pod.namespace && item.pod === pod.name) : NONE;
  const wanted = attempt ?? own.at(-1)?.attempt;
  const { record, isMissing } = useRecord(wanted, attempts.length > 0);
  const panel = useKeptFocus(record?.attempt);
  if (wanted === undefined) {
    return (
      <div ref={panel} className="content decision" tabIndex={0}>
        {gates ? (
          <p className="empty">{t('decision.gated', { pod: pod?.name, list: gates })}</p>
        ) : isPod && attempts.length > 0 ? (
          <p className="empty">{t('decision.notTried', { pod: pod.name })}</p>
        ) : null}
        <AttemptList attempts={attempts} />
      </div>
    );
  }
  const siblings = record ? attempts.filter(({ uid }) => uid === record.uid) : NONE;
  return (
    <div ref={panel} className="content decision" tabIndex={0}>
      {record ? <Attempt key={record.attempt} record={record} siblings={siblings} /> : null}
      {isMissing ? (
        <>
          <p className="empty">{t('decision.gone')}</p>
          <AttemptList attempts={attempts} />
        </>
      ) : null}
    </div>
  );
}

/** What had the focus goes when another attempt is shown: the panel takes it, so that the keyboard stays here. */
function useKeptFocus(attempt: number | undefined): React.RefObject<HTMLDivElement | null> {
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt !== undefined && document.activeElement === document.body) panel.current?.focus();
  }, [attempt]);
  return panel;
}

function useAttempts(): readonly DecisionSummary[] {
  const beat = useBeat();
  const [attempts, setAttempts] = useState<readonly DecisionSummary[]>(NONE);
  useEffect(() => {
    let isCurrent = true;
    void ask('decisions', {}).then((found) => {
      if (isCurrent && found) setAttempts((before) => (isSame(before, found) ? before : found));
    });
    return () => {
      isCurrent = false;
    };
  }, [beat]);
  return attempts;
}

const isSame = (before: readonly DecisionSummary[], after: readonly DecisionSummary[]): boolean =>
  before.length === after.length && before.at(-1)?.seq === after.at(-1)?.seq && before[0]?.seq === after[0]?.seq;

interface Asked {
  readonly record: DecisionRecord | undefined;
  /** It was asked for, and is not kept any more. */
  readonly isMissing: boolean;
}

function useRecord(attempt: number | undefined, isKnown: boolean): Asked {
  const epoch = useStore(simulation, (state) => state.epoch);
  const [record, setRecord] = useState<DecisionRecord>();
  const [missing, setMissing] = useState<number>();
  useEffect(() => {
    if (attempt === undefined || !isKnown) return;
    let isCurrent = true;
    void ask('decision', { attempt }).then((found) => {
      // After rewinding past it the attempt is still worth reading: it will come out the same.
      if (!isCurrent) return;
      setRecord((before) => found ?? (before?.attempt === attempt ? before : undefined));
      setMissing(found ? undefined : attempt);
    });
    return () => {
      isCurrent = false;
    };
  }, [attempt, epoch, isKnown]);
  const current = record?.attempt === attempt ? record : undefined;
  return { record: current, isMissing: !current && missing !== undefined && missing === attempt };
}
