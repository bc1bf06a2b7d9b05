/**
 * What makes a cluster outlive its process: the options it began with, then all that came from outside and may change it,
 * each request on disk before it is answered. A world is its options and its commands, so the next start plays them again.
 * A line is a checksum and JSON; what a dying process left half written is cut off, any other damage is told.
 * Upstream's counterpart: etcd server/storage/wal (a torn tail is mended, a wrong checksum is not).
 */
import { closeSync, fdatasyncSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Caller, HttpQuestion } from '../../sim/apiserver/http.ts';
import type { OutsideAct } from './outside-acts.ts';

const VERSION = 1;

export interface JournalHead {
  readonly kind: 'cluster';
  readonly version: number;
  /** The scenario it began as, as text. */
  readonly scenario: string;
}

export interface JournalRequest {
  readonly kind: 'request';
  /** Virtual milliseconds. */
  readonly at: number;
  readonly question: HttpQuestion;
  readonly caller: Caller;
}

/** What a client did to a running container: it may end it, and with it change what the cluster does next. */
interface JournalAct {
  readonly kind: 'act';
  readonly at: number;
  readonly act: OutsideAct;
}

/** How far the cluster had come, so that a restart does not fall far behind, and sees whether it came to the same. */
interface JournalTime {
  readonly kind: 'time';
  readonly at: number;
  /** Newest revision of the store then. */
  readonly revision?: number;
}

export type JournalEntry = JournalHead | JournalRequest | JournalAct | JournalTime;

/** What is wrong with a journal, and how to mend it, in words for whoever started the server. */
export class JournalFault extends Error {}

const CHECKSUM_LENGTH = 8;
const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 10;
const SPACE = 32;

export class Journal {
  /** Bytes that are whole entries. */
  private length: number;
  private isBroken = false;

  private constructor(
    private readonly file: number,
    readonly path: string,
    length: number,
    readonly head: JournalHead | undefined,
  ) {
    this.length = length;
  }

  /** Opens the journal of a folder, mending its end. Throws a `JournalFault` when it is damaged elsewhere. */
  static open(folder: string): Journal {
    const path = join(folder, 'journal.log');
    const file = openSync(path, 'a+', 0o600);
    try {
      const { length, head } = checked(file, path);
      if (length < fstatSync(file).size) {
        ftruncateSync(file, length);
        fsyncSync(file);
      }
      syncFolder(folder);
      return new Journal(file, path, length, head);
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** What was kept when the journal was opened, one after the other. */
  *entries(): IterableIterator<JournalEntry> {
    for (const { json } of lines(this.file, this.length)) yield JSON.parse(json.toString('utf8')) as JournalEntry;
  }

  /** Returns once the entry is on disk; throws when it cannot be, and then keeps nothing of it. */
  append(entry: JournalEntry): void {
    this.write(entry, true);
  }

  /**
   * May be lost when the machine fails, with all that came after it, but not with the process: what only prepares for
   * later entries need not wait for the disk.
   */
  note(entry: JournalEntry): void {
    this.write(entry, false);
  }

  close(): void {
    this.isBroken = true;
    closeSync(this.file);
  }

  private write(entry: JournalEntry, isDurable: boolean): void {
    if (this.isBroken) throw new JournalFault(`${this.path} is closed`);
    const line = lineOf(entry);
    try {
      for (let sent = 0; sent < line.length;) sent += writeSync(this.file, line, sent);
      if (isDurable) fdatasyncSync(this.file);
      this.length += line.length;
    } catch (error) {
      this.takeBack();
      const reason = error instanceof Error ? error.message : String(error);
      throw new JournalFault(`the journal cannot be written: ${reason}`);
    }
  }

  /** Half a line must not stand before the next one. */
  private takeBack(): void {
    try {
      ftruncateSync(this.file, this.length);
    } catch {
      // Not even that: whatever came after would be unreadable, so nothing more is accepted.
      this.isBroken = true;
    }
  }
}

const checksum = (json: Buffer): string => crc32(json).toString(16).padStart(CHECKSUM_LENGTH, '0');

function lineOf(entry: JournalEntry): Buffer {
  const json = Buffer.from(JSON.stringify(entry));
  return Buffer.concat([Buffer.from(`${checksum(json)} `), json, Buffer.from('\n')]);
}

interface Line {
  /** Where it begins. */
  readonly start: number;
  readonly bytes: Buffer;
  readonly json: Buffer;
  /** It ends with a line feed. */
  readonly hasEnd: boolean;
}

const isWhole = (bytes: Buffer): boolean =>
  bytes[CHECKSUM_LENGTH] === SPACE &&
  bytes.toString('latin1', 0, CHECKSUM_LENGTH) === checksum(bytes.subarray(CHECKSUM_LENGTH + 1));

function* lines(file: number, size: number): IterableIterator<Line> {
  let rest: Buffer[] = [];
  let start = 0;
  const lineFrom = (parts: Buffer[], hasEnd: boolean): Line => {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    return { start, bytes, json: bytes.subarray(CHECKSUM_LENGTH + 1), hasEnd };
  };
  for (let at = 0; at < size;) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, size - at));
    const count = readSync(file, chunk, 0, chunk.length, at);
    if (count === 0) break;
    at += count;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0 && end < count; end = chunk.indexOf(NEWLINE, from)) {
      const line = lineFrom([...rest, chunk.subarray(from, end)], true);
      yield line;
      start += line.bytes.length + 1;
      rest = [];
      from = end + 1;
    }
    if (from < count) rest.push(chunk.subarray(from, count));
  }
  if (rest.length > 0) yield lineFrom(rest, false);
}

/** How much of a file is whole entries, and the first of them. */
function checked(file: number, path: string): { readonly length: number; readonly head: JournalHead | undefined } {
  const { size } = fstatSync(file);
  let head: JournalHead | undefined;
  let count = 0;
  for (const { start, bytes, json, hasEnd } of lines(file, size)) {
    count += 1;
    if (!hasEnd && !isWhole(bytes.subarray(0, -1))) return { length: start, head };
    if (!hasEnd) throw damaged(path, start, count);
    if (!isWhole(bytes)) {
      // Blocks that a failing machine had promised but not written read as zeros; only the end can be such.
      const isTorn = bytes.includes(0) && start + bytes.length + 1 === size;
      if (isTorn) return { length: start, head };
      throw damaged(path, start, count);
    }
    if (count === 1) head = headOf(JSON.parse(json.toString('utf8')) as JournalEntry, path);
  }
  return { length: size, head };
}

function headOf(entry: JournalEntry, path: string): JournalHead {
  if (entry.kind === 'cluster' && entry.version === VERSION) return entry;
  throw new JournalFault(
    `${path} was written by another release, which this one cannot read: use that release, or another folder.`,
  );
}

export const journalHead = (scenario: string): JournalHead => ({ kind: 'cluster', version: VERSION, scenario });

function damaged(path: string, start: number, line: number): JournalFault {
  const cut = start > 0 ? `keep only what was written before with "truncate -s ${start} ${path}"; or ` : '';
  return new JournalFault(
    `${path} is damaged in line ${line}, which begins at byte ${start}: its checksum does not fit.\n` +
      `Restore the file from a copy; or ${cut}move the folder away to begin a new cluster.`,
  );
}

/** A new file is only safe once its folder knows it. Where folders cannot be opened, the system sees to it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
