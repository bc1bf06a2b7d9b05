/** What the person has chosen to see, and the texts being edited. Kept in the browser. */
import { createStore } from 'zustand/vanilla';
import { START_TEXT } from '../../lessons/index.ts';
import type { Language } from '../i18n/index.ts';
import type { SourceSpan } from '../../sim/kernel/index.ts';
import type { PacketKind } from '../view/packets.ts';

export type LeftTab = 'editor' | 'scenarios' | 'cluster';
export type RightTab = 'inspector' | 'decision' | 'request' | 'why';
export type Theme = 'light' | 'dark';

export interface ViewState {
  readonly language: Language;
  readonly theme: Theme;
  readonly left: LeftTab;
  readonly right: RightTab;
  /** Record key or component id. */
  readonly selected: string | undefined;
  readonly whySeq: number | undefined;
  readonly attempt: number | undefined;
  readonly filter: string;
  readonly namespace: string;
  readonly hiddenPackets: readonly PacketKind[];
  readonly text: string;
  /** What a panel points at right now: record keys and component ids, for the stage to light up. */
  readonly highlighted: readonly string[];
  /** A number for nodes of the stage to be tinted by: the score of a plugin, from 0 to 100. */
  readonly heat: NodeHeat | undefined;
  /** Lines of a text that a panel refers to, for the editor to select; each request is an object of its own. */
  readonly revealed: SourceSpan | undefined;
  /** Which panel a narrow window shows. */
  readonly narrow: 'left' | 'stage' | 'right' | 'events';
}

export interface NodeHeat {
  /** What the number is, as the panel names it. */
  readonly title: string;
  /** Node name to score; a node that was turned down has none. */
  readonly scores: Readonly<Record<string, number>>;
  readonly rejected: readonly string[];
}

export const view = createStore<ViewState>(() => ({
  language: 'en',
  theme: 'light',
  left: 'editor',
  right: 'inspector',
  selected: undefined,
  whySeq: undefined,
  attempt: undefined,
  filter: '',
  namespace: '',
  hiddenPackets: [],
  text: START_TEXT,
  highlighted: [],
  heat: undefined,
  revealed: undefined,
  narrow: 'stage',
}));

export function select(key: string | undefined): void {
  view.setState((state) => ({
    selected: key,
    whySeq: undefined,
    right: state.right === 'why' || state.right === 'request' ? 'inspector' : state.right,
  }));
}

/** Points at objects and components of the stage while a panel shows them. */
export function highlight(keys: readonly string[]): void {
  view.setState({ highlighted: keys });
}

/** Shows the lines of a text that something came from. */
export function reveal(span: SourceSpan): void {
  view.setState({ left: 'editor', narrow: 'left', revealed: { ...span } });
}

/** Opens the chain of causes of an event, or of what is selected. */
export function askWhy(seq: number | undefined): void {
  view.setState({ right: 'why', whySeq: seq, narrow: 'right' });
}
