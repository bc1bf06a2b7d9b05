/** What `kubectl get pods --watch` prints, line by line. */
import type { Pod } from 'kubernetes-types/core/v1';
import { summarizePod } from '../../../src/sim/api/index.ts';
import type { Stored } from '../../../src/sim/api/object.ts';
import type { WatchDelivery } from '../../../src/sim/apiserver/index.ts';
import { CLIENT, type Component } from '../../../src/sim/kernel/index.ts';
import type { World } from '../../../src/sim/world.ts';

const ID = 'watching-client';

/** `0/1 Pending 0` of every change from now on, without the age and the time since the last restart; the list grows. */
export function watchPods(world: World): readonly string[] {
  const lines: string[] = [];
  const listener: Component = {
    id: ID,
    isSerial: () => false,
    handle(_action, payload) {
      const { status, ready, total, restarts } = summarizePod((payload as WatchDelivery).object as Stored<Pod>);
      lines.push(`${ready}/${total} ${status} ${restarts}`);
    },
    save: () => undefined,
    load: () => undefined,
  };
  world.kernel.add(listener);
  world.kernel.runTurn(CLIENT, 0, () =>
    world.watch({ watch: 'pods', component: ID, resource: 'pods', namespace: 'default' }),
  );
  return lines;
}

/** The same line once, however often it was printed in a row. */
export const distinct = (lines: readonly string[]): readonly string[] =>
  lines.filter((line, index) => line !== lines[index - 1]);
