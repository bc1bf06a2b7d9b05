/** The words on a quick fix. */
import type { FaultLanguage } from '../../../manifest/fault-texts.ts';
import type { TextFix } from '../../../run/types.ts';

const TITLE: Readonly<Record<FaultLanguage, (text: string) => string>> = {
  en: (text) => (text.trim() ? `Change to ${text.trim()}` : 'Remove'),
  ko: (text) => (text.trim() ? `${text.trim()}(으)로 수정` : '삭제'),
};

/** What a fix does, in the words of its button. */
export function titleOfFix(fix: TextFix, language: FaultLanguage): string {
  const [line = '', ...more] = fix.text.trim().split('\n');
  return TITLE[language](more.length > 0 ? `${line} …` : line);
}
