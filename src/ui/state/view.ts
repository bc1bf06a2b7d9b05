/** What the person has chosen to see, and the texts being edited. Kept in the browser. */
import { createStore } from 'zustand/vanilla';
import type { StepUnit } from '../../worker/messages.ts';
import type { Language } from '../i18n/index.ts';
import type { SourceSpan } from '../../sim/kernel/index.ts';
import type { ScenarioView } from '../../run/types.ts';
import type { PacketKind } from '../view/packets.ts';

export type LeftTab = 'editor' | 'scenarios' | 'cluster';
export type RightTab = 'inspector' | 'decision' | 'request' | 'why';
export type DrawerTab = 'events' | 'terminal' | 'table' | 'pipeline';
/** `system` follows the reader's computer. */
export type Theme = 'light' | 'dark' | 'system';

export interface ViewState {
  readonly language: Language;
  readonly theme: Theme;
  /** What the theme comes to now. */
  readonly shade: 'light' | 'dark';
  readonly left: LeftTab;
  readonly right: RightTab;
  readonly drawer: DrawerTab;
  readonly isLeftOpen: boolean;
  /** Closed until something is selected or asked for. */
  readonly isRightOpen: boolean;
  readonly isDrawerOpen: boolean;
  /** Widths of the side panels and the height of the drawer, in pixels. */
  readonly sizes: { readonly left: number; readonly right: number; readonly drawer: number };
  /** Record key or component id. */
  readonly selected: string | undefined;
  readonly whySeq: number | undefined;
  readonly attempt: number | undefined;
  readonly filter: string;
  readonly namespace: string;
  readonly hiddenPackets: readonly PacketKind[];
  /** The stage's camera; undefined fits everything in. */
  readonly camera: NonNullable<ScenarioView['camera']> | undefined;
  /** What a step goes by. */
  readonly stepUnit: StepUnit;
  /** How far the first minute's ladder was climbed, and whether it was put away. */
  readonly guide: { readonly step: number; readonly isPutAway: boolean };
  /** What a panel points at right now: record keys and component ids, for the stage to light up. */
  readonly highlighted: readonly string[];
  /** A number for nodes of the stage to be tinted by: the score of a plugin, from 0 to 100. */
  readonly heat: NodeHeat | undefined;
  /** What a preemption that a panel shows does: the node it makes room on, and record keys of its victims. */
  readonly marks: { readonly nominated: string; readonly victims: readonly string[] } | undefined;
  /** What the first minute or a lesson asks the person to look at: a record key or component id. */
  readonly spotlight: string | undefined;
  /** What the person has just brought about: the stage marks it with a tick. */
  readonly succeeded: string | undefined;
  /** Scenario of the gallery whose lesson is shown over the text. */
  readonly lesson: string | undefined;
  /** What a scenario is about: the inspector opens on it when its text is applied. */
  readonly awaited: string | undefined;
  /** Lines of a text that a panel refers to, for the editor to select; each request is an object of its own. */
  readonly revealed: SourceSpan | undefined;
  /** Which panel a narrow window shows. */
  readonly narrow: 'left' | 'stage' | 'right' | 'events';
}

export interface NodeHeat {
  /** Numbers of a score, or the nodes that a filter turned down. */
  readonly kind: 'score' | 'filter';
  /** What the number is, as the panel names it. */
  readonly title: string;
  /** Node name to score; a node that was turned down has none. */
  readonly scores: Readonly<Record<string, number>>;
  readonly rejected: readonly string[];
}

export const view = createStore<ViewState>(() => ({
  language: 'en',
  theme: 'system',
  shade: 'light',
  left: 'editor',
  right: 'inspector',
  drawer: 'events',
  isLeftOpen: true,
  isRightOpen: false,
  isDrawerOpen: true,
  sizes: { left: 336, right: 360, drawer: 160 },
  selected: undefined,
  whySeq: undefined,
  attempt: undefined,
  filter: '',
  namespace: '',
  hiddenPackets: [],
  camera: undefined,
  stepUnit: 'event',
  guide: { step: 0, isPutAway: false },
  highlighted: [],
  heat: undefined,
  marks: undefined,
  spotlight: undefined,
  succeeded: undefined,
  lesson: undefined,
  awaited: undefined,
  revealed: undefined,
  narrow: 'stage',
}));

const LEFT_TABS: readonly LeftTab[] = ['editor', 'scenarios', 'cluster'];
const RIGHT_TABS: readonly RightTab[] = ['inspector', 'decision', 'request', 'why'];
const DRAWER_TABS: readonly DrawerTab[] = ['events', 'terminal', 'table', 'pipeline'];

/** What the reader prefers, whichever run is shown. What belongs to the run is kept with the run. */
export function keptView(): Partial<ViewState> {
  const { language, theme, sizes, hiddenPackets, stepUnit, guide } = view.getState();
  return { language, theme, sizes, hiddenPackets, stepUnit, guide };
}

