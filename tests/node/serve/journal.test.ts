/** The journal of a kept cluster, as files that fail in every way files do. */
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDir } from '../../../src/node/serve/data-dir.ts';
import { Journal, journalHead, JournalFault, type JournalEntry } from '../../../src/node/serve/journal.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilothouse-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'journal.log');
const request = (name: string): JournalEntry => ({
  kind: 'request',
  at: 5,
  question: { method: 'POST', path: '/api/v1/namespaces', headers: {}, body: `{"metadata":{"name":"${name}"}}\n` },
  caller: { allowsAnonymous: false },
});
const ENTRIES = [journalHead('{}'), request('one'), request('zwei-ä'), { kind: 'time', at: 9, revision: 4 }] as const;

function written(entries: readonly JournalEntry[] = ENTRIES): Buffer {
  const journal = Journal.open(folder);
  for (const entry of entries) journal.append(entry);
  journal.close();
  return readFileSync(path());
}

function read(): readonly JournalEntry[] {
  const journal = Journal.open(folder);
  const entries = [...journal.entries()];
  journal.close();
  return entries;
}

describe('a journal', () => {
  it('holds what was written, whole, for its owner alone, and goes on where it ended', () => {
    written();
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(read()).toEqual(ENTRIES);
    written([request('three')]);
    expect(read()).toEqual([...ENTRIES, request('three')]);
  });

  it('reads lines that are longer than what is read at once', () => {
    const large = request('x'.repeat(3 * 1024 * 1024));
    written([journalHead('{}'), large, request('after')]);
    expect(read()).toEqual([journalHead('{}'), large, request('after')]);
  });

  it('cut anywhere holds what was whole before the cut, and can be written again', () => {
    const bytes = written();
    const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1);
    for (let length = 0; length < bytes.length; length += 1) {
      const whole = ends.filter((end) => end <= length).length;
      writeFileSync(path(), bytes.subarray(0, length));
      expect(read()).toEqual(ENTRIES.slice(0, whole));
    }
    writeFileSync(path(), bytes.subarray(0, bytes.length - 5));
    written([request('again')]);
    expect(read()).toEqual([...ENTRIES.slice(0, -1), request('again')]);
  });

  it('with a byte that has flipped says which line is damaged, and never reads on as if nothing were', () => {
    const bytes = written();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= mask;
        writeFileSync(path(), flipped);
        let entries: readonly JournalEntry[] = [];
        try {
          entries = read();
        } catch (error) {
          expect(error).toBeInstanceOf(JournalFault);
          expect((error as Error).message).toMatch(/is damaged in line \d, which begins at byte \d+/);
          return;
        }
        // A zero in the last line looks like a block that was never written.
        expect(flipped.subarray(bytes.lastIndexOf(10, -2) + 1)).toContain(0);
        expect(entries).toEqual(ENTRIES.slice(0, -1));
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it('takes blocks of zeros at its end for what a failing machine has not written', () => {
    written();
    appendFileSync(path(), Buffer.concat([Buffer.from('1234abcd {"kind"'), Buffer.alloc(4096), Buffer.from('\n')]));
    expect(read()).toEqual(ENTRIES);
    appendFileSync(path(), Buffer.alloc(4096));
    expect(read()).toEqual(ENTRIES);
  });

  it('of another release is refused in words', () => {
    written([{ ...journalHead('{}'), version: 99 }]);
    expect(read).toThrow('was written by another release');
  });

  it('that can no longer be written says so, and keeps nothing of the entry', () => {
    const journal = Journal.open(folder);
    journal.append(journalHead('{}'));
    journal.close();
    expect(() => journal.append(request('late'))).toThrow(JournalFault);
    expect(read()).toEqual([journalHead('{}')]);
  });
});

describe('the folder of a kept cluster', () => {
  const begin = (): void => {
    const { journal, close } = openDataDir(folder);
    if (!journal.head) journal.append(journalHead('{}'));
    close();
  };

  it('is free again after each use', () => {
    begin();
    begin();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('is refused while a process that lives holds it, and taken over from one that does not', () => {
    begin();
    const lock = join(folder, 'lock');
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, began: '' }));
    expect(begin).toThrow(`is in use by process ${process.ppid}`);
    // The number is in use, but by a process that began at another time.
    for (const left of [{ pid: process.ppid, began: '1' }, { pid: 4_000_000, began: '1' }, 'rubbish']) {
      writeFileSync(lock, typeof left === 'string' ? left : JSON.stringify(left));
      begin();
    }
    expect(existsSync(lock)).toBe(false);
  });

  it('whose journal was lost is not taken for a new one', () => {
    begin();
    writeFileSync(join(folder, 'credentials.json'), '{}');
    truncateSync(path(), 0);
    expect(begin).toThrow('is empty, though the folder has held a cluster');
  });
});
