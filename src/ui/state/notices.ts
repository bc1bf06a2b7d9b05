/** Short messages, and the question that a change of the past asks. */
import { createStore } from 'zustand/vanilla';

export interface Notices {
  readonly message: string | undefined;
  readonly fork: { readonly commands: number; answer(isConfirmed: boolean): void } | undefined;
}

export const notices = createStore<Notices>(() => ({ message: undefined, fork: undefined }));

export function notify(message: string | undefined): void {
  notices.setState({ message });
}

export function askFork(commands: number): Promise<boolean> {
  return new Promise((resolve) => {
    notices.setState({
      fork: {
        commands,
        answer: (isConfirmed) => {
          notices.setState({ fork: undefined });
          resolve(isConfirmed);
        },
      },
    });
  });
}