/** What travels with a run: in a link, a file, and over a refresh. */
export function sharedView(): ScenarioView {
  const { selected, namespace, filter, camera, lesson, ...rest } = view.getState();
  return {
    ...(selected ? { selected } : {}),
    ...(namespace ? { namespace } : {}),
    ...(filter ? { filter } : {}),
    ...(camera ? { camera } : {}),
    ...(lesson ? { lesson } : {}),
    ...(rest.isLeftOpen ? { left: rest.left } : {}),
    ...(rest.isRightOpen ? { right: rest.right } : {}),
    ...(rest.isDrawerOpen ? { drawer: rest.drawer } : {}),
  };
}

/** Shows what the one who saved it looked at; names of panels that this build does not know are passed over. */
export function showSharedView(shared: ScenarioView | undefined): void {
  const left = LEFT_TABS.find((tab) => tab === shared?.left);
  const right = RIGHT_TABS.find((tab) => tab === shared?.right);
  const drawer = DRAWER_TABS.find((tab) => tab === shared?.drawer);
  view.setState((state) => ({
    selected: shared?.selected,
    namespace: shared?.namespace ?? '',
    filter: shared?.filter ?? '',
    camera: shared?.camera,
    lesson: shared?.lesson,
    whySeq: undefined,
    attempt: undefined,
    highlighted: [],
    heat: undefined,
    marks: undefined,
    ...(shared
      ? {
          left: left ?? state.left,
          right: right ?? state.right,
          drawer: drawer ?? state.drawer,
          isLeftOpen: left !== undefined && (right === undefined || hasRoomForBoth()),
          isRightOpen: right !== undefined,
          isDrawerOpen: drawer !== undefined,
        }
      : {}),
  }));
}

/** Widths (CSS pixels) at which the layout changes. */
export const MIDDLE_WIDTH = 1100;
export const NARROW_WIDTH = 700;

/** Between the two there is room for one side panel at a time. */
const hasRoomForBoth = (): boolean => window.innerWidth > MIDDLE_WIDTH;

export function showLeft(left: LeftTab): void {
  view.setState((state) => ({
    left,
    isLeftOpen: true,
    isRightOpen: state.isRightOpen && hasRoomForBoth(),
    narrow: 'left',
  }));
}

/** Opens a panel on the right, with what it is to show. */
export function showRight(
  right: RightTab,
  what: Partial<Pick<ViewState, 'whySeq' | 'attempt' | 'selected'>> = {},
): void {
  view.setState((state) => ({
    ...what,
    right,
    isRightOpen: true,
    isLeftOpen: state.isLeftOpen && hasRoomForBoth(),
    narrow: 'right',
  }));
}

export function toggleLeft(): void {
  view.setState((state) => ({
    isLeftOpen: !state.isLeftOpen,
    isRightOpen: state.isRightOpen && (state.isLeftOpen || hasRoomForBoth()),
  }));
}

export function toggleRight(): void {
  view.setState((state) => ({
    isRightOpen: !state.isRightOpen,
    isLeftOpen: state.isLeftOpen && (state.isRightOpen || hasRoomForBoth()),
  }));
}

export function toggleDrawer(): void {
  view.setState((state) => ({ isDrawerOpen: !state.isDrawerOpen }));
}

/** Selects an object or component and shows it; undefined lets go of it. A narrow window stays where it is. */
export function select(key: string | undefined): void {
  view.setState((state) => ({
    selected: key,
    whySeq: undefined,
    attempt: undefined,
    right: state.right === 'why' || state.right === 'request' ? 'inspector' : state.right,
    isRightOpen: key !== undefined || state.isRightOpen,
    isLeftOpen: state.isLeftOpen && (key === undefined || hasRoomForBoth()),
  }));
}

/** Points at objects and components of the stage while a panel shows them. */
export function highlight(keys: readonly string[]): void {
  view.setState({ highlighted: keys });
}

/** Shows the lines of a text that something came from. */
export function reveal(span: SourceSpan): void {
  showLeft('editor');
  view.setState({ revealed: { ...span } });
}

/** Opens the chain of causes of an event, or of what is selected. */
export function askWhy(seq: number | undefined): void {
  showRight('why', { whySeq: seq });
}

/** A scenario's text was applied: opens the inspector on what it is about. A narrow window stays where it is. */
export function showAwaited(keys: readonly (string | undefined)[]): void {
  const { awaited } = view.getState();
  if (!awaited || !keys.includes(awaited)) return;
  view.setState({ awaited: undefined });
  select(awaited);
}

/** Selects an object or component and opens what there is to know of it. */
export function inspect(key: string): void {
  showRight('inspector', { selected: key, whySeq: undefined, attempt: undefined });
}
