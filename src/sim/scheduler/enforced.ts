/** The configurations that have been in force, so that a past decision can be made again as it was. */
import type { Pod } from 'kubernetes-types/core/v1';
import type { Stored } from '../api/object.ts';
import {
  DEFAULT_CONFIGURATION,
  makeProfiles,
  parseConfiguration,
  type SchedulerConfiguration,
} from './configuration.ts';
import { attempt, type Chance, type Outcome } from './attempt.ts';
import type { ClusterState } from './cluster-state.ts';
import { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

export interface Enforced {
  readonly configuration: SchedulerConfiguration;
  readonly profiles: ReadonlyMap<string, Profile>;
}

export class Configurations {
  private readonly made = new Map<number, Enforced>();

  constructor(
    /** As JSON, in the order in which they came into force; empty for the default. */
    private texts: readonly string[],
    private readonly minorRelease: number,
  ) {}

  get index(): number {
    return this.texts.length - 1;
  }

  get current(): Enforced {
    return this.at(this.index);
  }

  at(index: number): Enforced {
    let enforced = this.made.get(index);
    if (!enforced) {
      const configuration = readConfiguration(this.texts[index] ?? '');
      enforced = { configuration, profiles: makeProfiles(configuration, this.minorRelease) };
      this.made.set(index, enforced);
    }
    return enforced;
  }

  add(text: string): void {
    this.texts = [...this.texts, text];
  }

  save(): readonly string[] {
    return this.texts;
  }

  load(texts: readonly string[]): void {
    this.texts = texts;
    this.made.clear();
  }
}

/** What a user can do wrong in it is said before it comes here: where options are checked, and where one is applied. */
function readConfiguration(text: string): SchedulerConfiguration {
  if (text === '') return DEFAULT_CONFIGURATION;
  const parsed = parseConfiguration(JSON.parse(text) as unknown);
  if (!parsed.ok) throw new Error(parsed.faults.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return parsed.value;
}

/** Without them requests are not limited. */
export function clientRates(configuration: string): { qps?: number; burst?: number } {
  const { qps, burst } = readConfiguration(configuration);
  return qps < 0 ? {} : { qps, burst };
}

/** What a profile says goes before what the configuration says for all; 0 chooses by the size of the cluster. */
export function percentageOfNodesToScore(profileName: string, { configuration, profiles }: Enforced): number {
  return profiles.get(profileName)?.percentageOfNodesToScore ?? configuration.percentageOfNodesToScore;
}

/** One attempt with a profile of a configuration that is or was in force. */
export function decide(
  pod: Stored<Pod>,
  profileName: string,
  cluster: ClusterState,
  enforced: Enforced,
  startIndex: number,
  chance: Chance,
): Outcome {
  const nominatedNode = pod.status?.nominatedNodeName;
  const options = {
    profile: enforced.profiles.get(profileName)!,
    percentageOfNodesToScore: percentageOfNodesToScore(profileName, enforced),
    startIndex,
    ...(nominatedNode ? { nominatedNode } : {}),
  };
  return attempt(PodInfo.of(pod), cluster, options, chance);
}
