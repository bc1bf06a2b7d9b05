/** A ready manifest of the gallery, and what its card says in both languages. */
import type { LoggedCommand, RunGoal, ScenarioView } from '../../run/types.ts';
import type { WorldOptions } from '../../sim/options.ts';

export interface BothLanguages {
  readonly ko: string;
  readonly en: string;
}

export interface Goal {
  readonly asks: RunGoal;
  /** What is to be seen happening, in a sentence. */
  readonly text: BothLanguages;
}

export type Topic = 'rollout' | 'workload' | 'scheduling' | 'images' | 'health' | 'network' | 'config' | 'sample';

export interface Story {
  readonly commands: readonly LoggedCommand[];
  /** Virtual milliseconds at which it opens, and goes on by itself. */
  readonly time: number;
  readonly view?: ScenarioView;
  /** Texts in the editor beside that of the entry, by file name. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface GalleryEntry {
  readonly id: string;
  readonly title: BothLanguages;
  /** What you will see, in a sentence. */
  readonly summary: BothLanguages;
  /** Where to look. */
  readonly watch: BothLanguages;
  readonly topic: Topic;
  readonly level: 1 | 2 | 3;
  readonly text: string;
  /** What must have happened by the time that the scenario has settled. */
  readonly goals?: readonly Goal[];
  /** Record key of what the inspector opens on, once there is something to see of it. */
  readonly show?: string;
  /** What the cluster must be like, where the default one will not do: then it opens as a run of its own. */
  readonly options?: Partial<WorldOptions>;
  /** What has been done to the cluster by the time that it opens, as a run of its own. */
  readonly story?: Story;
}
