/** The faults of the text that is shown, asked for when the typing pauses; and which of the server's still hold. */
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Fault } from '../../../run/types.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import type { AppliedText } from './ResultList.tsx';

const CHECK_AFTER_MS = 250;
/** A long text takes a while to check: the pause grows with it, by a second for so many characters. */
const CHARACTERS_A_SECOND = 2_000_000;
const NONE: readonly Fault[] = [];

export function useChecks(files: Readonly<Record<string, string>>, file: string): readonly Fault[] {
  const [found, setFound] = useState<{ readonly file: string; readonly faults: readonly Fault[] }>();
  const isBooted = useStore(simulation, (state) => state.isBooted);
  useEffect(() => {
    if (!isBooted) return undefined;
    const { [file]: text = '', ...others } = files;
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        void ask('files', { files });
        void ask('check', { file, text, others }).then((faults) => {
          if (isCurrent) setFound({ file, faults: faults ?? NONE });
        });
      },
      CHECK_AFTER_MS + (text.length / CHARACTERS_A_SECOND) * 1_000,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [files, file, isBooted]);
  return found?.file === file ? found.faults : NONE;
}

/** What the server refused, as long as the text is the one that it was sent. */
export function useServerFaults(applied: readonly AppliedText[], file: string, text: string): readonly Fault[] {
  return useMemo(() => {
    const last = applied.find((item) => item.file === file);
    if (!last || last.text !== text) return NONE;
    return (last.result.documents ?? []).flatMap(({ faults }) => faults ?? []);
  }, [applied, file, text]);
}
