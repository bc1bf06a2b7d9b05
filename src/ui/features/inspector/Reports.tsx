import { Check, CircleHelp, Minus, TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Stored } from '../../../sim/api/object.ts';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { IconButton } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { askWhy } from '../../state/view.ts';
import { say } from '../../view/names.ts';
import { isProblem, narrateMany } from '../../view/narrate.ts';
import { storyLines } from '../../view/story.ts';
import { goTo } from '../events/EventsDrawer.tsx';
import { formatClock } from '../timeline/clock.ts';
import { ageText } from './facts.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** Conditions for which True is the bad news. */
const BAD_WHEN_TRUE = /Pressure|Unavailable|Failure|Failed|DisruptionTarget/;

export function Conditions({ object }: { object: Stored }): React.JSX.Element | null {
  const { t } = useTranslation();
  const now = useStore(simulation, ({ epochMs, time }) => epochMs + time);
  const { status } = object as Stored & { status?: { conditions?: readonly Condition[] } };
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return null;
  return (
    <section>
      <h3>{t('inspector.conditions')}</h3>
      <div className="scroll" tabIndex={0} role="region" aria-label={t('inspector.conditions')}>
        <table className="report">
          <thead>
            <tr>
              <th scope="col">Type</th>
              <th scope="col">Status</th>
              <th scope="col">{t('inspector.reason')}</th>
              <th scope="col">{t('inspector.changed')}</th>
            </tr>
          </thead>
          <tbody>
            {conditions.map(({ type, status: value, reason, message, lastTransitionTime }) => {
              const isGood = BAD_WHEN_TRUE.test(type) ? value === 'False' : value === 'True';
              return (
                <tr key={type}>
                  <th scope="row">{type}</th>
                  <td>
                    <span className={`status ${isGood ? 'good' : value === 'Unknown' ? 'soft' : 'problem'}`}>
                      {isGood ? (
                        <Check size={13} aria-hidden />
                      ) : value === 'Unknown' ? (
                        <Minus size={13} aria-hidden />
                      ) : (
                        <X size={13} aria-hidden />
                      )}
                      {value}
                    </span>
                  </td>
                  <td className="text">
                    {reason}
                    {message ? <span className="soft message">{message}</span> : null}
                  </td>
                  <td>{lastTransitionTime ? ageText(now - Date.parse(lastTransitionTime)) : ''}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface KubeEvent {
  readonly metadata: { readonly uid: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly source?: { readonly component?: string };
  /** Events of the newer API, as the scheduler writes them, have these instead. */
  readonly eventTime?: string | null;
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
  readonly reportingComponent?: string;
}

/** As `kubectl describe` lists them: Type, Reason, Age (with how often, over which time), From, Message. */
export function KubeEvents({ events }: { events: readonly Stored[] }): React.JSX.Element {
  const { t } = useTranslation();
  const now = useStore(simulation, ({ epochMs, time }) => epochMs + time);
  const age = ({ firstTimestamp, lastTimestamp, eventTime, series, ...event }: KubeEvent): string => {
    const first = firstTimestamp ?? eventTime ?? '';
    const count = series?.count ?? event.count ?? 1;
    const last = ageText(now - Date.parse(series?.lastObservedTime ?? lastTimestamp ?? first));
    return count > 1 ? `${last} (x${count} over ${ageText(now - Date.parse(first))})` : last;
  };
  return (
    <section>
      <h3>{t('inspector.events')}</h3>
      {events.length === 0 ? <p className="soft">{t('inspector.none')}</p> : null}
      {events.length > 0 ? (
        <div className="scroll" tabIndex={0} role="region" aria-label={t('inspector.events')}>
          <table className="report">
            <thead>
              <tr>
                <th scope="col">Reason</th>
                <th scope="col">Age</th>
                <th scope="col">From, Message</th>
              </tr>
            </thead>
            <tbody>
              {(events as unknown as readonly KubeEvent[]).slice(-40).map((event) => (
                <tr key={event.metadata.uid}>
                  <th scope="row">
                    <span className={event.type === 'Warning' ? 'status problem' : 'status'}>
                      {event.type === 'Warning' ? <TriangleAlert size={13} aria-label="Warning" /> : null}
                      {event.reason}
                    </span>
                  </th>
                  <td>{age(event)}</td>
                  <td className="text">
                    <span className="soft message">{event.source?.component || event.reportingComponent}</span>
                    {event.message}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </section>
  );
}

const RECENT = 12;

/** What the trace has about it, newest first; each can be gone to and asked why. */
export function Recent({ trace }: { trace: readonly TraceEvent[] }): React.JSX.Element | null {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const lines = storyLines(trace, ({ type }) => type !== 'transition' && type !== 'event')
    .slice(-RECENT)
    .reverse();
  if (lines.length === 0) return null;
  return (
    <section>
      <h3>{t('inspector.recent')}</h3>
      <ol className="moves">
        {lines.map(({ event, count }) => (
          <li key={event.seq}>
            <button type="button" title={t('events.seek')} onClick={() => void goTo(event.seq)}>
              <span className="mono soft">{formatClock(event.time - startTime)}</span>
              <span className={isProblem(event) ? 'problem' : undefined}>{say(t, narrateMany(event, count))}</span>
            </button>
            <IconButton
              label={t('events.why')}
              icon={<CircleHelp size={14} aria-hidden />}
              onClick={() => askWhy(event.seq)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
