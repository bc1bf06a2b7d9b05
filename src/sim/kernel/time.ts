/** Virtual time to and from the timestamps of the API. */

/** Time 0 of every run unless its options say otherwise: 2026-01-05T00:00:00Z. */
export const DEFAULT_EPOCH_MS = 1767571200000;

/** The second that was printed last, and its text: what happens together asks for the same. */
let [lastSecond, lastText] = [Number.NaN, ''];

/** RFC 3339 with seconds, as metav1.Time prints it. */
export function formatTime(epochMs: number, virtualMs: number): string {
  const second = Math.floor((epochMs + virtualMs) / 1000);
  if (second !== lastSecond)
    [lastSecond, lastText] = [second, `${new Date(second * 1000).toISOString().slice(0, 19)}Z`];
  return lastText;
}

/** RFC 3339 with microseconds, as metav1.MicroTime prints it. */
export function formatMicroTime(epochMs: number, virtualMs: number): string {
  const whole = formatTime(epochMs, virtualMs).slice(0, 19);
  const ms = Math.floor(epochMs + virtualMs) - lastSecond * 1000;
  return `${whole}.${String(ms).padStart(3, '0')}000Z`;
}

/** Virtual milliseconds of an RFC 3339 timestamp; NaN when it is not one. */
export function parseTime(epochMs: number, timestamp: string): number {
  return Date.parse(timestamp) - epochMs;
}
