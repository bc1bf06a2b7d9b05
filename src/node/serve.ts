/**
 * `npm run serve -- [--port N] [--host ADDRESS] [--kubeconfig FILE] [--preset aks|plain] [--scenario FILE] [--speed X | --max]
 * [--data-dir DIR]`: one simulated cluster, headless, behind its Kubernetes REST API over HTTPS.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseScenario, Run, RunFault, SCENARIO_VERSION, type Scenario } from '../run/index.ts';
import { defaultOptions, plainOptions } from '../sim/azure/index.ts';
import { ApiHost } from './serve/api-host.ts';
import { keptCredentials, makeCredentials } from './serve/authority.ts';
import type { Pace } from './serve/clock.ts';
import { Journal, JournalFault } from './serve/journal.ts';
import { kubeconfigText, writeKubeconfig } from './serve/kubeconfig.ts';

const USAGE =
  'usage: npm run serve -- [--port N] [--host ADDRESS] [--kubeconfig FILE] [--preset aks|plain] [--scenario FILE] [--speed X | --max] [--data-dir DIR]';

/** A cluster boots in less virtual time than this. */
const BOOT_ALLOWANCE_MS = 120_000;

interface Options {
  readonly port: number;
  readonly host: string;
  readonly kubeconfig: string;
  readonly scenario: string | undefined;
  readonly preset: 'aks' | 'plain';
  readonly pace: Pace;
  readonly dataDir: string | undefined;
}

function usage(message: string): never {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}

function readOptions(words: readonly string[]): Options {
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const [name = '', joined] = words[index]!.split('=', 2) as [string, string?];
    if (name === '--max') given.set('max', '');
    else if (/^--(port|host|kubeconfig|preset|scenario|speed|data-dir)$/.test(name)) {
      const value = joined ?? words[(index += 1)];
      if (value === undefined) usage(`${name} takes a value.`);
      given.set(name.slice(2), value);
    } else usage(`unknown option ${words[index]}`);
  }
  const port = Number(given.get('port') ?? 6443);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    usage('--port takes a number from 0 to 65535; 0 picks a free one.');
  const speed = Number(given.get('speed') ?? 1);
  if (!(speed > 0 && speed <= 100_000)) usage('--speed takes a number above 0, at most 100000.');
  if (given.has('max') && given.has('speed')) usage('--speed and --max exclude each other.');
  const preset = given.get('preset') ?? 'aks';
  if (preset !== 'aks' && preset !== 'plain') usage('--preset takes aks or plain.');
  return {
    port,
    host: given.get('host') ?? '127.0.0.1',
    kubeconfig: resolve(given.get('kubeconfig') ?? 'pilothouse.kubeconfig'),
    scenario: given.get('scenario'),
    preset,
    pace: given.has('max') ? { kind: 'max' } : { kind: 'speed', factor: speed },
    dataDir: given.get('data-dir'),
  };
}

function readScenario({ scenario: file, preset }: Options): Scenario {
  if (!file) {
    // Clients compare times with their own clock: virtual time begins so that it has caught up with the wall after the boot.
    const base = preset === 'plain' ? plainOptions() : defaultOptions();
    const options = { ...base, epochMs: Date.now() - BOOT_ALLOWANCE_MS };
    return { version: SCENARIO_VERSION, options, files: {}, commands: [], time: 0, speed: 1 };
  }
  try {
    return parseScenario(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof RunFault || (error instanceof Error && 'code' in error)) usage(`${file}: ${error.message}`);
    throw error;
  }
}

/** A kept cluster goes on as it began, whatever the command line asks for now. */
function openJournal(dataDir: string): Journal {
  mkdirSync(dataDir, { recursive: true });
  try {
    return Journal.open(dataDir);
  } catch (error) {
    if (error instanceof JournalFault) usage(error.message);
    throw error;
  }
}

const options = readOptions(process.argv.slice(2));
const journal = options.dataDir ? openJournal(options.dataDir) : undefined;
const kept = journal?.head;
const scenario = kept ? parseScenario(kept.scenario) : readScenario(options);
if (journal && !kept) journal.append({ kind: 'cluster', version: 1, scenario: JSON.stringify(scenario) });
const admin = scenario.options.preset === 'plain' ? 'admin' : 'clusterAdmin';
const credentials = options.dataDir
  ? await keptCredentials(options.dataDir, [options.host], admin)
  : await makeCredentials([options.host], admin);
const run = new Run(scenario);
run.advance(run.horizon);
if (!options.scenario && !kept) run.advance(Math.max(run.now, Date.now() - scenario.options.epochMs));
const host = new ApiHost({
  world: run.world,
  credentials,
  pace: options.pace,
  host: options.host,
  port: options.port,
  journal,
});

const stop = (): void => {
  void host.stop().then(() => {
    journal?.close();
    process.exit(0);
  });
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

try {
  const address = await host.start();
  writeKubeconfig(options.kubeconfig, kubeconfigText(address, scenario.options.clusterName, credentials));
  console.log(`ready: ${address} kubeconfig ${options.kubeconfig}`);
} catch (error) {
  if (!(error instanceof Error && 'code' in error)) throw error;
  console.error(`The API cannot be served on ${options.host}:${options.port}: ${error.message}`);
  process.exit(1);
}
