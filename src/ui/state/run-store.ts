/**
 * Runs kept in this browser: each under an id of its own, the newest first in a list. A tab holds the lock of the run it
 * plays, so that two tabs never write over each other. When storage is full, the oldest runs of the list give way.
 */
import type { Scenario } from '../../run/types.ts';
import { createStore } from 'zustand/vanilla';
import { notify } from './notices.ts';

export interface RunEntry {
  readonly id: string;
  readonly title: string;
  readonly commands: number;
  readonly nodes: number;
  /** Wall-clock milliseconds. */
  readonly savedAt: number;
}

const LIST = 'pilothouse.runs';
const RUN = 'pilothouse.run.';
/** A saved run that this build cannot read, put aside before anything takes its place. */
const UNREAD = 'pilothouse.unread';
/** Which run this tab plays: a refresh finds it again. */
const TAB = 'pilothouse.tab';
/** Runs kept at most. */
export const RUN_LIMIT = 8;

/** The list as it was written last, for those who show it while it changes. */
export const runList = createStore<{ readonly entries: readonly RunEntry[] }>(() => ({ entries: [] }));

let hasWarned = false;

/** Storage can be switched off or full; the page works without it and says so once, when it would have been needed. */
function tryStorage<T>(fallback: T, access: () => T): T {
  try {
    return access();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return fallback;
  }
}

export const readStored = (key: string): string | null => tryStorage(null, () => localStorage.getItem(key));

function store(key: string, value: string): boolean {
  return tryStorage(false, () => {
    localStorage.setItem(key, value);
    return true;
  });
}

/** Writes, making room if need be; what cannot be kept is said. */
export function writeStored(key: string, value: string): void {
  while (!store(key, value)) {
    const oldest = runs()
      .filter(({ id }) => id !== currentId && `${RUN}${id}` !== key)
      .at(-1);
    if (!oldest) {
      if (!hasWarned) notify({ code: 'storage' });
      hasWarned = true;
      return;
    }
    forgetRun(oldest.id);
  }
}

/** Brings the shown list up to what is stored, by other tabs as well. */
export function readRunList(): void {
  runList.setState({ entries: runs() });
}

/** The runs that are kept, newest first. */
export function runs(): readonly RunEntry[] {
  try {
    const list = JSON.parse(readStored(LIST) ?? '[]') as unknown;
    return Array.isArray(list) ? (list as readonly RunEntry[]) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

export function forgetRun(id: string): void {
  tryStorage(undefined, () => localStorage.removeItem(RUN + id));
  store(LIST, JSON.stringify(runs().filter((entry) => entry.id !== id)));
  readRunList();
}

let currentId = '';

/** A run of its own from now on: what is saved next does not touch the others. */
export function beginRun(): void {
  currentId = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('');
  tryStorage(undefined, () => sessionStorage.setItem(TAB, currentId));
  void hold(currentId);
}

export const currentRunId = (): string => currentId;

/** Takes up a kept run. In another tab it may be playing: then this tab goes on with a copy, and is told so. */
export async function resumeRun(id: string): Promise<{ isCopy: boolean }> {
  if (await hold(id)) {
    currentId = id;
    tryStorage(undefined, () => sessionStorage.setItem(TAB, id));
    return { isCopy: false };
  }
  beginRun();
  return { isCopy: true };
}

/** The run that this tab played before a refresh, or the newest one. */
export function lastRun(): string | undefined {
  const list = runs();
  const own = tryStorage(null, () => sessionStorage.getItem(TAB));
  return list.some(({ id }) => id === own) ? own! : list[0]?.id;
}

let held: { readonly id: string; release(): void } | undefined;

/** Holds a run's lock as long as this tab lives or until it takes another run. False when another tab has it. */
function hold(id: string): Promise<boolean> {
  if (held?.id === id) return Promise.resolve(true);
  // Absent where the page does not come over HTTPS: then nobody watches, as before there were locks.
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    void locks.request(RUN + id, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      if (!lock) return undefined;
      held?.release();
      return new Promise<void>((release) => (held = { id, release }));
    });
  });
}

export function saveRun(scenario: Scenario, savedAt: number): void {
  if (!currentId) return;
  writeStored(RUN + currentId, JSON.stringify(scenario));
  const entry: RunEntry = {
    id: currentId,
    title: scenario.title ?? '',
    commands: scenario.commands.length,
    nodes: scenario.options.pools.reduce((sum, { count }) => sum + count, 0),
    savedAt,
  };
  const list = [entry, ...runs().filter(({ id }) => id !== currentId)];
  for (const { id } of list.slice(RUN_LIMIT)) tryStorage(undefined, () => localStorage.removeItem(RUN + id));
  writeStored(LIST, JSON.stringify(list.slice(0, RUN_LIMIT)));
  readRunList();
}

/** A kept run as it was written; undefined when there is none, or what is there cannot be read any more. */
export function readRun(id: string): Scenario | undefined {
  const text = readStored(RUN + id);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as Scenario;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    setAside(id);
    return undefined;
  }
}

/** Keeps the text of a run that cannot be opened, out of the way of what comes next. */
export function setAside(id: string): void {
  const text = readStored(RUN + id);
  if (text !== null) store(UNREAD, text);
  forgetRun(id);
}
