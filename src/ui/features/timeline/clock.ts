/** Virtual time and speed as people read them. */

export function formatClock(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const all = Math.abs(Math.round(ms));
  const [hours, minutes, seconds] = [
    Math.floor(all / 3_600_000),
    Math.floor(all / 60_000) % 60,
    Math.floor(all / 1000) % 60,
  ];
  const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
  return `${sign}${hours > 0 ? `${hours}:` : ''}${pad(minutes)}:${pad(seconds)}.${pad(all % 1000, 3)}`;
}

/** The slider is logarithmic: 0 is 0.1x, 25 is 1x, 100 is 1000x. */
export function speedOfSlider(position: number): number {
  const speed = 10 ** (position / 25 - 1);
  const digits = speed < 1 ? 2 : speed < 10 ? 1 : 0;
  return Math.min(1000, Math.max(0.1, Number(speed.toFixed(digits))));
}

export function sliderOfSpeed(speed: number): number {
  return Math.round((Math.log10(speed) + 1) * 25);
}

/** A span of virtual time in the unit that suits it: `12 ms`, `3.4 s`, `2 m 5 s`. */
export function formatSpan(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 1 : 0))} s`;
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours} h ${minutes} m` : `${minutes} m ${seconds % 60} s`;
}
