/** What the command palette finds, and in which order. */
import type { TFunction } from 'i18next';
import { GALLERY } from '../../lessons/index.ts';
import type { Stored } from '../../sim/api/object.ts';
import type { SearchItem } from '../design/index.ts';
import type { Language } from '../i18n/index.ts';
import { type DialogName } from '../state/dialogs.ts';
import { setSpeed, SPEED_PRESETS, step, STEP_UNITS, toEnd, togglePlay, toStart } from '../state/playback.ts';
import { saveToFile } from '../state/run-files.ts';
import { newScenario, loadAnew } from '../state/session.ts';
import { openBeside } from '../state/texts.ts';
import { select, showLeft, showRight, toggleDrawer, toggleLeft, toggleRight, view } from '../state/view.ts';

export interface PaletteItem extends SearchItem {
  readonly run?: () => void;
  /** Opens another dialog in the palette's place. */
  readonly dialog?: DialogName;
  /** What is matched, in lower case: also the name in the other language. */
  readonly words: string;
}

/** Lines shown at once; more letters find the rest. */
const SHOWN = 40;
const COMPONENTS = ['kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager', 'cloud-controller-manager'];

export function paletteItems(
  t: TFunction,
  objects: ReadonlyMap<string, Stored>,
  language: Language,
): readonly PaletteItem[] {
  return [...actions(t), ...components(t), ...found(t, objects), ...scenarios(t, language)];
}

/** Items that hold every word of the text; those that begin with it come first. */
export function searchPalette(items: readonly PaletteItem[], text: string): readonly PaletteItem[] {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.slice(0, SHOWN);
  const hits = items.filter((item) => words.every((word) => item.words.includes(word)));
  const rank = (item: PaletteItem): number => {
    const label = item.label.toLowerCase();
    return label === words[0] ? 0 : label.startsWith(words[0]!) ? 1 : label.includes(words[0]!) ? 2 : 3;
  };
  const best = hits
    .map((item, index) => ({ item, index, rank: rank(item) }))
    .sort((left, right) => left.rank - right.rank || left.index - right.index)
    .slice(0, SHOWN)
    .map(({ item }) => item);
  // Groups stay together, the one with the best hit first.
  const groups = [...new Set(best.map(({ group }) => group))];
  return groups.flatMap((group) => best.filter((item) => item.group === group));
}

const item = (id: string, label: string, group: string, more: Partial<PaletteItem>, otherWords = ''): PaletteItem => ({
  id,
  label,
  group,
  words: `${label} ${more.hint ?? ''} ${otherWords}`.toLowerCase(),
  ...more,
});

function actions(t: TFunction): readonly PaletteItem[] {
  const group = t('palette.actions');
  const english = t as (key: string, options: { lng: string }) => string;
  const act = (key: string, run: () => void, hint?: string): PaletteItem =>
    item(key, t(key), group, { run, ...(hint ? { hint } : {}) }, english(key, { lng: 'en' }));
  const open = (key: string, dialog: DialogName, hint?: string): PaletteItem =>
    item(key, t(key), group, { dialog, ...(hint ? { hint } : {}) }, english(key, { lng: 'en' }));
  const panel = (key: string, run: () => void): PaletteItem =>
    item(`panel.${key}`, t('palette.panel', { name: t(key) }), group, { run }, `open ${english(key, { lng: 'en' })}`);
  return [
    act('run.play', () => void togglePlay(), 'Space'),
    act('run.pause', () => void togglePlay(), 'Space'),
    act('palette.stepForward', () => void step(1), '→'),
    act('palette.stepBack', () => void step(-1), '←'),
    act('run.toStart', () => void toStart(), 'Home'),
    act('run.toEnd', () => void toEnd(), 'End'),
    open('app.share', 'share'),
    open('scheduler.open', 'scheduler'),
    open('scheduler.openCompare', 'compare'),
    open('checks.title', 'checks'),
    open('support.title', 'support'),
    panel('tabs.editor', () => showLeft('editor')),
    panel('tabs.scenarios', () => showLeft('scenarios')),
    panel('tabs.cluster', () => showLeft('cluster')),
    panel('tabs.inspector', () => showRight('inspector')),
    panel('tabs.decision', () => showRight('decision')),
    panel('tabs.request', () => showRight('request')),
    panel('tabs.why', () => showRight('why')),
    panel('layout.left', toggleLeft),
    panel('layout.right', toggleRight),
    panel('layout.drawer', toggleDrawer),
    act('palette.language', () =>
      view.setState(({ language }) => ({ language: language === 'ko' ? ('en' as const) : ('ko' as const) })),
    ),
    ...(['light', 'dark', 'system'] as const).map((theme) =>
      item(
        `theme.${theme}`,
        t('palette.theme', { name: t(`app.themes.${theme}`) }),
        group,
        { run: () => view.setState({ theme }) },
        `theme ${theme}`,
      ),
    ),
    ...STEP_UNITS.map((stepUnit) =>
      item(
        `unit.${stepUnit}`,
        t('palette.unit', { name: t(`run.units.${stepUnit}`) }),
        group,
        { run: () => view.setState({ stepUnit }) },
        `step ${stepUnit}`,
      ),
    ),
    act('runs.fresh', () => void loadAnew(newScenario(), true)),
    open('runs.rename', 'rename'),
    open('runs.recent', 'runs'),
    act('runs.saveFile', saveToFile),
    open('palette.help', 'keys', '?'),
    ...SPEED_PRESETS.map((speed) =>
      item(`speed.${speed}`, t('palette.speed', { speed }), group, { run: () => void setSpeed(speed) }, 'speed'),
    ),
  ];
}

function components(t: TFunction): readonly PaletteItem[] {
  const group = t('palette.components');
  return COMPONENTS.map((id) => item(id, t(`component.${id}`), group, { hint: id, run: () => look(id) }));
}

function found(t: TFunction, objects: ReadonlyMap<string, Stored>): readonly PaletteItem[] {
  const group = t('palette.objects');
  return [...objects].map(([key, { kind = '', metadata }]) => {
    const hint = metadata.namespace ? `${kind} · ${metadata.namespace}` : kind;
    return item(key, metadata.name, group, { hint, run: () => look(key) });
  });
}

function look(key: string): void {
  select(key);
  showRight('inspector', { selected: key });
}

function scenarios(t: TFunction, language: Language): readonly PaletteItem[] {
  const group = t('palette.scenarios');
  return GALLERY.map((entry) =>
    item(
      `scenario.${entry.id}`,
      entry.title[language],
      group,
      {
        run: () => {
          openBeside(`${entry.id}.yaml`, entry.text);
          showLeft('editor');
          view.setState({ lesson: entry.id, awaited: entry.show });
        },
      },
      `${entry.title.en} ${entry.summary[language]}`,
    ),
  );
}
