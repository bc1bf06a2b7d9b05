import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export type Language = 'ko' | 'en';

export function preferredLanguage(stored: string | null, browser: string): Language {
  if (stored === 'ko' || stored === 'en') return stored;
  return browser.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

/** Texts by language, each a part of its own: the first picture waits for one of them only. */
const TEXTS: Readonly<Record<Language, () => Promise<object>>> = {
  ko: async () => (await import('./ko.ts')).ko,
  en: async () => (await import('./en.ts')).en,
};

/** Makes the texts of a language known; whoever shows them is drawn again. */
export async function addTexts(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'translation')) return;
  i18next.addResourceBundle(language, 'translation', await TEXTS[language]());
}

/** Resolves when the texts of the language are there. The other's come when they are asked for. */
export async function startTexts(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: {},
    interpolation: { escapeValue: false },
    keySeparator: '.',
    showSupportNotice: false,
    react: { bindI18nStore: 'added' },
  });
  await addTexts(language);
  document.documentElement.lang = language;
}

export async function setLanguage(language: Language): Promise<void> {
  await addTexts(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
