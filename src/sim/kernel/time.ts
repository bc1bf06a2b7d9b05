/** Virtual time to and from the timestamps of the API. */

/** Time 0 of every run unless its options say otherwise: 2026-01-05T00:00:00Z. */
export const DEFAULT_EPOCH_MS = 1767571200000;

/** RFC 3339 with seconds, as metav1.Time prints it. */
export function formatTime(epochMs: number, virtualMs: number): string {
  return `${new Date(epochMs + virtualMs).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with microseconds, as metav1.MicroTime prints it. */
export function formatMicroTime(epochMs: number, virtualMs: number): string {
  return `${new Date(epochMs + virtualMs).toISOString().slice(0, 23)}000Z`;
}

/** Virtual milliseconds of an RFC 3339 timestamp; NaN when it is not one. */
export function parseTime(epochMs: number, timestamp: string): number {
  return Date.parse(timestamp) - epochMs;
}
