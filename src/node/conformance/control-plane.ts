/**
 * Replays transcripts of a stock kubectl against a real control plane: the same commands against a simulated cluster, the
 * same masks, and the answers compared as text. Virtual time does not follow the wall clock: it passes with each command and
 * request, and in waits and pauses, so that a replay comes out the same on a slow machine.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { plainOptions } from '../../sim/azure/index.ts';
import { CLIENT, kubeletId } from '../../sim/kernel/index.ts';
import { World } from '../../sim/world.ts';
import { ApiHost } from '../serve/api-host.ts';
import { makeCredentials, type Credentials } from '../serve/authority.ts';
import { kubeconfigText } from '../serve/kubeconfig.ts';
import type { KubernetesTools } from '../kubernetes-tools.ts';
import { maskerOf, type Mask, type Masker } from './masks.ts';

interface WaitFor {
  readonly run: string;
  readonly matches?: string;
  readonly notMatches?: string;
  readonly timeoutSeconds: number;
}

export interface Step {
  readonly run?: string;
  readonly action?: { readonly kubelet: 'stop' | 'start'; readonly node: number };
  readonly stdin?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly waitFor?: WaitFor;
  readonly pauseSeconds?: number;
  readonly stdout?: string | null;
  readonly stderr?: string | null;
  readonly exitCode?: number | null;
}

export interface Transcript {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  readonly nodes: 'masked' | 'exact';
  readonly steps: readonly Step[];
}

export interface StepFault {
  readonly step: number;
  readonly run: string;
  readonly what: 'stdout' | 'stderr' | 'exitCode' | 'waitFor' | 'action';
  readonly expected: string;
  readonly actual: string;
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Virtual time that a command takes to start, and that each of its requests takes. */
const COMMAND_MS = 100;
const REQUEST_MS = 10;
/**
 * Virtual time that passes before each look of a wait: more each time. The first is as long as the recorded kubelets took
 * to see what their containers do (the relist period of pkg/kubelet/pleg), so that what was made in two seconds there is here.
 */
const WAIT_STEP_MS = 1_000;
const WAIT_STEP_LIMIT_MS = 5_000;
const DAY_MS = 86_400_000;
/** A new cluster and a new namespace come to rest in this virtual time. */
const SETTLE_MS = 5_000;
/** Real time that a command may take before it is given up. */
const COMMAND_LIMIT_MS = 120_000;
/** A command that has asked for something, and then nothing for so long of real time, waits for the cluster: time passes. */
const PATIENCE_MS = 500;
const HURRY_EVERY_MS = 50;
const HURRY_MS = 250;

export async function replay(
  transcript: Transcript,
  masks: readonly Mask[],
  tools: KubernetesTools,
): Promise<readonly StepFault[]> {
  const stage = await Stage.open(transcript.id, tools);
  const mask = maskerOf(masks, transcript.nodes === 'masked');
  try {
    const faults: StepFault[] = [];
    for (const [index, step] of transcript.steps.entries()) {
      faults.push(...(await stage.play(step, index, mask)));
    }
    return faults;
  } finally {
    await stage.close();
  }
}

let shared: Promise<Credentials> | undefined;

