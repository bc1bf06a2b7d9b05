/**
 * Counts over all pods of the cluster. They are kept for the pods that ask the same and brought up to date with what has
 * happened since, which is what makes spreading and pod affinity cheap on thousands of nodes. Upstream counts anew in
 * every cycle; the answers are the same.
 */
import type { ClusterState, Effect } from './cluster-state.ts';

interface Kept<Table> {
  readonly table: Table;
  readonly topology: number;
  effects: number;
}

const KEPT_LIMIT = 48;

export class Tallies<Table> {
  private readonly clusters = new WeakMap<ClusterState, Map<string, Kept<Table>>>();

  /** The table for `key`, which has to name all that it depends on besides the cluster. It must not be changed. */
  get(cluster: ClusterState, key: string, build: () => Table, update: (table: Table, effect: Effect) => void): Table {
    let tables = this.clusters.get(cluster);
    if (!tables) this.clusters.set(cluster, (tables = new Map()));
    const kept = tables.get(key);
    const effects = kept?.topology === cluster.topology ? cluster.effectsSince(kept.effects) : undefined;
    if (kept && effects) {
      for (const effect of effects) update(kept.table, effect);
      kept.effects = cluster.effectCount;
      tables.delete(key);
      tables.set(key, kept);
      return kept.table;
    }
    const table = build();
    tables.delete(key);
    tables.set(key, { table, topology: cluster.topology, effects: cluster.effectCount });
    if (tables.size > KEPT_LIMIT) for (const oldest of tables.keys()) if (tables.delete(oldest)) break;
    return table;
  }
}
