/** The Web Worker's entry: nothing but the host, wired to the worker's own messages and clock. */
import { Host } from './host.ts';
import type { FromWorker, ToWorker } from './messages.ts';

interface Scope {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = globalThis as unknown as Scope;
const host = new Host({
  post: (message) => scope.postMessage(message),
  nowMs: () => performance.now(),
  loadKubectl: async () => (await import('../shell/kubectl-engine.ts')).kubectlEngine,
  later: (callback, delayMs) => void setTimeout(callback, delayMs),
});
scope.onmessage = (event) => host.receive(event.data);
