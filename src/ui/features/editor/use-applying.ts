/** Applying and deleting texts: what is under way, how far it has come, and what came of the last time. */
import { useEffect, useState } from 'react';
import { ask, command, onProgress } from '../../state/session.ts';
import { texts } from '../../state/texts.ts';
import { showAwaited } from '../../state/view.ts';
import type { Lines } from './documents.ts';
import type { AppliedText } from './ResultList.tsx';

export interface Progress {
  readonly done: number;
  readonly total: number;
}

export interface Applying {
  readonly applied: readonly AppliedText[];
  readonly isBusy: boolean;
  /** There once a command takes long enough to be shown. */
  readonly progress: Progress | undefined;
  run(verb: 'apply' | 'delete', names: readonly string[], lines?: Lines): Promise<void>;
  cancel(): void;
}

export function useApplying(): Applying {
  const [applied, setApplied] = useState<readonly AppliedText[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [progress, setProgress] = useState<Progress>();
  useEffect(() => onProgress((of, done, total) => (of === 'command' ? setProgress({ done, total }) : undefined)), []);
  const run: Applying['run'] = async (verb, names, lines) => {
    setApplied([]);
    setBusy(true);
    for (const file of names) {
      const text = texts.getState().files[file] ?? '';
      const result = await command({ verb, file, text, ...(lines ? { lines } : {}) });
      setProgress(undefined);
      if (!result) break;
      setApplied((before) => [...before, { file, text, result }]);
      showAwaited((result.documents ?? []).filter(({ outcome }) => outcome !== 'error').map(({ key }) => key));
      await ask('play', {});
      if (result.cancelledAfter !== undefined) break;
    }
    setBusy(false);
  };
  return { applied, isBusy, progress, run, cancel: () => void ask('cancel', {}) };
}
