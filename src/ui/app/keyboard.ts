/** Keys that work everywhere but where the person types or a control has the key for itself. */
import { useEffect } from 'react';
import { openDialog } from '../state/dialogs.ts';
import { changeSpeed, step, toEnd, toMark, togglePlay, toStart } from '../state/playback.ts';

export interface Shortcut {
  /** Key under `keys.`. */
  readonly text: 'play' | 'step' | 'marks' | 'ends' | 'speed' | 'search' | 'help' | 'escape';
  /** As they are shown, one cap each. */
  readonly caps: readonly string[];
}

const isMac = navigator.platform.startsWith('Mac');
export const SEARCH_CAP = isMac ? '⌘K' : 'Ctrl K';

export const SHORTCUTS: readonly Shortcut[] = [
  { text: 'play', caps: ['Space'] },
  { text: 'step', caps: ['←', '→'] },
  { text: 'marks', caps: ['Shift ←', 'Shift →'] },
  { text: 'ends', caps: ['Home', 'End'] },
  { text: 'speed', caps: ['[', ']'] },
  { text: 'search', caps: [SEARCH_CAP] },
  { text: 'help', caps: ['?'] },
  { text: 'escape', caps: ['Esc'] },
];

const ACTIONS: Readonly<Record<string, () => void>> = {
  ' ': () => void togglePlay(),
  ArrowLeft: () => void step(-1),
  ArrowRight: () => void step(1),
  'Shift+ArrowLeft': () => void toMark(-1),
  'Shift+ArrowRight': () => void toMark(1),
  Home: () => void toStart(),
  End: () => void toEnd(),
  '[': () => void changeSpeed(-1),
  ']': () => void changeSpeed(1),
  '?': () => openDialog('keys'),
};

/** Where text is written: no key of ours fires. */
const TYPING =
  'input, textarea, select, [contenteditable=true], .monaco-editor, .xterm, [role=dialog], [role=menu], [role=listbox]';
/** Controls that are pressed by the space bar. */
const PRESSED = 'button, a, summary, [role=option], [role=tab], [role=treeitem], [role=row]';
/** Controls that the arrow keys, Home and End move in. */
const MOVED_IN = '[role=slider], [role=tab], [role=radio], [role=separator], [role=grid], [role=tree]';

function isTaken(key: string, target: Element): boolean {
  if (target.closest(TYPING)) return true;
  if (key === ' ') return target.closest(PRESSED) !== null;
  return /^(Arrow|Home$|End$)/.test(key) && target.closest(MOVED_IN) !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    openDialog('palette');
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey) return;
  const action = ACTIONS[event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key];
  if (!action || isTaken(event.key, event.target as Element)) return;
  event.preventDefault();
  action();
}

export function useKeyboard(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
