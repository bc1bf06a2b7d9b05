/**
 * What makes a cluster outlive its process: the options it began with, then every request that may change it, each on disk
 * before it is answered. A world is its options and its commands, so the next start plays them again.
 * A line is a checksum and JSON; what a dying process left half written is cut off.
 */
import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Caller, HttpQuestion } from '../../sim/apiserver/http.ts';

export interface JournalHead {
  readonly kind: 'cluster';
  readonly version: 1;
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

/** How far virtual time had come, so that a restart does not fall far behind. */
interface JournalTime {
  readonly kind: 'time';
  readonly at: number;
}

type Entry = JournalHead | JournalRequest | JournalTime;

export class JournalFault extends Error {}

export class Journal {
  private constructor(
    private readonly file: number,
    readonly entries: readonly Entry[],
  ) {}

  /** Opens the journal of a folder, mending its end. */
  static open(folder: string): Journal {
    const path = join(folder, 'journal.log');
    const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const { entries, length } = readEntries(bytes, path);
    const file = openSync(path, 'a+');
    if (length < bytes.length) ftruncateSync(file, length);
    return new Journal(file, entries);
  }

  get head(): JournalHead | undefined {
    const [first] = this.entries;
    return first?.kind === 'cluster' ? first : undefined;
  }

  /** Returns once the entry is on disk. */
  append(entry: Entry): void {
    this.write(entry);
    fdatasyncSync(this.file);
  }

  /** May be lost with a crash, which only costs time. */
  note(at: number): void {
    this.write({ kind: 'time', at });
  }

  close(): void {
    closeSync(this.file);
  }

  private write(entry: Entry): void {
    const json = JSON.stringify(entry);
    writeSync(this.file, `${checksum(json)} ${json}\n`);
  }
}

const checksum = (json: string): string => crc32(json).toString(16).padStart(8, '0');

/** Entries up to the first that is not whole. A fault before the end is no torn tail but a broken file. */
function readEntries(bytes: Buffer, path: string): { readonly entries: readonly Entry[]; readonly length: number } {
  const entries: Entry[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10, start); end >= 0; end = bytes.indexOf(10, start)) {
    const line = bytes.toString('utf8', start, end);
    const json = line.slice(9);
    if (line.slice(0, 8) !== checksum(json)) {
      if (bytes.indexOf(10, end + 1) < 0) break;
      throw new JournalFault(
        `${path} is damaged at byte ${start}: move it away to begin a new cluster, or restore it.`,
      );
    }
    entries.push(JSON.parse(json) as Entry);
    start = end + 1;
  }
  return { entries, length: start };
}
