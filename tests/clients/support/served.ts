/** A cluster served on a free port, with a shell in which stock kubectl and helm find it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesTools } from '../../../src/node/kubernetes-tools.ts';
import { ApiHost } from '../../../src/node/serve/api-host.ts';
import { makeCredentials, type Credentials } from '../../../src/node/serve/authority.ts';
import { kubeconfigText } from '../../../src/node/serve/kubeconfig.ts';
import { defaultOptions, plainOptions } from '../../../src/sim/azure/index.ts';
import { World } from '../../../src/sim/world.ts';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface Served {
  readonly world: World;
  readonly host: ApiHost;
  readonly address: string;
  readonly credentials: Credentials;
  readonly kubeconfig: string;
  /** Runs a command line; fails the test when it fails, unless `code` says that it should. */
  run(line: string, options?: { stdin?: string; code?: number }): Promise<Output>;
  /** Begins a command line that goes on until it is stopped. */
  start(line: string, stdin?: string): { stop(): void; readonly ended: Promise<Output> };
  stop(): Promise<void>;
}

export async function serveCluster(preset: 'aks' | 'plain' = 'aks', speed = 10): Promise<Served> {
  const base = preset === 'aks' ? defaultOptions('clients') : plainOptions('clients');
  const world = new World({ ...base, epochMs: Date.now() - 86_400_000 });
  world.boot();
  const credentials = await makeCredentials([], 'admin');
  const host = new ApiHost({ world, credentials, pace: { kind: 'speed', factor: speed }, host: '127.0.0.1', port: 0 });
  const address = await host.start();
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-clients-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(address, 'lab', credentials), { mode: 0o600 });
  const environment = {
    PATH: `${kubernetesTools().folder}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    KUBECONFIG: kubeconfig,
    SERVER: address,
    LANG: 'C.UTF-8',
  };
  return {
    world,
    host,
    address,
    credentials,
    kubeconfig,
    run: async (line, { stdin = '', code = 0 } = {}) => {
      const output = await begun(line, stdin, folder, environment).ended;
      if (output.code !== code)
        throw new Error(`${line} ended with ${output.code}\n${output.stdout}\n${output.stderr}`);
      return output;
    },
    start: (line, stdin = '') => begun(line, stdin, folder, environment),
    stop: async () => {
      await host.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function begun(
  line: string,
  stdin: string,
  cwd: string,
  env: Record<string, string>,
): { stop(): void; readonly ended: Promise<Output> } {
  const child = spawn('bash', ['-c', line], { cwd, env });
  const ended = new Promise<Output>((resolve) => {
    const parts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (parts[name] += text));
    }
    child.stdin.on('error', () => undefined).end(stdin);
    child.on('close', (code) => resolve({ ...parts, code: code ?? -1 }));
  });
  return { stop: () => void child.kill(), ended };
}