/** One cluster with its server, a working folder, and the user's environment. */
class Stage {
  private constructor(
    private readonly world: World,
    private readonly host: ApiHost,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async open(namespace: string, tools: KubernetesTools): Promise<Stage> {
    // A day ago, so that waits which leap over time do not bring the cluster ahead of kubectl's own clock. Whole seconds,
    // so that what happens within one second does so in each replay.
    const epochMs = Math.floor((Date.now() - DAY_MS) / 1000) * 1000;
    const world = new World({ ...plainOptions(namespace), epochMs });
    world.boot();
    world.kernel.advanceTo(world.now + SETTLE_MS);
    const credentials = await (shared ??= makeCredentials([], 'admin'));
    const pace = { kind: 'requests', eachMs: REQUEST_MS } as const;
    const host = new ApiHost({ world, credentials, pace, host: '127.0.0.1', port: 0 });
    const address = await host.start();
    const folder = mkdtempSync(join(tmpdir(), 'pilothouse-conformance-'));
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigText(address, 'lab', credentials, namespace), { mode: 0o600 });
    mkdirSync(join(folder, 'work'));
    const stage = new Stage(world, host, folder, {
      PATH: `${tools.folder}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      KUBECONFIG: kubeconfig,
      SERVER: address,
      TOKEN: credentials.adminToken,
      LANG: 'C.UTF-8',
    });
    stage.makeNamespace(namespace);
    return stage;
  }

  private makeNamespace(name: string): void {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    this.world.kernel.runTurn(CLIENT, 0, () => this.world.handle({ verb: 'create', resource: 'namespaces', body }));
    this.host.clock.leap(SETTLE_MS);
  }

  async close(): Promise<void> {
    await this.host.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async play(step: Step, index: number, mask: Masker): Promise<readonly StepFault[]> {
    if (step.action) return this.act(step.action, index);
    const run = step.run ?? '';
    this.putFiles(step.files ?? {});
    const waited = step.waitFor ? await this.wait(step.waitFor, index) : [];
    if (step.pauseSeconds) this.host.clock.leap(step.pauseSeconds * 1000);
    const output = await this.command(run, step.stdin ?? '');
    const fault = (what: StepFault['what'], expected: string, actual: string): StepFault[] =>
      expected === actual ? [] : [{ step: index, run, what, expected, actual }];
    const { stdout, stderr, exitCode } = step;
    return [
      ...waited,
      ...(typeof stdout === 'string' ? fault('stdout', trimmed(mask(stdout)), trimmed(mask(output.stdout))) : []),
      ...(typeof stderr === 'string' ? fault('stderr', trimmed(mask(stderr)), trimmed(mask(output.stderr))) : []),
      ...(typeof exitCode === 'number' ? fault('exitCode', String(exitCode), String(output.exitCode)) : []),
    ];
  }

  private act({ kubelet, node }: NonNullable<Step['action']>, index: number): readonly StepFault[] {
    const nodes = [...this.world.list('nodes')].map(({ metadata }) => metadata.name).sort();
    const name = nodes[node];
    if (name === undefined) {
      return [
        { step: index, run: `kubelet ${kubelet}`, what: 'action', expected: `node ${node}`, actual: 'no such node' },
      ];
    }
    if (kubelet === 'stop') this.world.stopComponent(kubeletId(name));
    else this.world.startComponent(kubeletId(name));
    return [];
  }

  private putFiles(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, 'work', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  private async wait(
    { run, matches, notMatches, timeoutSeconds }: WaitFor,
    index: number,
  ): Promise<readonly StepFault[]> {
    const until = this.world.now + timeoutSeconds * 1000;
    let last = '';
    for (let stepMs = WAIT_STEP_MS; ; stepMs = Math.min(stepMs * 1.5, WAIT_STEP_LIMIT_MS)) {
      this.host.clock.leap(Math.round(stepMs));
      const { stdout, stderr } = await this.command(run, '');
      last = stdout + stderr;
      const isThere = matches === undefined || new RegExp(matches, 'm').test(last);
      const isGone = notMatches === undefined || !new RegExp(notMatches, 'm').test(last);
      if (isThere && isGone) return [];
      if (this.world.now > until) break;
    }
    const expected = matches === undefined ? `no ${notMatches}` : matches;
    return [{ step: index, run, what: 'waitFor', expected, actual: last }];
  }

  /** Runs a command line; while it waits for the cluster, time passes there. */
  private command(run: string, stdin: string): Promise<Output> {
    const { clock } = this.host;
    clock.leap(COMMAND_MS);
    return new Promise((resolve) => {
      const child = spawn('bash', ['-c', run], { cwd: join(this.folder, 'work'), env: this.environment });
      const parts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => (parts[name] += text));
      }
      const begin = performance.now();
      const before = clock.requestCount;
      let last = { requests: before, at: begin };
      const hurry = setInterval(() => {
        const now = performance.now();
        if (clock.requestCount !== last.requests) last = { requests: clock.requestCount, at: now };
        if (now - begin > COMMAND_LIMIT_MS) child.kill('SIGKILL');
        else if (last.requests > before && now - last.at > PATIENCE_MS) clock.leap(HURRY_MS);
      }, HURRY_EVERY_MS);
      child.stdin.on('error', () => undefined).end(stdin);
      child.on('close', (code) => {
        clearInterval(hurry);
        resolve({ ...parts, exitCode: code ?? -1 });
      });
    });
  }
}

/** A line end more or less at the end of an answer is no difference. */
const trimmed = (text: string): string => text.replace(/\n+$/, '');
