/** The clients of the API that stand outside the cluster and live in virtual time, for the composition root. */
import type { Clients } from '../sim/world.ts';
import { Terminal, type KubectlEngine } from './terminal/index.ts';

/** `engine` is asked for when the first kubectl runs: until then nobody needs to have loaded it. */
export const clientsOf =
  (engine: () => KubectlEngine): Clients =>
  (world) => [new Terminal(world, engine)];
