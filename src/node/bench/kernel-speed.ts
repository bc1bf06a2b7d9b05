/** Events a second of the bare kernel: a component that emits one event a turn and schedules its next turn. */
import { Kernel, type Component } from '../../sim/kernel/index.ts';

const COUNT = 1_000_000;
const CHAINS = 100;

export function kernelEventsPerSecond(): number {
  const kernel = new Kernel({ seed: 'bench', epochMs: 0 });
  const echo: Component = {
    id: 'echo',
    isSerial: () => false,
    handle: (_action, payload) => {
      kernel.emit('reconcile', { key: 'x' });
      if ((payload as number) > 0)
        kernel.schedule(1 + kernel.stream('echo').below(5), 'echo', 'again', (payload as number) - 1);
    },
    save: () => undefined,
    load: () => undefined,
  };
  kernel.add(echo);
  for (let index = 0; index < CHAINS; index += 1) kernel.schedule(0, 'echo', 'again', COUNT / CHAINS);
  const begin = performance.now();
  while (kernel.step());
  return Math.round((COUNT / (performance.now() - begin)) * 1000);
}
