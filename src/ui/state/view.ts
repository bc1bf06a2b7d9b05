/** What the person has chosen to see, and the texts being edited. Kept in the browser. */
import { createStore } from 'zustand/vanilla';
import { START_TEXT } from '../../lessons/index.ts';
import type { Language } from '../i18n/index.ts';
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
  /** Which panel a narrow window shows. */
  readonly narrow: 'left' | 'stage' | 'right' | 'events';
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
  narrow: 'stage',
}));

export function select(key: string | undefined): void {
  view.setState((state) => ({
    selected: key,
    whySeq: undefined,
    right: state.right === 'why' || state.right === 'request' ? 'inspector' : state.right,
  }));
}
