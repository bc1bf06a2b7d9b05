/**
 * What the page loads before Monaco, gzipped as a host would send it: the static imports of the entry, the heavier language, style sheets
 * and those that are asked for at once, and the simulation's worker. Read from a build and its manifest.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

interface ManifestChunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

export interface WeighedFile {
  readonly file: string;
  readonly gzipBytes: number;
}

export interface PageWeight {
  readonly gzipBytes: {
    readonly scripts: number;
    readonly styles: number;
    readonly page: number;
    readonly worker: number;
  };
  /** The document, its scripts and style sheets, which make `page`. */
  readonly files: readonly WeighedFile[];
  readonly workers: readonly WeighedFile[];
  /** Fonts of the document's preload links; all others load by what the page shows. */
  readonly preloadedFonts: readonly WeighedFile[];
}

const ENTRY = 'index.html';
/** One of these is asked for at once: the heavier one is weighed. */
const LANGUAGES = ['src/ui/i18n/en.ts', 'src/ui/i18n/ko.ts'];
const WORKER = /[\w.-]+\.worker-[\w-]+\.js/g;
const PRELOADED_FONT = /<link[^>]+as="font"[^>]*href="\.\/([^"]+)"/g;

function initialFiles(manifest: Readonly<Record<string, ManifestChunk>>): string[] {
  const files = new Set<string>();
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
    for (const other of chunk.imports ?? []) visit(other);
  };
  visit(ENTRY);
  // A style sheet imported by itself is asked for while the entry runs. Those of chunks bear a made-up name.
  for (const [key, { file }] of Object.entries(manifest))
    if (file.endsWith('.css') && !key.startsWith('_')) files.add(file);
  return [...files].sort();
}

/** Weighs a folder that `vite build` wrote. */
export function weighPage(folder: string): PageWeight {
  const read = (file: string): Buffer => readFileSync(join(folder, file));
  const weigh = (file: string): WeighedFile => ({ file, gzipBytes: gzipSync(read(file)).length });
  const manifest = JSON.parse(read('.vite/manifest.json').toString()) as Record<string, ManifestChunk>;
  const document = read(ENTRY).toString();
  const languages = LANGUAGES.flatMap((key) => (manifest[key] ? [weigh(manifest[key].file)] : []));
  languages.sort((left, right) => right.gzipBytes - left.gzipBytes);
  const files = [...[ENTRY, ...initialFiles(manifest)].map(weigh), ...languages.slice(0, 1)];
  const scripts = files.filter(({ file }) => file.endsWith('.js'));
  const named = scripts.flatMap(({ file }) => read(file).toString().match(WORKER) ?? []);
  const workers = [...new Set(named)].sort().map((file) => weigh(`assets/${file}`));
  const fonts = [...document.matchAll(PRELOADED_FONT)].map(([, file]) => weigh(file!));
  const total = (list: readonly WeighedFile[]): number => list.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  return {
    gzipBytes: {
      scripts: total(scripts),
      styles: total(files.filter(({ file }) => file.endsWith('.css'))),
      page: total(files),
      worker: total(workers),
    },
    files,
    workers,
    preloadedFonts: fonts,
  };
}

/** Builds the page into a folder of its own, and weighs it. */
export async function measurePageWeight(): Promise<PageWeight> {
  const folder = mkdtempSync(join(tmpdir(), 'page-weight-'));
  try {
    await build({ logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
    return weighPage(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
