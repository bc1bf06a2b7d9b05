/** Short messages, and the question that a change of the past asks. */
import { createStore } from 'zustand/vanilla';
import type { ForkNotice } from '../../run/types.ts';

/** What went wrong, as data: the words are found when it is shown, in the language of that moment. */
export interface Notice {
  /** Key under `refusal.`; a code without a text of its own is shown by its message. */
  readonly code: string;
  readonly message?: string;
  readonly values?: Readonly<Record<string, string | number>>;
  /** Good news, or a failure. */
  readonly tone?: 'failure' | 'neutral';
}

export interface Notices {
  readonly notice: Notice | undefined;
  readonly fork: (ForkNotice & { answer(isConfirmed: boolean): void }) | undefined;
}

export const notices = createStore<Notices>(() => ({ notice: undefined, fork: undefined }));

export function notify(notice: Notice | undefined): void {
  notices.setState({ notice });
}

export function askFork(what: ForkNotice): Promise<boolean> {
  return new Promise((resolve) => {
    notices.setState({
      fork: {
        ...what,
        answer: (isConfirmed) => {
          notices.setState({ fork: undefined });
          resolve(isConfirmed);
        },
      },
    });
  });
}
