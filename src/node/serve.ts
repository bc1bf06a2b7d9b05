/**
 * `npm run serve -- [--port N] [--host ADDRESS] [--kubeconfig FILE] [--preset aks|plain] [--scenario FILE] [--speed X | --max]
 * [--data-dir DIR]`: one simulated cluster, headless, behind its Kubernetes REST API over HTTPS. Exits with 0 when it is
 * told to stop, 1 when it cannot serve, 2 when the command line is not understood.
 */
import { readFileSync } from 'node:fs';
import { parseScenario, Run, RunFault, SCENARIO_VERSION, type Scenario } from '../run/index.ts';
import { kubectlEngine } from '../shell/kubectl-engine.ts';
import { defaultOptions, plainOptions } from '../sim/azure/index.ts';
import { ApiHost } from './serve/api-host.ts';
import { keptCredentials, makeCredentials, type Credentials } from './serve/authority.ts';
import { openDataDir, type DataDir } from './serve/data-dir.ts';
import { journalHead, JournalFault } from './serve/journal.ts';
import { kubeconfigText, writeKubeconfig } from './serve/kubeconfig.ts';
import { OptionFault, readOptions, USAGE, type ServeOptions } from './serve/options.ts';

/** A cluster boots in less virtual time than this. */
const BOOT_ALLOWANCE_MS = 120_000;

/** Why the cluster cannot be served, in words for whoever started it. */
class ServeFault extends Error {}

function readScenario({ scenario: file, preset }: ServeOptions): Scenario {
  if (!file) {
    // Clients compare times with their own clock: virtual time begins so that it has caught up with the wall after the boot.
    const base = preset === 'plain' ? plainOptions() : defaultOptions();
    const options = { ...base, epochMs: Date.now() - BOOT_ALLOWANCE_MS };
    return { version: SCENARIO_VERSION, options, files: {}, commands: [], time: 0, speed: 1 };
  }
  try {
    return parseScenario(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof RunFault || isSystemError(error)) throw new OptionFault(`${file}: ${error.message}`);
    throw error;
  }
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;

/** A kept cluster goes on as it began, whatever the command line asks for now. */
async function made(
  options: ServeOptions,
  kept: DataDir | undefined,
): Promise<readonly [ApiHost, Scenario, Credentials]> {
  const head = kept?.journal.head;
  const scenario = head ? parseScenario(head.scenario) : readScenario(options);
  if (kept && !head) kept.journal.append(journalHead(JSON.stringify(scenario)));
  const admin = scenario.options.preset === 'plain' ? 'admin' : 'clusterAdmin';
  const credentials = options.dataDir
    ? await keptCredentials(options.dataDir, [options.host], admin)
    : await makeCredentials([options.host], admin);
  const run = new Run(scenario, () => kubectlEngine);
  run.advance(run.horizon);
  if (!options.scenario && !head) run.advance(Math.max(run.now, Date.now() - scenario.options.epochMs));
  const { pace, host, port } = options;
  const api = new ApiHost({ world: run.world, credentials, pace, host, port, journal: kept?.journal });
  return [api, scenario, credentials];
}

async function listening(api: ApiHost, { host, port }: ServeOptions): Promise<string> {
  try {
    return await api.start();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why =
      error.code === 'EADDRINUSE'
        ? `the port is in use; choose another with --port, or 0 for a free one (${error.message})`
        : error.message;
    throw new ServeFault(`The API cannot be served on ${host}:${port}: ${why}`);
  }
}

function tellKubeconfig(file: string, text: string): void {
  try {
    writeKubeconfig(file, text);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ServeFault(`The kubeconfig cannot be written to ${file}: ${error.message}`);
  }
}

async function serve(options: ServeOptions, stopped: Promise<void>): Promise<void> {
  const kept = options.dataDir ? openDataDir(options.dataDir) : undefined;
  try {
    const [api, scenario, credentials] = await made(options, kept);
    const address = await listening(api, options);
    try {
      tellKubeconfig(options.kubeconfig, kubeconfigText(address, scenario.options.clusterName, credentials));
      console.log(`ready: ${address} kubeconfig ${options.kubeconfig}`);
      await stopped;
    } finally {
      await api.stop();
    }
  } finally {
    kept?.close();
  }
}

/** Asked for while the cluster boots, the end comes as soon as it has. A second signal does not wait. */
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

try {
  await serve(readOptions(process.argv.slice(2)), stopped);
  process.exitCode = 0;
} catch (error) {
  if (error instanceof OptionFault) console.error(`${error.message}\n${USAGE}`);
  else if (error instanceof ServeFault || error instanceof JournalFault) console.error(error.message);
  else throw error;
  process.exitCode = error instanceof OptionFault ? 2 : 1;
}
// What is left, such as a timer of a client that does not close its end, has nothing more to do.
process.exit();
