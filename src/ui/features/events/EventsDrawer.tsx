import { CircleHelp, TriangleAlert } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { Button, EmptyState, SegmentedControl, Select, SearchField } from '../../design/index.ts';
import { ask } from '../../state/session.ts';
import { useSampled } from '../../state/sampled.ts';
import { simulation, type SimulationState } from '../../state/simulation.ts';
import { askWhy, highlight } from '../../state/view.ts';
import { keyOfRef, say } from '../../view/names.ts';
import { isProblem, narrateMany, tell } from '../../view/narrate.ts';
import { isOnLevel, LEVELS, partOf, PARTS, storyLines, type ClusterPart, type Level } from '../../view/story.ts';
import { formatClock } from '../timeline/clock.ts';
import { PartIcon } from './PartIcon.tsx';
import { useWindowedRows } from './windowed-rows.ts';
import './events.css';

const ROW_PX = 26;
/** A list that changes faster than this cannot be read. */
const SAMPLE_MS = 200;
const knownEvents = (state: SimulationState): readonly TraceEvent[] => state.events;
const eventsAhead = (state: SimulationState): readonly TraceEvent[] => state.ahead;

/** Puts the playhead at an event; the simulation stops there, so that it can be looked at. */
export async function goTo(seq: number): Promise<void> {
  await ask('pause', {});
  await ask('seek', { seq });
}

/** What happened, sentence by sentence, in step with the playhead; a person's commands head what followed them. */
export function EventsDrawer(): React.JSX.Element {
  const { t } = useTranslation();
  const events = useSampled(knownEvents, SAMPLE_MS);
  const ahead = useSampled(eventsAhead, SAMPLE_MS);
  const omitted = useStore(simulation, (state) => state.eventsOmitted);
  const [level, setLevel] = useState<Level>('story');
  const [part, setPart] = useState<ClusterPart | ''>('');
  const [text, setText] = useState('');
  const lines = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    const keeps = (event: TraceEvent): boolean =>
      (event.type === 'command' || (isOnLevel(event, level) && (!part || partOf(event) === part))) &&
      (!wanted || tell(t, event).toLowerCase().includes(wanted));
    return storyLines([...events, ...ahead], keeps);
  }, [events, ahead, level, part, text, t]);
  const isFiltered = part !== '' || text.trim() !== '' || level !== 'story';
  return (
    <section className="drawer events" aria-label={t('app.narration')}>
      <div className="head">
        <SegmentedControl<Level>
          label={t('events.levelLabel')}
          value={level}
          options={LEVELS.map((value) => ({ value, label: t(`events.level.${value}`) }))}
          onChange={setLevel}
        />
        <Select<ClusterPart | ''>
          label={t('events.part')}
          value={part}
          options={[
            { value: '', label: t('events.everything') },
            ...PARTS.map((value) => ({ value, label: t(`part.${value}`) })),
          ]}
          onChange={setPart}
        />
        <SearchField label={t('events.filter')} value={text} onChange={setText} />
        <span className="soft count">
          {t('events.count', { count: lines.length })}
          {omitted > 0 ? ` · ${t('events.omitted', { count: omitted })}` : ''}
        </span>
      </div>
      {lines.length > 0 ? (
        <EventRows lines={lines} />
      ) : (
        <EmptyState
          action={
            isFiltered ? (
              <Button
                onClick={() => {
                  setLevel('story');
                  setPart('');
                  setText('');
                }}
              >
                {t('events.clear')}
              </Button>
            ) : undefined
          }
        >
          {t(isFiltered ? 'events.noMatch' : 'events.empty')}
        </EmptyState>
      )}
    </section>
  );
}

type Lines = ReturnType<typeof storyLines>;

/** Index of the line at or before the playhead; -1 when all lie ahead. */
function currentIndex(lines: Lines, seq: number): number {
  return lines.findLastIndex(({ event }) => event.seq <= seq);
}

function EventRows({ lines }: { lines: Lines }): React.JSX.Element {
  const { t } = useTranslation();
  const seq = useStore(simulation, (state) => state.seq);
  const startTime = useStore(simulation, (state) => state.startTime);
  const current = currentIndex(lines, seq);
  const [isFollowing, setFollowing] = useState(true);
  const [cursor, setCursor] = useState<number>();
  const focusWanted = useRef(false);
  const rows = useWindowedRows(lines.length, ROW_PX, setFollowing);
  const { show, scroller } = rows;
  const showRef = useRef(show);
  useEffect(() => {
    showRef.current = show;
  });
  useEffect(() => {
    if (isFollowing || current < lines.length - 1) showRef.current(Math.max(0, current));
  }, [current, lines.length, isFollowing]);
  useEffect(() => {
    if (!focusWanted.current || cursor === undefined) return;
    focusWanted.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${cursor}"]`)?.focus();
  }, [cursor, scroller, rows.first, rows.last]);
  const active = cursor ?? Math.max(0, current);
  const onKeyDown = (pressed: React.KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    const next =
      pressed.key === 'Home'
        ? 0
        : pressed.key === 'End'
          ? lines.length - 1
          : steps[pressed.key] === undefined
            ? undefined
            : Math.min(lines.length - 1, Math.max(0, active + steps[pressed.key]!));
    if (next === undefined) return;
    pressed.preventDefault();
    focusWanted.current = true;
    show(next);
    setCursor(next);
  };
  return (
    <div className="rows" ref={scroller} onScroll={rows.onScroll} onKeyDown={onKeyDown}>
      <ol style={{ height: lines.length * ROW_PX }}>
        {lines.slice(rows.first, rows.last).map((line, offset) => {
          const index = rows.first + offset;
          const { event, count } = line;
          const sentence = say(t, narrateMany(event, count));
          const kind = event.type === 'command' ? ' act' : isProblem(event) ? ' bad' : '';
          return (
            <li
              key={event.seq}
              className={`${index > current ? 'ahead' : ''}${kind}`}
              style={{ top: index * ROW_PX }}
              aria-current={index === current ? 'step' : undefined}
              aria-setsize={lines.length}
              aria-posinset={index + 1}
            >
              <button
                type="button"
                className="row-main"
                data-row={index}
                tabIndex={index === active ? 0 : -1}
                title={`${sentence}\n${t('events.seek')}`}
                onClick={() => {
                  setCursor(index);
                  void goTo(event.seq);
                }}
                onMouseEnter={() => highlight(pointsAt(event))}
                onMouseLeave={() => highlight([])}
              >
                <span className="mono time">{formatClock(event.time - startTime)}</span>
                <PartIcon part={partOf(event)} />
                {isProblem(event) ? (
                  <TriangleAlert size={14} className="problem" aria-label={t('events.problem')} />
                ) : null}
                <span className="sentence">{sentence}</span>
              </button>
              <button
                type="button"
                className="row-why"
                tabIndex={index === active ? 0 : -1}
                aria-label={t('events.why')}
                title={t('events.why')}
                onClick={() => askWhy(event.seq)}
              >
                <CircleHelp size={14} aria-hidden />
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** What of the stage an event concerns. */
export function pointsAt(event: TraceEvent): readonly string[] {
  const found = [event.component];
  if (event.object) found.push(keyOfRef(event.object));
  if (event.type === 'scheduler.attempt' && event.data.node) found.push(`nodes|${event.data.node}`);
  return found;
}
