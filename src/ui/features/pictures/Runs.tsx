import { KeyLink } from '../inspector/Related.tsx';

export interface RunBar {
  readonly key: string;
  readonly label: string;
  readonly start: number;
  readonly end: number | undefined;
  readonly tone: 'done' | 'failed' | 'active' | 'future';
  /** The same in words. */
  readonly words: string;
  /** Nothing to look into: it is gone, or still to come. */
  readonly isPlain?: boolean;
}

/** Runs one under the other on one axis of time. */
export function Runs({
  title,
  runs,
  now,
}: {
  title: string;
  runs: readonly RunBar[];
  now: number;
}): React.JSX.Element | null {
  if (runs.length === 0) return null;
  const begin = Math.min(...runs.map(({ start }) => start));
  const finish = Math.max(now, begin + 1, ...runs.map(({ end, start }) => end ?? start));
  const place = (time: number): number => (100 * (time - begin)) / (finish - begin);
  return (
    <figure className="runs">
      <figcaption>
        <strong>{title}</strong>
      </figcaption>
      <ol>
        {runs.map(({ key, label, start, end, tone, words, isPlain }) => (
          <li key={`${key}/${start}`}>
            <span className="who">{isPlain ? <span>{label}</span> : <KeyLink to={key}>{label}</KeyLink>}</span>
            <span className="track" aria-hidden>
              <span
                className={`run ${tone}`}
                style={{
                  left: `${place(start)}%`,
                  width: `${Math.max(1.2, place(tone === 'future' ? start : (end ?? now)) - place(start))}%`,
                }}
              />
              {now < finish ? <span className="now" style={{ left: `${place(now)}%` }} /> : null}
            </span>
            <span className="soft words">{words}</span>
          </li>
        ))}
      </ol>
    </figure>
  );
}
