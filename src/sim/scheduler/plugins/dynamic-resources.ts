/**
 * The part of DynamicResources that a cluster without resource claims shows: it has nothing to filter or score, and says
 * so when preemption is tried. Upstream: framework/plugins/dynamicresources/dynamicresources.go. On by default from 1.34.
 */
import type { Plugin } from '../framework.ts';

export const dynamicResources: Plugin = {
  name: 'DynamicResources',
  isPostFilter: true,
  preFilter: () => ({ isSkipped: true }),
  filter: () => undefined,
  score: () => 0,
};
