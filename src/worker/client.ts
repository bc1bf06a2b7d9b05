/** The page's end of the worker: calls with answers, frames with acknowledgements, and a restart for a dead worker. */
import type { CallAnswer, CallArguments, CallFault, CallName, FromWorker, ToWorker, Work } from './messages.ts';
import type { Frame } from '../run/types.ts';
import { SimulationFault, type SimulationClient } from './client-port.ts';

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** What can be posted to and listened on; a Worker, or a port in tests. */
export interface WorkerPort {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

const spawn = (): WorkerPort =>
  new Worker(new URL('./simulation.worker.ts', import.meta.url), { type: 'module', name: 'simulation' });

export function createWorkerClient(start: () => WorkerPort = spawn): SimulationClient {
  const frameListeners = new Set<(frame: Frame) => void>();
  const progressListeners = new Set<(of: Work, done: number, total: number) => void>();
  const crashListeners = new Set<(fault: CallFault) => void>();
  let waiting = new Map<number, Waiting>();
  let lastId = 0;
  let worker = begin();

  function begin(): WorkerPort {
    const port = start();
    port.onmessage = (event: MessageEvent) => receive(event.data as FromWorker);
    port.onerror = (event) =>
      fail({ code: 'worker.died', message: event.message || 'The simulation stopped.', isAssertion: true });
    port.onmessageerror = () =>
      fail({ code: 'worker.died', message: 'A message could not be read.', isAssertion: true });
    return port;
  }

  function fail(fault: CallFault): void {
    for (const { reject } of waiting.values()) reject(new SimulationFault(fault));
    waiting = new Map();
    for (const listener of crashListeners) listener(fault);
  }

  function post(message: ToWorker): void {
    worker.postMessage(message);
  }

  function receive(message: FromWorker): void {
    switch (message.kind) {
      case 'reply':
        waiting.get(message.id)?.resolve(message.answer);
        waiting.delete(message.id);
        return;
      case 'fault':
        waiting.get(message.id)?.reject(new SimulationFault(message.fault));
        waiting.delete(message.id);
        return;
      case 'frame':
        for (const listener of frameListeners) listener(message.frame);
        // Only now: frames that come while the page is busy are merged on the other side.
        post({ kind: 'acknowledge', frame: message.frame.number });
        return;
      case 'progress':
        for (const listener of progressListeners) listener(message.of, message.done, message.total);
        return;
      case 'crashed':
        fail(message.fault);
    }
  }

  return {
    call<N extends CallName>(name: N, args: CallArguments<N>): Promise<CallAnswer<N>> {
      lastId += 1;
      const id = lastId;
      return new Promise<CallAnswer<N>>((resolve, reject) => {
        waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
        post({ kind: 'call', id, name, args });
      });
    },
    onFrame(listener) {
      frameListeners.add(listener);
      return () => frameListeners.delete(listener);
    },
    onProgress(listener) {
      progressListeners.add(listener);
      return () => progressListeners.delete(listener);
    },
    onCrash(listener) {
      crashListeners.add(listener);
      return () => crashListeners.delete(listener);
    },
    restart() {
      worker.terminate();
      fail({ code: 'worker.restarted', message: 'The simulation was started again.' });
      worker = begin();
    },
  };
}
