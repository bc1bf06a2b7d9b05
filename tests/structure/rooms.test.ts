import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const src = join(root, 'src');

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'generated' ? [] : sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const found: Import[] = [];
  const pattern = /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
  for (const match of text.matchAll(pattern)) {
    found.push({ from: file, specifier: match[2]!, isTypeOnly: match[1] !== undefined });
  }
  for (const match of text.matchAll(/import\('([^']+)'\)/g)) {
    found.push({ from: file, specifier: match[1]!, isTypeOnly: false });
  }
  return found;
}

const files = sources(src);
const imports = files.flatMap(importsOf);
const inside = (file: string): string => relative(src, file);
const roomOf = (file: string): string => inside(file).split('/')[0]!;

/** Which rooms a room may import, as the design page draws them. `type` entries may be imported as types only. */
const allowed: Record<string, readonly string[]> = {
  sim: [],
  manifest: ['sim'],
  run: ['sim', 'manifest', 'shell'],
  shell: ['sim', 'manifest'],
  lessons: ['run', 'shell', 'sim'],
  worker: ['run', 'shell', 'sim', 'manifest'],
  node: ['run', 'shell', 'lessons', 'sim', 'manifest'],
  ui: ['worker', 'manifest', 'lessons'],
  'main.tsx': ['ui'],
};

/** Shapes of data may cross to the page; what runs the simulation may not. */
const typesOnly: Record<string, readonly string[]> = {
  ui: ['run', 'sim'],
  lessons: [],
  run: ['worker'],
  sim: ['run'],
  manifest: ['run'],
};

describe('the rooms', () => {
  it('import only what the design page lets them', () => {
    const faults = imports.flatMap(({ from, specifier, isTypeOnly }) => {
      if (!specifier.startsWith('.')) return [];
      const target = resolve(dirname(from), specifier);
      if (!target.startsWith(src)) return [`${inside(from)} reaches outside src: ${specifier}`];
      const [own, other] = [roomOf(from), roomOf(target)];
      if (own === other || allowed[own]?.includes(other)) return [];
      if (isTypeOnly && typesOnly[own]?.includes(other)) return [];
      return [`${inside(from)} imports ${specifier}`];
    });
    expect(faults).toEqual([]);
  });

  it('of the page take running code of the simulation only from the lists that are data', () => {
    const faults = imports
      .filter(({ from, specifier, isTypeOnly }) => roomOf(from) === 'ui' && !isTypeOnly && specifier.startsWith('.'))
      .map(({ from, specifier }) => [inside(from), resolve(dirname(from), specifier)] as const)
      .filter(([, target]) => ['sim', 'run'].includes(roomOf(target)))
      .map(([from, target]) => `${from} imports ${inside(target)}`);
    expect(faults).toEqual([]);
  });

  it('keep etcd behind the API server', () => {
    const faults = imports
      .filter(({ specifier }) => /\/etcd\//.test(specifier))
      .map(({ from }) => inside(from))
      .filter((from) => !/^sim\/(etcd|apiserver)\/|^sim\/world/.test(from));
    expect(faults).toEqual([]);
  });

  it('know a package only where it belongs', () => {
    const homes: Record<string, RegExp> = {
      '@xyflow/react': /^ui\/features\/diagram\//,
      'monaco-editor': /^ui\/features\/editor\//,
      'monaco-yaml': /^ui\/features\/editor\//,
      '@xterm/xterm': /^ui\/features\/terminal\//,
      '@xterm/addon-fit': /^ui\/features\/terminal\//,
      xstate: /^sim\//,
      uplot: /^ui\/features\/pictures\//,
      yaml: /^(manifest|run|node)\//,
      react: /^(ui\/|main\.tsx)/,
      zustand: /^ui\//,
      '@peculiar/x509': /^node\//,
      protobufjs: /^node\//,
      ws: /^node\//,
      diff: /^node\//,
      fflate: /^(run|worker|node)\//,
    };
    const faults = imports.flatMap(({ from, specifier }) => {
      const home = Object.entries(homes).find(([name]) => specifier === name || specifier.startsWith(`${name}/`));
      return home && !home[1].test(inside(from)) ? [`${inside(from)} imports ${specifier}`] : [];
    });
    expect(faults).toEqual([]);
  });

  it('of the simulation use no package but xstate', () => {
    const faults = imports
      .filter(({ from, specifier }) => roomOf(from) === 'sim' && !specifier.startsWith('.'))
      .filter(
        ({ specifier, isTypeOnly }) => specifier !== 'xstate' && !(isTypeOnly && /^kubernetes-types/.test(specifier)),
      )
      .map(({ from, specifier }) => `${inside(from)} imports ${specifier}`);
    expect(faults).toEqual([]);
  });

  it('read real time only in worker and node, and in the page for motion', () => {
    const faults = files
      .filter((file) => !/^(worker|node|ui)\//.test(inside(file)))
      .filter((file) =>
        /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|Math\.random)\b/.test(
          readFileSync(file, 'utf8'),
        ),
      )
      .map(inside);
    expect(faults).toEqual([]);
  });
});

describe('the sources', () => {
  it('are named in kebab case, components in PascalCase, and by their subject', () => {
    const faults = files.map(inside).filter((file) => {
      const name = file
        .split('/')
        .at(-1)!
        .replace(/(\.d)?\.tsx?$/, '')
        .replace(/\.worker$/, '');
      const isKebab = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
      const isPascal = file.endsWith('.tsx') && /^[A-Z][A-Za-z0-9]*$/.test(name);
      return !(isKebab || isPascal) || /(^|\/)(utils?|helpers?|misc|common)(\/|\.)/.test(file);
    });
    expect(faults).toEqual([]);
  });

  it('leave nothing behind', () => {
    const faults = files.filter((file) =>
      /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|nocheck)|eslint-disable|\bas any\b|: any\b/.test(
        readFileSync(file, 'utf8'),
      ),
    );
    expect(faults.map(inside)).toEqual([]);
  });

  it('stay within 500 lines, tables aside', () => {
    const faults = files
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > 500)
      .map(inside)
      .filter((file) => !/\/(catalogue|i18n|tables?|data)\//.test(file) && !/-(table|data)\.ts$/.test(file));
    expect(faults).toEqual([]);
  });

  it('name no registry and no address outside the project but those that are facts of the cluster', () => {
    const faults = files.filter((file) =>
      /registry\.npmjs|unpkg\.com|cdn\.|googleapis\.com\/css/.test(readFileSync(file, 'utf8')),
    );
    expect(faults.map(inside)).toEqual([]);
  });
});
