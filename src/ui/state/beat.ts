import { useStore } from 'zustand';
import { simulation } from './simulation.ts';

/** Events after which a playing run is asked again. */
const EVENTS = 40;

/** Changes when a panel has to ask the simulation anew: now and then while it plays, at every step when it stands still. */
export function useBeat(): string {
  return useStore(
    simulation,
    ({ epoch, seq, isPlaying }) => `${epoch}/${isPlaying ? Math.floor(seq / EVENTS) : `=${seq}`}`,
  );
}
