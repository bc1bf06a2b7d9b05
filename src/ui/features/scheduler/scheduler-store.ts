/** The configuration being written, and the comparison of two: kept while the dialog is closed. */
import { createStore } from 'zustand/vanilla';
import type { TFunction } from 'i18next';
import type { Comparison } from '../../../run/types.ts';
import { ask, command, onProgress } from '../../state/session.ts';
import { readStored, writeStored } from '../../state/run-store.ts';
import { simulation } from '../../state/simulation.ts';
import { inForce } from './in-force.ts';
import { isPreset, presetText, type PresetId } from './presets.ts';

const DRAFT = 'pilothouse.scheduler';

/** One side of a comparison: what is in force, what is being written, or a preset. */
export type Choice = 'force' | 'draft' | PresetId;

export interface SchedulerState {
  /** Undefined until something was written: then the editor shows what is in force. */
  readonly draft: string | undefined;
  readonly left: Choice;
  readonly right: Choice;
  readonly isComparing: boolean;
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  readonly compared: Compared | undefined;
}

export interface Compared {
  readonly comparison: Comparison;
  readonly left: Choice;
  readonly right: Choice;
  readonly isWhole: boolean;
  readonly time: number;
}

export const scheduler = createStore<SchedulerState>(() => ({
  draft: readStored(DRAFT) ?? undefined,
  left: 'default',
  right: 'packing',
  isComparing: false,
  progress: undefined,
  compared: undefined,
}));

onProgress((of, done, total) => {
  if (of === 'study' && scheduler.getState().isComparing) scheduler.setState({ progress: { done, total } });
});

/** Survives a closed tab, as the texts of the editor do. */
export function writeDraft(draft: string): void {
  scheduler.setState({ draft });
  writeStored(DRAFT, draft);
}

/** A command of the run: it can be rewound, and travels in a link. */
export async function applyConfiguration(text: string): Promise<boolean> {
  const result = await command({ verb: 'configure-scheduler', text });
  if (result) await ask('play', {});
  return result !== undefined;
}

function textOf(t: TFunction, choice: Choice): string {
  const { log, commandsDone, options } = simulation.getState();
  if (choice === 'force') return inForce(log, commandsDone, options).text;
  return isPreset(choice) ? presetText(t, choice) : (scheduler.getState().draft ?? '');
}

export async function compareChoices(t: TFunction): Promise<void> {
  const { left, right } = scheduler.getState();
  const { time } = simulation.getState();
  scheduler.setState({ isComparing: true, progress: undefined });
  const answer = await ask('compare', { texts: [textOf(t, left), textOf(t, right)] });
  scheduler.setState({
    isComparing: false,
    progress: undefined,
    ...(answer ? { compared: { comparison: answer.found, isWhole: answer.isWhole, left, right, time } } : {}),
  });
}

export const stopComparing = (): void => void ask('cancelStudy', {});
