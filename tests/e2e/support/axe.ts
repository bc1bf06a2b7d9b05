/** What axe finds wrong with a page or a part of it. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

export interface AxeScope {
  /** Selectors of the parts to look at; the whole page without them. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/**
 * Looks with every rule, and tells violations alone: axe would otherwise also describe each element that passed, and
 * carry that through a second page to put frames together, which the app has none of. That took most of the time.
 */
export async function axeFaults(page: Page, where: string, scope: AxeScope = {}): Promise<readonly unknown[]> {
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] });
  for (const part of scope.include ?? []) builder.include(part);
  for (const part of scope.exclude ?? []) builder.exclude(part);
  const { violations } = await builder.analyze();
  return violations.map(({ id, nodes }) => [where, id, nodes[0]?.html]);
}

export async function expectAccessible(page: Page, where: string, ...include: readonly string[]): Promise<void> {
  expect(await axeFaults(page, where, { include })).toEqual([]);
}
