/**
 * What the terminal asks of kubectl. It is as large as all the rest of the simulation, so whoever runs a terminal brings it
 * along once somebody needs it.
 */
import type { KubectlContext, KubectlStep, WaitingState } from '../kubectl/context.ts';

export interface KubectlEngine {
  start(argv: readonly string[], context: KubectlContext): KubectlStep;
  resume(state: WaitingState, context: KubectlContext): KubectlStep;
  complete(words: readonly string[], context: KubectlContext): readonly string[];
  /** The answer to a path of `/openapi/v3` as JSON; undefined when nothing is served there. */
  openApi(path: string): string | undefined;
}
