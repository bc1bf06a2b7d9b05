import type { GalleryEntry } from './entry.ts';
import { HEALTH } from './health.ts';
import { NETWORK } from './network.ts';
import { RELEASES } from './releases.ts';
import { ROLLOUTS } from './rollouts.ts';
import { SAMPLES } from './samples.ts';
import { SCHEDULING } from './scheduling.ts';
import { WORKLOADS } from './workloads.ts';

/** Every scenario, in the order of the gallery. */
export const GALLERY: readonly GalleryEntry[] = [
  ...ROLLOUTS,
  ...RELEASES,
  ...WORKLOADS,
  ...SCHEDULING,
  ...HEALTH,
  ...NETWORK,
  ...SAMPLES,
];

export type { BothLanguages, GalleryEntry, Goal, Topic } from './entry.ts';
export { START_TEXT } from './rollouts.ts';
