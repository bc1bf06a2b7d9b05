/** The files of the person's own machine: those of the editor, and what commands have written beside them. */
import type { FileEntry, Files } from '../../sim/workloads/index.ts';

export const HOME = '/home/user';
/** Files at most, and characters of one. */
export const DISK_FILES = 500;
export const DISK_FILE_CHARACTERS = 2 * 1024 * 1024;

export interface DiskState {
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly directories: ReadonlySet<string>;
  /** Files of the home folder that came from the editor: gone there, they go here too. */
  readonly fromEditor: ReadonlySet<string>;
}

export const EMPTY_DISK: DiskState = {
  files: new Map(),
  directories: new Set(['/', '/home', HOME, '/tmp']),
  fromEditor: new Set(),
};

/** What of the editor has changed since the terminal looked last: a name to its text, null where it is gone. */
export type FileChanges = Readonly<Record<string, string | null>>;

/** What a command has to carry along so that it finds the files as they are now. */
export function changesOf(disk: DiskState, editor: Readonly<Record<string, string>>): FileChanges {
  const changes: Record<string, string | null> = {};
  for (const [name, text] of Object.entries(editor))
    if (disk.files.get(`${HOME}/${name}`)?.text !== text) changes[name] = text;
  for (const name of disk.fromEditor) if (!Object.hasOwn(editor, name)) changes[name] = null;
  return changes;
}

export function withChanges(disk: DiskState, changes: FileChanges, nowMs: number): DiskState {
  const files = new Map(disk.files);
  const fromEditor = new Set(disk.fromEditor);
  for (const [name, text] of Object.entries(changes)) {
    const path = `${HOME}/${name}`;
    if (text === null) files.delete(path);
    else files.set(path, { text, bytes: new TextEncoder().encode(text).length, modifiedAt: nowMs });
    if (text === null) fromEditor.delete(name);
    else fromEditor.add(name);
  }
  return { ...disk, files, fromEditor };
}

/** A disk that a running command reads and writes. */
export class Disk implements Files {
  constructor(
    public state: DiskState,
    private readonly nowMs: number,
  ) {}

  read(path: string): FileEntry | undefined {
    return path === '/dev/null' ? { text: '', bytes: 0, modifiedAt: 0 } : this.state.files.get(path);
  }

  isDirectory(path: string): boolean {
    return this.state.directories.has(path);
  }

  list(path: string): readonly string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const paths = [...this.state.files.keys(), ...this.state.directories];
    const names = paths.flatMap((item) => {
      const rest = item.startsWith(prefix) ? item.slice(prefix.length) : '';
      return rest === '' || rest.includes('/') ? [] : [rest];
    });
    return [...new Set(names)].sort();
  }

  write(path: string, text: string, options: { isAppend?: boolean; bytes?: number } = {}): string | undefined {
    if (path === '/dev/null') return undefined;
    if (this.isDirectory(path)) return 'Is a directory';
    if (!this.isDirectory(path.replace(/\/[^/]*$/, '') || '/')) return 'No such file or directory';
    const before = this.state.files.get(path);
    if (!before && this.state.files.size >= DISK_FILES) return 'No space left on device';
    const whole = options.isAppend ? (before?.text ?? '') + text : text;
    if (whole.length > DISK_FILE_CHARACTERS) return 'No space left on device';
    const bytes = options.bytes ?? new TextEncoder().encode(whole).length;
    this.put(path, { text: whole, bytes, modifiedAt: this.nowMs });
    return undefined;
  }

  makeDirectory(path: string): string | undefined {
    if (this.isDirectory(path) || this.state.files.has(path)) return 'File exists';
    if (!this.isDirectory(path.replace(/\/[^/]*$/, '') || '/')) return 'No such file or directory';
    this.state = { ...this.state, directories: new Set([...this.state.directories, path]) };
    return undefined;
  }

  remove(path: string): string | undefined {
    const under = (item: string): boolean => item === path || item.startsWith(`${path}/`);
    if (EMPTY_DISK.directories.has(path)) return 'Permission denied';
    const files = new Map([...this.state.files].filter(([item]) => !under(item)));
    const directories = new Set([...this.state.directories].filter((item) => !under(item)));
    const isGone = files.size < this.state.files.size || directories.size < this.state.directories.size;
    if (!isGone) return 'No such file or directory';
    this.state = { ...this.state, files, directories };
    return undefined;
  }

  private put(path: string, entry: FileEntry): void {
    this.state = { ...this.state, files: new Map([...this.state.files, [path, entry]]) };
  }
}
