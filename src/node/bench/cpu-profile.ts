/** Where the time goes: V8's sampling profiler, summed up by the rooms of the simulation. */
import { Session } from 'node:inspector/promises';

/** Percent of the samples, by room: `scheduler`, `kubelet`, `serve`, `node` itself, `garbage collector`. */
export type Shares = Readonly<Record<string, number>>;

const SAMPLE_MICROSECONDS = 1_000;

function roomOf(url: string, functionName: string): string {
  if (functionName === '(garbage collector)') return 'garbage collector';
  if (functionName === '(idle)') return 'idle';
  const room = /\/(?:sim|node)\/([a-z]+)[/.]/.exec(url)?.[1];
  return room ?? (url.startsWith('node:') ? 'node' : 'other');
}

export async function profiled(work: () => void | Promise<void>): Promise<Shares> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const rooms = new Map(profile.nodes.map(({ id, callFrame }) => [id, roomOf(callFrame.url, callFrame.functionName)]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const time = profile.timeDeltas?.[index] ?? 0;
    const room = rooms.get(id) ?? 'other';
    times.set(room, (times.get(room) ?? 0) + time);
    total += time;
  }
  const shares = [...times].map(([room, time]) => [room, Math.round((1000 * time) / total) / 10] as const);
  return Object.fromEntries(shares.sort(([, left], [, right]) => right - left));
}
