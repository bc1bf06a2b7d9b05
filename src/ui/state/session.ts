/** The page's conversation with the simulation, and what it keeps between visits. */
import { createWorkerClient } from '../../worker/client.ts';
import { SimulationFault } from '../../worker/client-port.ts';
import type { CallAnswer, CallArguments, CallName } from '../../worker/messages.ts';
import type { Command, CommandResult, Scenario } from '../../run/types.ts';
import type { WorldOptions } from '../../sim/options.ts';
import { START_TEXT } from '../../lessons/index.ts';
import { reduceFrame, simulation } from './simulation.ts';
import { view, type ViewState } from './view.ts';
import { notify, askFork } from './notices.ts';

const SAVED_RUN = 'pilothouse.run';
/** A run opened from a link is kept apart: opening a friend's link must not cost one's own run. */
const SAVED_LINKED_RUN = 'pilothouse.run.linked';
/** A saved run that this build cannot read, put aside before the next save would take its place. */
const SAVED_UNREAD_RUN = 'pilothouse.run.unread';
const SAVED_VIEW = 'pilothouse.view';

/** What a refresh finds again. */
const KEPT = [
  'language',
  'theme',
  'left',
  'right',
  'drawer',
  'isLeftOpen',
  'isRightOpen',
  'isDrawerOpen',
  'sizes',
  'selected',
  'filter',
  'namespace',
  'hiddenPackets',
  'text',
  'narrow',
] as const satisfies readonly (keyof ViewState)[];

let savedRunKey = SAVED_RUN;

const client = createWorkerClient();
client.onFrame((frame) => simulation.setState((state) => reduceFrame(state, frame, performance.now()), true));
client.onCrash((fault) => {
  if (fault.code !== 'worker.restarted') simulation.setState({ crash: fault, isPlaying: false });
});

/** Asks the simulation; a refusal becomes a notice, and the answer is undefined. */
export async function ask<N extends CallName>(name: N, args: CallArguments<N>): Promise<CallAnswer<N> | undefined> {
  try {
    return await client.call(name, args);
  } catch (error) {
    if (!(error instanceof SimulationFault)) throw error;
    if (error.fault.code !== 'worker.restarted') notify(error.fault.message);
    return undefined;
  }
}

export async function command(what: Command): Promise<CommandResult | undefined> {
  const notice = await ask('forkNotice', {});
  if (!notice) return undefined;
  if (notice.discardedCommands > 0 && !(await askFork(notice.discardedCommands))) return undefined;
  const result = await ask('command', { command: what, confirmFork: true });
  void save();
  return result;
}

/** A run of its own from nothing; undefined options mean the default cluster. */
export function newScenario(options?: Partial<WorldOptions>): Scenario {
  return {
    version: 1,
    options: (options ?? {}) as WorldOptions,
    files: { 'manifest.yaml': view.getState().text },
    commands: [],
    time: 0,
    speed: 1,
  };
}

/** The first visit: one application and a client, already alive. */
function firstScenario(): Scenario {
  const start = newScenario();
  return {
    ...start,
    files: { 'manifest.yaml': START_TEXT },
    commands: [{ at: 0, command: { verb: 'apply', file: 'manifest.yaml', text: START_TEXT } }],
    time: 60_000,
  };
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    // Storage can be switched off; the page works without it and says so when it would have been needed.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

let hasWarned = false;

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (!hasWarned) notify('storage');
    hasWarned = true;
  }
}

/** The run is its seed, options and commands, so that is all there is to keep. */
export async function save(): Promise<void> {
  const scenario = await ask('scenario', {});
  if (scenario) write(savedRunKey, JSON.stringify({ ...scenario, files: { 'manifest.yaml': view.getState().text } }));
}

function keepView(): void {
  const state = view.getState();
  write(SAVED_VIEW, JSON.stringify(Object.fromEntries(KEPT.map((key) => [key, state[key]]))));
}

export function restoreView(): Record<string, unknown> {
  const saved = read(SAVED_VIEW);
  try {
    return saved ? (JSON.parse(saved) as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

export async function load(scenario: Scenario, play: boolean): Promise<boolean> {
  const loaded = await ask('load', { scenario, play });
  const text = scenario.files['manifest.yaml'];
  if (loaded && text) view.setState({ text });
  return loaded !== undefined;
}

/** Reads the link in the address; undefined when there is none. A bad one is said, and the page starts as usual. */
async function linked(): Promise<Scenario | undefined> {
  const payload = /^#run=(.+)$/.exec(location.hash)?.[1];
  if (!payload) return undefined;
  return (await ask('decodeShare', { payload }))?.scenario;
}

/** Starts with the link, the saved run, or the first visit's. Returns the link's scenario, which waits for Play. */
export async function begin(): Promise<Scenario | undefined> {
  view.subscribe(keepView);
  window.addEventListener('pagehide', () => void save());
  setInterval(() => void save(), 5_000);
  const shared = await linked();
  if (shared) {
    savedRunKey = SAVED_LINKED_RUN;
    await load({ ...shared, time: 0 }, false);
    void save();
    return shared;
  }
  const saved = read(SAVED_RUN);
  if (saved) {
    try {
      if (await load(JSON.parse(saved) as Scenario, false)) return undefined;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    write(SAVED_UNREAD_RUN, saved);
  }
  await load(firstScenario(), true);
  return undefined;
}

/** After a dead worker: a fresh one, and the run up to where it was saved. */
export async function restart(): Promise<void> {
  client.restart();
  const saved = read(savedRunKey);
  await load(saved ? (JSON.parse(saved) as Scenario) : firstScenario(), false);
}

export interface ConsoleAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** `window.pilothouse`: the simulated API server from the browser's console. */
export async function request(
  path: string,
  init: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<ConsoleAnswer> {
  const { method = 'GET', body, headers = {} } = init;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const result = await client.call('command', {
    command: { verb: 'request', method, path, headers, body: text },
    confirmFork: true,
  });
  return result.response!;
}

export const pilothouse = {
  request,
  hash: (): Promise<string> => client.call('hash', {}),
  seek: (time: number): Promise<{ time: number }> => client.call('seek', { time }),
  load: (scenario: Scenario): Promise<{ startTime: number }> => client.call('load', { scenario, play: false }),
};
