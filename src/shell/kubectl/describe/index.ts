/** Which kinds have descriptions of their own. */
import { describePod } from './pod.ts';
import type { Describer } from './describer.ts';

export { describeAnything } from './anything.ts';

export const DESCRIBERS: Readonly<Record<string, Describer<never>>> = {
  Pod: describePod as Describer<never>,
};
