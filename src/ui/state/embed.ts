/** `?embed`: the stage and a play button inside somebody else's page. Its theme and language are in the address too. */
import type { Language } from '../i18n/index.ts';
import type { Theme } from './view.ts';

const query = new URLSearchParams(globalThis.location?.search ?? '');

export const isEmbedded = query.has('embed');

export function embeddedView(): { theme?: Theme; language?: Language } {
  const theme = (['light', 'dark', 'system'] as const).find((item) => item === query.get('theme'));
  const language = (['ko', 'en'] as const).find((item) => item === query.get('lang'));
  return { ...(theme ? { theme } : {}), ...(language ? { language } : {}) };
}

export interface EmbedOptions {
  readonly theme: Theme;
  readonly language: Language;
  readonly height: number;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** The code that shows a run inside another page. */
export function embedSnippet(base: string, payload: string, title: string, options: EmbedOptions): string {
  const address = `${base}?embed&theme=${options.theme}&lang=${options.language}#run=${payload}`;
  return `<iframe src="${escape(address)}" title="${escape(title)}" width="100%" height="${options.height}" loading="lazy" style="border:0"></iframe>`;
}
