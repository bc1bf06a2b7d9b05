/** What of the support page is shown for a search and its filters. */
import type { Bilingual, SupportedCommand, SupportedKind, SupportPage } from '../../../run/support-page.ts';
import generated from './generated/support.json' with { type: 'json' };

export const SUPPORT = generated as SupportPage;

export type Section = 'kinds' | 'kubectl' | 'shell' | 'deviations';
export const SECTIONS: readonly Section[] = ['kinds', 'kubectl', 'shell', 'deviations'];

export const VERBS = ['create', 'get', 'list', 'watch', 'update', 'patch', 'delete', 'deletecollection'] as const;

export interface Filter {
  readonly text: string;
  readonly behaviour: 'all' | 'simulated' | 'stored';
  /** Empty for any. */
  readonly verb: string;
}

export const EVERYTHING: Filter = { text: '', behaviour: 'all', verb: '' };

/** Matches in either language, so that a word of upstream's own documents finds it. */
const both = (text: Bilingual | undefined): string => (text ? `${text.en} ${text.ko}` : '');

function holds(text: string, words: readonly (string | undefined)[]): boolean {
  const whole = words.join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

function matchesKind(kind: SupportedKind, { text, behaviour, verb }: Filter): boolean {
  const { actors, subresources, limits } = kind;
  return (
    (behaviour === 'all' || kind.support === behaviour) &&
    (verb === '' || kind.verbs.includes(verb)) &&
    holds(text, [kind.kind, kind.resource, kind.apiVersion, ...actors, ...subresources, both(limits)])
  );
}

const matchesCommand = ({ name, parts, refusal }: SupportedCommand, text: string): boolean =>
  holds(text, ['kubectl', name, ...parts, refusal]);

/** The filters of kinds leave the other parts alone: these have no verbs. */
export function found(filter: Filter): SupportPage {
  const { text } = filter;
  const named = (names: readonly string[]): readonly string[] => names.filter((name) => holds(text, [name]));
  return {
    kinds: SUPPORT.kinds.filter((kind) => matchesKind(kind, filter)),
    kubectl: SUPPORT.kubectl.filter((command) => matchesCommand(command, text)),
    terminal: named(SUPPORT.terminal),
    shell: named(SUPPORT.shell),
    pretended: named(SUPPORT.pretended),
    deviations: SUPPORT.deviations.filter(({ subject, here, why }) =>
      holds(text, [both(subject), both(here), both(why)]),
    ),
  };
}

export function countOf(page: SupportPage, section: Section): number {
  if (section === 'shell') return page.terminal.length + page.shell.length + page.pretended.length;
  return page[section].length;
}
