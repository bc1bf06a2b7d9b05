import { useSyncExternalStore } from 'react';
import { MIDDLE_WIDTH, NARROW_WIDTH } from './view.ts';

export type WindowClass = 'wide' | 'middle' | 'narrow';

const classOf = (width: number): WindowClass =>
  width <= NARROW_WIDTH ? 'narrow' : width <= MIDDLE_WIDTH ? 'middle' : 'wide';

function subscribe(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}

/** How much room there is: for both side panels, for one, or for one column. */
export function useWindowClass(): WindowClass {
  return useSyncExternalStore(subscribe, () => classOf(window.innerWidth));
}
