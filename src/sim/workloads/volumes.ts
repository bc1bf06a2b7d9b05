/**
 * Files: of containers (gone with them), of volumes of a pod, of a node's disk, and of disks that outlive pods. Upstream: what
 * overlayfs and mounts are to a container. Left out: owners, modes, links.
 */
import { hashText } from '../kernel/index.ts';
import { KeysByOwner } from './keys-by-owner.ts';
import type { FileEntry, Files } from './shell/host.ts';
import { FILES_OF_IMAGES } from './catalogue/files.ts';

/** Of a longer text only the end is kept; its size counts all the same. */
export const FILE_TEXT_LIMIT = 64 * 1024;
export const FILES_PER_VOLUME = 2_000;

interface Volume {
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly directories: ReadonlySet<string>;
}

const EMPTY: Volume = { files: new Map(), directories: new Set(['/']) };

export class VolumeStore {
  private volumes = new Map<string, Volume>();
  private readonly ofPods = new KeysByOwner((key) => /^pod\/[^/]+\//.exec(key)?.[0]);

  get(key: string): Volume {
    return this.volumes.get(key) ?? EMPTY;
  }

  has(key: string): boolean {
    return this.volumes.has(key);
  }

  /** Replaces all files, as the kubelet does with those of a ConfigMap. */
  project(key: string, files: ReadonlyMap<string, FileEntry>): void {
    const directories = new Set(['/']);
    for (const path of files.keys()) for (const parent of parents(path)) directories.add(parent);
    this.put(key, { files, directories });
  }

  change(key: string, change: (files: Map<string, FileEntry>, directories: Set<string>) => void): void {
    const { files, directories } = this.get(key);
    const next = { files: new Map(files), directories: new Set(directories) };
    change(next.files, next.directories);
    this.put(key, next);
  }

  private put(key: string, volume: Volume): void {
    this.volumes.set(key, volume);
    this.ofPods.add(key);
  }

  remove(key: string): void {
    this.volumes.delete(key);
    this.ofPods.delete(key);
  }

  /** Removes the volumes of a pod's own. */
  removePod(uid: string): void {
    for (const key of this.ofPods.of(`pod/${uid}/`)) this.remove(key);
  }

  bytes(key: string): number {
    let sum = 0;
    for (const { bytes } of this.get(key).files.values()) sum += bytes;
    return sum;
  }

  save(): unknown {
    return new Map(this.volumes);
  }

  load(state: unknown): void {
    this.volumes = new Map(state as ReadonlyMap<string, Volume>);
    this.ofPods.reset(this.volumes.keys());
  }
}

function parents(path: string): readonly string[] {
  const steps = path.split('/').filter(Boolean).slice(0, -1);
  return ['/', ...steps.map((_, index) => `/${steps.slice(0, index + 1).join('/')}`)];
}

export interface Mount {
  /** Where it is in the container. */
  readonly path: string;
  /** Key of the volume. */
  readonly volume: string;
  /** What of the volume is mounted: a file or a directory of it. */
  readonly subPath: string;
  readonly isReadOnly: boolean;
}

interface Place {
  readonly key: string;
  readonly path: string;
  readonly mount?: Mount;
}

/** The files of one container: its own, its mounts, and those that its image ships with. */
export class ContainerFiles implements Files {
  private readonly mounts: readonly Mount[];

  constructor(
    private readonly store: VolumeStore,
    private readonly root: string,
    mounts: readonly Mount[],
    private readonly image: string,
    private readonly nowMs: number,
    private readonly generated: Readonly<Record<string, string>>,
    private readonly isReadOnlyRoot: boolean,
  ) {
    // The most specific mount decides.
    this.mounts = [...mounts].sort((left, right) => right.path.length - left.path.length);
  }

  private place(path: string): Place {
    const mount = this.mounts.find(
      (item) => item.path === '/' || path === item.path || path.startsWith(`${item.path}/`),
    );
    if (!mount) return { key: this.root, path };
    const rest = path.slice(mount.path === '/' ? 0 : mount.path.length);
    const inner = `${mount.subPath ? `/${mount.subPath}` : ''}${rest}`;
    return { key: mount.volume, path: inner === '' ? '/' : inner, mount };
  }

  private shipped(path: string): string | undefined {
    return this.generated[path] ?? FILES_OF_IMAGES.find(({ image }) => image.test(this.image))?.files[path];
  }

  read(path: string): FileEntry | undefined {
    if (path === '/dev/null') return { text: '', bytes: 0, modifiedAt: 0 };
    if (path === '/dev/urandom' || path === '/dev/random') return noise(`${this.root}/${this.nowMs}`);
    const { key, path: inner, mount } = this.place(path);
    const found = this.store.get(key).files.get(inner);
    if (found || mount) return found?.bytes === REMOVED ? undefined : found;
    const text = this.shipped(path);
    return text === undefined ? undefined : { text, bytes: text.length, modifiedAt: 0 };
  }

