/** Which of the page's own dialogs is open; one at a time, opened from buttons, keys and the palette alike. */
import { createStore } from 'zustand/vanilla';

export type DialogName = 'palette' | 'keys' | 'share' | 'runs' | 'rename' | 'scheduler' | 'compare' | 'checks';

export const dialogs = createStore<{ readonly open: DialogName | undefined }>(() => ({ open: undefined }));

export const openDialog = (open: DialogName): void => dialogs.setState({ open });
export const closeDialog = (): void => dialogs.setState({ open: undefined });
