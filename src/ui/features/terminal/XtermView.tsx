import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { LineEditor } from './line-editor.ts';
import { TerminalScreen } from './terminal-screen.ts';
import { storedHistory, TerminalSession } from './terminal-session.ts';

export interface XtermViewProps {
  readonly isReadAloud: boolean;
  /** Hands out what types a line; undefined when the terminal is gone. */
  onReady(run: ((line: string) => void) | undefined): void;
}

/** xterm.js, with the run's text on it. */
export function XtermView({ isReadAloud, onReady }: XtermViewProps): React.JSX.Element {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<TerminalScreen>(undefined);
  const latest = useRef(t);
  useEffect(() => {
    latest.current = t;
  });
  useEffect(() => {
    const editor = new LineEditor(storedHistory());
    const screen = new TerminalScreen(host.current!, editor, latest.current('terminal.label'));
    shown.current = screen;
    const session = new TerminalSession(screen, editor, () => latest.current('terminal.past'));
    const { terminal } = screen;
    terminal.onData((data) => void session.type(data));
    terminal.attachCustomKeyEventHandler((event) => allows(event, terminal));
    const show = (): void => screen.show(simulation.getState().terminal, session.unfinished);
    show();
    const unfollow = simulation.subscribe((state, before) => {
      if (state.terminal !== before.terminal) show();
    });
    const undress = view.subscribe((state, before) => {
      if (state.shade !== before.shade) screen.dress();
    });
    const sized = new ResizeObserver(() => screen.fit());
    sized.observe(host.current!);
    // Cells are measured by the face, which may still be on its way.
    void document.fonts.load('13px "JetBrains Mono Variable"').then(() => screen.fit());
    onReady((line) => {
      terminal.focus();
      void session.run(line);
    });
    return () => {
      onReady(undefined);
      sized.disconnect();
      unfollow();
      undress();
      shown.current = undefined;
      screen.dispose();
    };
  }, [onReady]);
  useEffect(() => shown.current?.readAloud(isReadAloud), [isReadAloud]);
  return <div className="xterm-host" ref={host} />;
}

/** Keys that stay with the page: Escape leaves the terminal, so that nobody is caught in it, and Ctrl+C copies a selection. */
function allows(
  event: KeyboardEvent,
  terminal: { hasSelection(): boolean; getSelection(): string; clearSelection(): void; blur(): void },
): boolean {
  if (event.key === 'Escape' && !event.isComposing) {
    terminal.blur();
    return false;
  }
  if (event.key === 'Tab' && event.shiftKey) return false;
  const isModified = event.ctrlKey || event.metaKey;
  if (isModified && !event.altKey && event.key.toLowerCase() === 'k' && event.metaKey) return false;
  if (!isModified || event.type !== 'keydown' || event.key.toLowerCase() !== 'c' || !terminal.hasSelection())
    return true;
  void navigator.clipboard.writeText(terminal.getSelection());
  terminal.clearSelection();
  event.preventDefault();
  return false;
}
