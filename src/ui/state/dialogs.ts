/** Which of the page's own dialogs is open; one at a time, opened from buttons, keys and the palette alike. */
import { createStore } from 'zustand/vanilla';

export type DialogName =
  'palette' | 'keys' | 'share' | 'runs' | 'rename' | 'scheduler' | 'compare' | 'checks' | 'support';

interface Dialogs {
  readonly open: DialogName | undefined;
  /** What it is opened about, where it can be about something: a kind. */
  readonly subject: string;
}

export const dialogs = createStore<Dialogs>(() => ({ open: undefined, subject: '' }));

export const openDialog = (open: DialogName, subject = ''): void => dialogs.setState({ open, subject });
export const closeDialog = (): void => dialogs.setState({ open: undefined });
