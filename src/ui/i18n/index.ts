import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { ko } from './ko.ts';

export type Language = 'ko' | 'en';

export function preferredLanguage(stored: string | null, browser: string): Language {
  if (stored === 'ko' || stored === 'en') return stored;
  return browser.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function startTexts(language: Language): void {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, ko: { translation: ko } },
    interpolation: { escapeValue: false },
    keySeparator: '.',
    showSupportNotice: false,
  });
  document.documentElement.lang = language;
}

export function setLanguage(language: Language): void {
  void i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export { en, ko };
