/** What a run holds, in numbers that a person asks for. */
import type { Scenario } from '../../../run/types.ts';

export const nodeCount = ({ options }: Scenario): number => options.pools.reduce((sum, { count }) => sum + count, 0);

/** YAML documents with something in them, in all texts. */
export function documentCount({ files }: Scenario): number {
  return Object.values(files)
    .flatMap((text) => text.split(/^---.*$/m))
    .filter((document) => /^[^\s#]/m.test(document)).length;
}
