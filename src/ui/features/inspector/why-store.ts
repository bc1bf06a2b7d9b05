/** The chain that is being looked at. It stays while the playhead moves along it, also to before its own end. */
import { createStore } from 'zustand/vanilla';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { ask } from '../../state/session.ts';

export interface WhyState {
  /** What the chain answers: a sequence number, or a record key. */
  readonly target: number | string | undefined;
  /** Oldest first; empty when the trace knows nothing of it. */
  readonly chain: readonly TraceEvent[];
}

export const whyStore = createStore<WhyState>(() => ({ target: undefined, chain: [] }));

export async function lookUpCauses(target: number | string): Promise<void> {
  const found = await ask('why', typeof target === 'number' ? { seq: target } : { key: target });
  const before = whyStore.getState();
  // An event ahead of the playhead is not in the trace until it is played again: what was found before still holds.
  if ((found ?? []).length === 0 && before.target === target) return;
  whyStore.setState({ target, chain: [...(found ?? [])].reverse() });
}
