/**
 * A browser for the tests and benches: the system's Chromium where there is one, else the build inside the package
 * `@sparticuz/chromium`, fetched once into the cache folder, since it is too heavy to be installed for everybody.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const PACKAGE = '@sparticuz/chromium@143.0.4';
const cache = resolve(import.meta.dirname, '../../.cache/chromium');
const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Without these, Chromium looks for hosts outside at every start. */
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

export interface Launch {
  readonly executablePath: string;
  readonly args: readonly string[];
}

interface ChromiumPackage {
  readonly default: { executablePath(): Promise<string> };
}

function fetchPackage(): string {
  const folder = join(cache, 'node_modules/@sparticuz/chromium');
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const run = (command: string, args: readonly string[]): void =>
    void execFileSync(command, args, { cwd: cache, stdio: ['ignore', 'ignore', 'inherit'] });
  run('npm', ['install', '--no-save', '--no-package-lock', '--ignore-scripts', '--prefix', cache, PACKAGE]);
  return folder;
}

export async function launchOptions(): Promise<Launch> {
  const own = process.env['CHROMIUM_PATH'];
  const system = [...(own ? [own] : []), ...SYSTEM].find((path) => existsSync(path));
  if (system) return { executablePath: system, args: QUIET };
  const folder = fetchPackage();
  const entry = ['build/index.js', 'build/esm/index.js']
    .map((path) => join(folder, path))
    .find((path) => existsSync(path));
  if (!entry) throw new Error(`no entry in ${folder}: ${readdirSync(folder).join(', ')}`);
  // Its libraries are unpacked only where it believes to be on such a host.
  process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs20.x';
  const { default: chromium } = (await import(pathToFileURL(entry).href)) as ChromiumPackage;
  return { executablePath: await chromium.executablePath(), args: QUIET };
}
