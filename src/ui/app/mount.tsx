/** Mounts the page: language and theme first, so that the first picture is the right one. */
import '@fontsource-variable/jetbrains-mono/index.css';
import '../design/tokens.css';
import '../design/base.css';
import '../design/controls.css';
import '../design/overlays.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { preferredLanguage, setLanguage, startTexts } from '../i18n/index.ts';
import { begin, pilothouse, restoreView } from '../state/session.ts';
import { view, type ViewState } from '../state/view.ts';
import { App } from './App.tsx';

declare global {
  interface Window {
    pilothouse: typeof pilothouse;
  }
}

/** The page's colours: as chosen, or as the reader's computer has them, also when that changes. */
function followTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = (): void => {
    const { theme } = view.getState();
    const shade = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    document.documentElement.dataset['theme'] = shade;
    if (view.getState().shade !== shade) view.setState({ shade });
  };
  follow();
  dark.addEventListener('change', follow);
  view.subscribe(follow);
}

export function mountApp(root: HTMLElement): void {
  const saved = restoreView() as Partial<ViewState>;
  const language = preferredLanguage(saved.language ?? null, navigator.language);
  view.setState({ ...saved, language });
  const said = startTexts(language);
  followTheme();
  view.subscribe((state, before) => {
    if (state.language !== before.language) void setLanguage(state.language);
  });
  // The rules of the Korean subsets are long: the first picture does not wait for them.
  void import('pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css');
  window.pilothouse = pilothouse;
  const shared = begin();
  // The simulation boots meanwhile.
  void said.then(() =>
    createRoot(root).render(
      <StrictMode>
        <App shared={shared} />
      </StrictMode>,
    ),
  );
}
