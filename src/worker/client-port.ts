/** The page's view of the simulation, whoever stands behind it: the worker, or a fake in tests. */
import type { CallAnswer, CallArguments, CallFault, CallName, Work } from './messages.ts';
import type { Frame } from '../run/types.ts';

export interface SimulationClient {
  /** Rejects with a `SimulationFault` when the call is refused. */
  call<N extends CallName>(name: N, args: CallArguments<N>): Promise<CallAnswer<N>>;
  /** Returns what stops the listening. */
  onFrame(listener: (frame: Frame) => void): () => void;
  /** How far what takes long has come. */
  onProgress(listener: (of: Work, done: number, total: number) => void): () => void;
  /** The worker died, or a fault of ours stopped the run. */
  onCrash(listener: (fault: CallFault) => void): () => void;
  /** Starts a fresh worker; calls that were under way are rejected. */
  restart(): void;
}

export class SimulationFault extends Error {
  constructor(readonly fault: CallFault) {
    super(fault.message);
    this.name = 'SimulationFault';
  }
}
