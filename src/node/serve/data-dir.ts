/**
 * The folder that keeps a cluster: one process at a time may have it, and its journal and credentials belong together.
 * Upstream's counterpart: the lock on etcd's data directory (client/pkg/fileutil/lock.go).
 */
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CREDENTIALS_FILE } from './authority.ts';
import { Journal, JournalFault } from './journal.ts';

/** Who holds a folder. */
interface Holder {
  readonly pid: number;
  /** When that process began, where the system tells it: numbers of processes come again. */
  readonly began: string;
}

export interface DataDir {
  readonly journal: Journal;
  /** Closes the journal and lets others have the folder. */
  close(): void;
}

/** Throws a `JournalFault`, in words for whoever started the server, when the folder cannot be had. */
export function openDataDir(folder: string): DataDir {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const release = lock(folder);
    try {
      return opened(folder, release);
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw new JournalFault(`${folder} cannot be used: ${error.message}`);
    throw error;
  }
}

function opened(folder: string, release: () => void): DataDir {
  const journal = Journal.open(folder);
  // Credentials are made after the journal has begun: where they are without it, it was lost.
  if (!journal.head && existsSync(join(folder, CREDENTIALS_FILE))) {
    journal.close();
    throw new JournalFault(
      `${journal.path} is empty, though the folder has held a cluster: restore it from a copy, or move the folder away to begin a new cluster.`,
    );
  }
  return {
    journal,
    close: () => {
      journal.close();
      release();
    },
  };
}

/** Takes the folder for this process, or throws. A lock whose process is gone is taken over. */
function lock(folder: string): () => void {
  const path = join(folder, 'lock');
  const mine = JSON.stringify({ pid: process.pid, began: beganOf(process.pid) } satisfies Holder);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, mine);
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      if (linked(draft, path)) return () => unlinkSync(path);
      const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
      const holder = text === undefined ? undefined : holderOf(text);
      if (holder && isAlive(holder)) {
        throw new JournalFault(
          `${folder} is in use by process ${holder.pid}: stop it, or give this one another folder.`,
        );
      }
      if (text !== undefined) discard(path, text);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new JournalFault(`${folder} is being taken by another process.`);
}

/** A link to a file is made whole or not at all. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes a left lock away; one that somebody else has set meanwhile is put back. */
function discard(path: string, text: string): void {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== text) linked(aside, path);
  rmSync(aside, { force: true });
}

function holderOf(text: string): Holder | undefined {
  try {
    const { pid, began } = JSON.parse(text) as Partial<Holder>;
    return typeof pid === 'number' && pid > 0 ? { pid, began: began ?? '' } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isAlive({ pid, began }: Holder): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process cannot be signalled, but it is there.
    if ((error as { code?: string }).code !== 'EPERM') return false;
  }
  const now = beganOf(pid);
  return now !== GONE && (began === '' || now === '' || now === began);
}

const GONE = 'gone';

/**
 * The 22nd field of Linux's /proc/PID/stat, in ticks since the machine began; `gone` for a process that has ended and
 * only waits for its parent to notice; empty on other systems.
 */
function beganOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? GONE : (fields[19] ?? '');
  } catch {
    // No such file system, or no such process: the number alone has to do.
    return '';
  }
}