  isDirectory(path: string): boolean {
    const { key, path: inner } = this.place(path);
    const { directories } = this.store.get(key);
    if (directories.has(inner) || STANDARD.has(path)) return !this.store.get(key).files.has(inner);
    if (this.mounts.some((mount) => mount.path === path && this.store.get(key).files.get(inner) === undefined))
      return true;
    return this.mounts.some((mount) => mount.path.startsWith(`${path}/`)) || this.shippedUnder(path).length > 0;
  }

  private shippedUnder(path: string): readonly string[] {
    const shipped = FILES_OF_IMAGES.find(({ image }) => image.test(this.image))?.files ?? {};
    const prefix = path === '/' ? '/' : `${path}/`;
    return [...Object.keys(this.generated), ...Object.keys(shipped)].filter((file) => file.startsWith(prefix));
  }

  list(path: string): readonly string[] {
    const { key, path: inner, mount } = this.place(path);
    const names = new Set<string>();
    const prefix = inner === '/' ? '/' : `${inner}/`;
    const add = (full: string, under: string): void => {
      const [name] = full.slice(under.length).split('/');
      if (name) names.add(name);
    };
    const { files, directories } = this.store.get(key);
    for (const full of [...files.keys(), ...directories])
      if (full.startsWith(prefix) && full !== prefix) add(full, prefix);
    const outer = path === '/' ? '/' : `${path}/`;
    if (!mount)
      for (const full of [...this.shippedUnder(path), ...STANDARD]) if (full.startsWith(outer)) add(full, outer);
    for (const item of this.mounts) if (item.path.startsWith(outer)) add(item.path, outer);
    return [...names]
      .filter((name) => this.read(`${outer}${name}`) !== undefined || this.isDirectory(`${outer}${name}`))
      .sort();
  }

  write(path: string, text: string, options: { isAppend?: boolean; bytes?: number } = {}): string | undefined {
    if (this.isDirectory(path)) return 'Is a directory';
    const parent = path.replace(/\/[^/]+$/, '') || '/';
    if (!this.isDirectory(parent)) return this.read(parent) ? 'Not a directory' : 'No such file or directory';
    const { key, path: inner, mount } = this.place(path);
    if (mount ? mount.isReadOnly : this.isReadOnlyRoot) return 'Read-only file system';
    const before = options.isAppend ? this.read(path) : undefined;
    if (!before && this.store.get(key).files.size >= FILES_PER_VOLUME) return 'No space left on device';
    const bytes = (before?.bytes ?? 0) + (options.bytes ?? new TextEncoder().encode(text).length);
    const entry: FileEntry = {
      text: ((before?.text ?? '') + text).slice(-FILE_TEXT_LIMIT),
      bytes,
      modifiedAt: this.nowMs,
    };
    this.store.change(key, (files, directories) => {
      files.set(inner, entry);
      for (const directory of parents(inner)) directories.add(directory);
    });
    return undefined;
  }

  makeDirectory(path: string): string | undefined {
    const { key, path: inner, mount } = this.place(path);
    if (mount ? mount.isReadOnly : this.isReadOnlyRoot) return 'Read-only file system';
    if (this.isDirectory(path)) return undefined;
    this.store.change(key, (_, directories) => {
      for (const directory of [...parents(inner), inner]) directories.add(directory);
    });
    return undefined;
  }

  remove(path: string): string | undefined {
    const { key, path: inner, mount } = this.place(path);
    if (mount?.path === path) return 'Device or resource busy';
    if (mount ? mount.isReadOnly : this.isReadOnlyRoot) return 'Read-only file system';
    this.store.change(key, (files, directories) => {
      files.delete(inner);
      directories.delete(inner);
      // What the image ships with stays away once it has been removed.
      if (!mount && this.shipped(path) !== undefined)
        files.set(inner, { text: '', bytes: REMOVED, modifiedAt: this.nowMs });
    });
    return undefined;
  }
}

const NOISE_CHARACTERS = 4_096;

/** Chance for scripts, the same in every run: printable characters, and an end. */
function noise(seed: string): FileEntry {
  let text = '';
  let state = hashText(seed);
  for (let index = 0; index < NOISE_CHARACTERS; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += String.fromCharCode(33 + ((state >>> 16) % 94));
  }
  return { text, bytes: text.length, modifiedAt: 0 };
}

/** Marks a file of the image that the container has removed. */
const REMOVED = -1;

const STANDARD = new Set(
  '/ /bin /dev /etc /home /mnt /opt /proc /root /run /srv /sys /tmp /usr /usr/bin /usr/local /usr/local/bin /usr/share /var /var/lib /var/log /var/run /var/tmp'.split(
    ' ',
  ),
);
