import type { TFunction } from 'i18next';
import type { Notice } from '../state/notices.ts';

/** What went wrong and how to mend it, in the reader's language. */
export function refusalText(t: TFunction, { code, message, values = {} }: Notice): string {
  const { expected, value } = values;
  const what = expected ? t(`refusal.scenario.expected.${expected}`, { value }) : '';
  return t(`refusal.${code}`, { ...values, what, defaultValue: message ?? code });
}
