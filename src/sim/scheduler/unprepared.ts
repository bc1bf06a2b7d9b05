/**
 * Plugins whose Filter or Score a profile has in, and whose PreFilter or PreScore it leaves out. Some then work out for
 * themselves what they need; the others fail on every node. Upstream: the `getPreFilterState` and `getPreScoreState` of each
 * plugin under framework/plugins, framework/runtime/framework.go (RunFilterPlugins, RunScorePlugins).
 */
import { failed, type Plugin, type PluginStatus } from './framework.ts';
import type { Profile } from './profile.ts';

export interface Unprepared {
  readonly plugin: Plugin;
  /** What it fails on; undefined when it does without. */
  readonly fault?: PluginStatus;
}

const without = (name: string, prefix = ''): PluginStatus => failed(`${prefix}"${name}" from cycleState: not found`);

const FILTER_FAULTS: Readonly<Record<string, PluginStatus>> = {
  NodePorts: without('PreFilterNodePorts', 'reading '),
  NodeResourcesFit: without('PreFilterNodeResourcesFit', 'error reading '),
  VolumeRestrictions: failed('cannot read "PreFilterVolumeRestrictions" from cycleState'),
  VolumeBinding: failed('not found'),
  PodTopologySpread: without('PreFilterPodTopologySpread', 'reading '),
  InterPodAffinity: without('PreFilterInterPodAffinity', 'error reading '),
  DynamicResources: failed('not found'),
};

const SCORE_FAULTS: Readonly<Record<string, PluginStatus>> = {
  TaintToleration: without('PreScoreTaintToleration', 'failed to read '),
  PodTopologySpread: without('PreScorePodTopologySpread', 'error reading '),
  InterPodAffinity: without('PreScoreInterPodAffinity', 'failed to read '),
};

function find(
  profile: Profile,
  [before, after]: readonly ['preFilter', 'filter'] | readonly ['preScore', 'score'],
  faults: Readonly<Record<string, PluginStatus>>,
): readonly Unprepared[] {
  const prepared = new Set(profile.at(before).map(({ plugin }) => plugin));
  return profile
    .at(after)
    .filter(({ plugin }) => plugin[before] && !prepared.has(plugin))
    .map(({ plugin }) => {
      const fault = faults[plugin.name];
      return fault ? { plugin, fault } : { plugin };
    });
}

const filters = new WeakMap<Profile, readonly Unprepared[]>();
const scores = new WeakMap<Profile, readonly Unprepared[]>();

export function unpreparedFilters(profile: Profile): readonly Unprepared[] {
  let found = filters.get(profile);
  if (!found) filters.set(profile, (found = find(profile, ['preFilter', 'filter'], FILTER_FAULTS)));
  return found;
}

export function unpreparedScores(profile: Profile): readonly Unprepared[] {
  let found = scores.get(profile);
  if (!found) scores.set(profile, (found = find(profile, ['preScore', 'score'], SCORE_FAULTS)));
  return found;
}
