/** Mounts the page: language and theme first, so that the first picture is the right one. */
import '@fontsource-variable/jetbrains-mono/index.css';
import '../design/tokens.css';
import '../design/app.css';
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

export function mountApp(root: HTMLElement): void {
  const saved = restoreView() as Partial<ViewState>;
  const language = preferredLanguage(saved.language ?? null, navigator.language);
  const theme = saved.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  view.setState({ ...saved, language, theme });
  startTexts(language);
  document.documentElement.dataset['theme'] = theme;
  view.subscribe((state, before) => {
    if (state.language !== before.language) setLanguage(state.language);
    document.documentElement.dataset['theme'] = state.theme;
  });
  // The rules of the Korean subsets are long: the first picture does not wait for them.
  void import('pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css');
  window.pilothouse = pilothouse;
  const shared = begin();
  createRoot(root).render(
    <StrictMode>
      <App shared={shared} />
    </StrictMode>,
  );
}
