import type { editorEn } from './editor-en.ts';
import type { en } from './en.ts';
import type { chartsEn } from './charts-en.ts';
import type { explainEn } from './explain-en.ts';
import type { schedulerEn } from './scheduler-en.ts';
import type { picturesEn } from './pictures-en.ts';
import type { shellEn } from './shell-en.ts';
import type { stageEn } from './stage-en.ts';

type Widened<T> = { readonly [K in keyof T]: T[K] extends string ? string : Widened<T[K]> };

/** Every text there is; a language that leaves one out does not compile. */
export type Texts = Widened<typeof en>;

export type EditorTexts = Widened<typeof editorEn>;

export type ChartTexts = Widened<typeof chartsEn>;
export type ExplainTexts = Widened<typeof explainEn>;

export type SchedulerTexts = Widened<typeof schedulerEn>;

export type PicturesTexts = Widened<typeof picturesEn>;

export type ShellTexts = Widened<typeof shellEn>;

export type StageTexts = Widened<typeof stageEn>;
