import {
  ArrowLeft,
  ArrowRight,
  BookText,
  CircleCheck,
  CircleHelp,
  CircleX,
  Route,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { Button } from '../../design/index.ts';
import { askWhy, highlight } from '../../state/view.ts';
import { componentName, say, shortNode } from '../../view/names.ts';
import { goTo } from '../events/EventsDrawer.tsx';
import { formatSpan } from '../timeline/clock.ts';
import { chancesOf, meaningOf, type Lookup, type Meaning, type TracedRequest } from './request-model.ts';

/** What of the stage a step of a request touches. */
function placesOf(event: TraceEvent): readonly string[] {
  switch (event.type) {
    case 'dns.query':
    case 'traffic.hop':
      return [event.data.from, event.data.to].flatMap((id) => [id, podKey(id)]);
    case 'proxy.choose':
      return [`node/${event.data.node}/kube-proxy`, `services|${event.data.service.replace(/:[^:/]*$/, '')}`];
    default:
      return event.object ? [`pods|${event.object.namespace}/${event.object.name}`] : [];
  }
}

const podKey = (id: string): string => id.replace(/^pod\//, 'pods|');

/** The way of one request, from the first lookup to the answer. */
export function Sequence({ request }: { request: TracedRequest }): React.JSX.Element {
  const { t } = useTranslation();
  const { lookups, choice, hops, done, first } = request;
  const since = (event: TraceEvent): string => `+${formatSpan(event.time - first.time)}`;
  const meaning = meaningOf(request);
  return (
    <div className="sequence">
      <ol className="legs-list">
        {lookups.length === 0 && (choice ?? hops[0] ?? done) && meaning !== 'url' && meaning !== 'scheme' ? (
          <li className="note soft">{t('request.noLookup')}</li>
        ) : null}
        {lookups.map((lookup) => (
          <LookupStep key={lookup.name} lookup={lookup} host={request.host} since={since} />
        ))}
        {choice ? (
          <Leg
            event={choice}
            Icon={Route}
            when={since(choice)}
            isBad={choice.data.verdict !== 'dnat' && choice.data.verdict !== 'none'}
            title={t(`request.rule.${choice.data.verdict}`, {
              service: choice.data.service,
              node: shortNode(choice.data.node),
            })}
          >
            <p className="mono soft">{choice.data.chain}</p>
            <ul className="candidates">
              {choice.data.candidates.map((candidate, index) => (
                <li key={candidate} className={candidate === choice.data.chosen ? 'chosen' : undefined}>
                  <span className="mono">{candidate}</span>
                  <span className="soft">
                    {t('request.chance', { chance: chancesOf(choice.data.candidates.length)[index]!.toFixed(5) })}
                  </span>
                  {candidate === choice.data.chosen ? <strong>{t('decision.chosen')}</strong> : null}
                </li>
              ))}
            </ul>
          </Leg>
        ) : null}
        {hops.map((hop) => (
          <Leg
            key={hop.seq}
            event={hop}
            Icon={hop.data.direction === 'request' ? ArrowRight : ArrowLeft}
            when={since(hop)}
            title={say(t, {
              key: `narrate.hop.${hop.data.direction}`,
              values: { from: componentName(hop.data.from), to: componentName(hop.data.to), address: hop.data.address },
            })}
          />
        ))}
        {done ? (
          <Leg
            event={done}
            Icon={meaning ? CircleX : CircleCheck}
            when={since(done)}
            isBad={meaning !== undefined}
            title={
              done.data.failure ??
              t('request.replied', { status: done.data.status, elapsed: formatSpan(done.data.elapsedMs) })
            }
          >
            {done.data.body ? <pre tabIndex={0}>{done.data.body}</pre> : null}
          </Leg>
        ) : (
          <li className="note soft">{t('request.underway')}</li>
        )}
      </ol>
      {meaning ? <Explained meaning={meaning} /> : null}
      <Button onClick={() => askWhy((done ?? first).seq)}>
        <CircleHelp size={14} aria-hidden /> {t('inspector.why')}
      </Button>
    </div>
  );
}

function LookupStep({
  lookup,
  host,
  since,
}: {
  lookup: Lookup;
  host: string;
  since(event: TraceEvent): string;
}): React.JSX.Element {
  const { t } = useTranslation();
  const { queries, suffix, name, hasAnswer } = lookup;
  const first = queries[0]!;
  return (
    <Leg event={first} Icon={BookText} when={since(first)} title={t('request.lookup', { name })}>
      <p className="soft">
        {suffix ? t('request.suffix', { host, suffix }) : t('request.asIs')}
        {` · ${say(t, componentName(first.data.to))}`}
      </p>
      <ul className="answers">
        {queries.map(({ seq, data }) => (
          <li key={seq}>
            <span className="mono">{data.queryType}</span>
            <strong className={data.addresses.length > 0 ? 'good' : undefined}>{data.answer}</strong>
            <span className="mono">{data.addresses.join(', ')}</span>
            <span className="soft">{formatSpan(data.returnAt - data.departAt)}</span>
          </li>
        ))}
      </ul>
      {hasAnswer ? null : <p className="soft">{t('request.nextName')}</p>}
    </Leg>
  );
}

function Leg({
  event,
  Icon,
  when,
  title,
  isBad = false,
  children,
}: {
  event: TraceEvent;
  Icon: LucideIcon;
  when: string;
  title: string;
  isBad?: boolean;
  children?: ReactNode;
}): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <li className={isBad ? 'leg bad' : 'leg'}>
      <span className="dot">
        <Icon size={14} aria-hidden />
      </span>
      <div>
        <button
          type="button"
          className="leg-title"
          title={t('events.seek')}
          onClick={() => {
            highlight(placesOf(event));
            void goTo(event.seq);
          }}
          onMouseEnter={() => highlight(placesOf(event))}
          onMouseLeave={() => highlight([])}
        >
          <span className="mono soft">{when}</span> <span>{title}</span>
        </button>
        {children}
      </div>
    </li>
  );
}

/** What a failure means and what to look at, in the order in which an operator would. */
function Explained({ meaning }: { meaning: Meaning }): React.JSX.Element {
  const { t } = useTranslation();
  const checks = t(`request.check.${meaning}`).split('\n');
  return (
    <aside className="explained" aria-label={t('request.explained')}>
      <p>
        <strong>{t('request.explained')}</strong> {t(`request.meaning.${meaning}`)}
      </p>
      <ul>
        {checks.map((check) => (
          <li key={check}>{check}</li>
        ))}
      </ul>
    </aside>
  );
}
