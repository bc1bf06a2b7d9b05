import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Inspection } from '../../../run/types.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { select, showRight, view } from '../../state/view.ts';
import { formatClock } from '../timeline/clock.ts';
import './inspector.css';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Event {
  readonly metadata: { readonly uid: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
}

const REFRESH_MS = 400;

/** Anything that was selected: what it is, how it lives, and what was said about it. */
export function InspectorPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const selected = useStore(view, (state) => state.selected);
  const beat = useStore(simulation, (state) => `${state.epoch}/${Math.floor(state.seq / 20)}/${state.isPlaying}`);
  const startTime = useStore(simulation, (state) => state.startTime);
  const [found, setFound] = useState<Inspection>();
  useEffect(() => {
    if (!selected) return;
    const timer = setTimeout(
      () => void ask('inspect', { key: selected }).then(setFound),
      found?.key === selected ? REFRESH_MS : 0,
    );
    return () => clearTimeout(timer);
  }, [selected, beat, found?.key]);
  if (!selected) return <p className="empty">{t('inspector.empty')}</p>;
  if (found?.key !== selected) return <p className="empty">{t('inspector.loading')}</p>;
  const status = (found.object as { status?: { conditions?: readonly Condition[] } } | undefined)?.status;
  const conditions = status?.conditions ?? [];
  return (
    <div className="content" tabIndex={0}>
      <section>
        <h2 style={{ overflowWrap: 'anywhere' }}>
          {found.object ? `${found.object.kind} ${found.object.metadata.name}` : t(`component.${selected}`, selected)}
        </h2>
        <div className="row">
          <button type="button" className="button" onClick={() => showRight('why', { whySeq: undefined })}>
            {t('inspector.why')}
          </button>
          {found.decisions.length > 0 ? (
            <button
              type="button"
              className="button"
              onClick={() => showRight('decision', { attempt: found.decisions.at(-1)!.attempt })}
            >
              {t('tabs.decision')}
            </button>
          ) : null}
        </div>
      </section>
      {found.lives.map((life) => (
        <section key={life.instance}>
          <h2>{`${t('inspector.life')}: ${life.instance.split('/').at(-1)}`}</h2>
          <div className="chart">
            {life.chart.states
              .filter((state) => !life.chart.states.some((other) => other.parent === state.path))
              .map((state) => (
                <span
                  key={state.path}
                  className={state.path === life.state ? 'lit' : undefined}
                  title={state.description}
                  aria-current={state.path === life.state}
                >
                  {state.path}
                </span>
              ))}
          </div>
          <p className="soft" style={{ margin: '4px 0 0' }}>
            {life.chart.states.find((state) => state.path === life.state)?.description}{' '}
            {t('inspector.since', { time: formatClock(life.since - startTime) })}
          </p>
        </section>
      ))}
      {conditions.length > 0 ? (
        <section>
          <h2>{t('inspector.conditions')}</h2>
          <dl>
            {conditions.map((condition) => (
              <ConditionRow key={condition.type} condition={condition} />
            ))}
          </dl>
        </section>
      ) : null}
      <section>
        <h2>{t('inspector.events')}</h2>
        {found.events.length === 0 ? <span className="soft">{t('inspector.none')}</span> : null}
        <ul className="list">
          {(found.events as unknown as readonly Event[]).slice(-30).map((event) => (
            <li key={event.metadata.uid}>
              <strong className={event.type === 'Warning' ? 'problem' : undefined}>{event.reason}</strong>{' '}
              {event.message}
              {(event.count ?? 1) > 1 ? ` (x${event.count})` : ''}
            </li>
          ))}
        </ul>
      </section>
      {found.related.length > 0 ? (
        <section>
          <h2>{t('inspector.related')}</h2>
          <ul className="list">
            {found.related.slice(0, 40).map((item) => (
              <li key={`${item.relation}${item.key}`}>
                <button type="button" onClick={() => select(item.key)}>
                  {item.kind} {item.name}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {found.yaml ? (
        <section>
          <h2>{t('inspector.yaml')}</h2>
          <pre tabIndex={0}>{found.yaml}</pre>
        </section>
      ) : null}
    </div>
  );
}

function ConditionRow({ condition }: { condition: Condition }): React.JSX.Element {
  return (
    <>
      <dt>{condition.type}</dt>
      <dd>
        <strong className={condition.status === 'True' ? undefined : 'soft'}>{condition.status}</strong>{' '}
        {condition.reason} {condition.message ? <span className="soft">{condition.message}</span> : null}
      </dd>
    </>
  );
}
