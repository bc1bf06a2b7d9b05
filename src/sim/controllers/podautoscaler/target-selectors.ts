/**
 * Whose pods are whose: two autoscalers over the same pods pull in two directions, so neither does anything.
 * Upstream: pkg/controller/podautoscaler/horizontal.go (validateAndParseSelector, hpasControllingPodsUnderSelector).
 */
import type { Pod } from 'kubernetes-types/core/v1';
import { parseLabelSelector } from '../../api/label-selector-text.ts';
import type { Stored } from '../../api/object.ts';
import { matchesLabels } from '../../api/selectors.ts';

export type Selected =
  | { readonly ok: true; readonly pods: readonly Stored<Pod>[] }
  | {
      readonly ok: false;
      readonly event: string;
      /** As the event says it. */
      readonly message: string;
      /** As the condition says it. */
      readonly reason: string;
      readonly told: string;
    };

export class TargetSelectors {
  /** Key of an autoscaler to the selector that its target had when it looked last. */
  private selectors = new Map<string, string>();

  forget(key: string): void {
    this.selectors.delete(key);
  }

  /** The pods of the target, out of those of its namespace; or why nothing can be said of them. */
  look(key: string, text: string, inNamespace: readonly Stored<Pod>[]): Selected {
    if (text === '') {
      const told = "the HPA target's scale is missing a selector";
      return { ok: false, event: 'SelectorRequired', message: 'selector is required', reason: 'InvalidSelector', told };
    }
    const parsed = parseLabelSelector(text);
    if (!parsed.ok) {
      const message = `couldn't convert selector into a corresponding internal selector object: ${parsed.message}`;
      return { ok: false, event: 'InvalidSelector', message, reason: 'InvalidSelector', told: message };
    }
    this.selectors.set(key, text);
    const pods = inNamespace.filter(({ metadata }) => matchesLabels(parsed.value, metadata.labels));
    const rivals = this.rulersOf(key, pods);
    if (rivals.length <= 1) return { ok: true, pods };
    const message = `pods by selector ${text} are controlled by multiple HPAs: [${rivals.join(' ')}]`;
    return { ok: false, event: 'AmbiguousSelector', message, reason: 'AmbiguousSelector', told: message };
  }

  private rulersOf(key: string, pods: readonly Stored<Pod>[]): readonly string[] {
    const [namespace] = key.split('/');
    const found = [...this.selectors].filter(([other, text]) => {
      if (other.split('/')[0] !== namespace) return false;
      const parsed = parseLabelSelector(text);
      return parsed.ok && pods.some(({ metadata }) => matchesLabels(parsed.value, metadata.labels));
    });
    return found.map(([other]) => other).sort();
  }

  save(): unknown {
    return new Map(this.selectors);
  }

  load(saved: unknown): void {
    this.selectors = new Map(saved as ReadonlyMap<string, string>);
  }
}
