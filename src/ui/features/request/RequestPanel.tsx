import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { ask, command } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { showRight } from '../../state/view.ts';
import { narrate } from '../../view/narrate.ts';
import { formatClock } from '../timeline/clock.ts';

const REQUESTS_SHOWN = 8;

function requestOf(event: TraceEvent): number | undefined {
  switch (event.type) {
    case 'dns.query':
    case 'proxy.choose':
    case 'traffic.hop':
    case 'traffic.done':
      return event.data.request;
    default:
      return undefined;
  }
}

/** A request of one's own: each lookup, the rule that was chosen, each hop, and the answer or the exact failure. */
export function RequestPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const { objects, events, startTime } = useStore(simulation);
  const [pod, setPod] = useState('');
  const [url, setUrl] = useState('http://web');
  const pods = useMemo(
    () =>
      [...objects.keys()]
        .filter((key) => key.startsWith('pods|') && !key.startsWith('pods|kube-system/'))
        .map((key) => key.slice('pods|'.length))
        .sort(),
    [objects],
  );
  const source = pods.includes(pod) ? pod : pods[0];
  const requests = useMemo(() => {
    const found = new Map<number, TraceEvent[]>();
    for (const event of events) {
      const id = requestOf(event);
      if (id !== undefined) found.set(id, [...(found.get(id) ?? []), event]);
    }
    return [...found].slice(-REQUESTS_SHOWN).reverse();
  }, [events]);
  const send = async (count: number): Promise<void> => {
    const [namespace = '', name = ''] = source!.split('/');
    await command({ verb: 'traffic', namespace, pod: name, url, count, intervalMs: 1000 });
    await ask('play', {});
  };
  return (
    <div className="content" tabIndex={0}>
      <h2>{t('request.title')}</h2>
      {source === undefined ? (
        <p className="empty">{t('request.empty')}</p>
      ) : (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            void send(1);
          }}
        >
          <label>
            {t('request.source')}
            <select className="field" value={source} onChange={(event) => setPod(event.target.value)}>
              {pods.map((item) => (
                <option key={item}>{item}</option>
              ))}
            </select>
          </label>
          <label>
            {t('request.url')}
            <input
              className="field mono"
              value={url}
              onChange={(event) => setUrl(event.target.value)}
              spellCheck={false}
            />
          </label>
          <div className="row">
            <button type="submit" className="button primary">
              {t('request.once')}
            </button>
            <button type="button" className="button" onClick={() => void send(10_000)}>
              {t('request.rate')}
            </button>
            <button type="button" className="button" onClick={() => void command({ verb: 'stop-traffic' })}>
              {t('request.stop')}
            </button>
          </div>
        </form>
      )}
      <section style={{ marginTop: 14 }}>
        <h2>{t('request.results')}</h2>
        {requests.length === 0 ? <p className="soft">{t('request.none')}</p> : null}
        {requests.map(([id, steps]) => (
          <ol key={id} className="list" style={{ marginBottom: 10 }}>
            {steps.map((event) => {
              const { key, values } = narrate(event);
              const isFailure = event.type === 'traffic.done' && event.data.failure !== undefined;
              return (
                <li key={event.seq}>
                  <button type="button" onClick={() => showRight('why', { whySeq: event.seq })}>
                    <span className="mono soft">{formatClock(event.time - startTime)}</span>{' '}
                    <span className={isFailure ? 'problem' : undefined}>{t(key, values)}</span>
                    {event.type === 'proxy.choose' ? (
                      <span className="soft">
                        {' '}
                        {event.data.verdict === 'dnat'
                          ? t('request.chosen', {
                              chain: event.data.chain,
                              address: event.data.chosen ?? '',
                              count: event.data.candidates.length,
                            })
                          : t(event.data.verdict === 'reject' ? 'request.rejected' : 'request.dropped')}
                      </span>
                    ) : null}
                  </button>
                </li>
              );
            })}
          </ol>
        ))}
      </section>
    </div>
  );
}
