/** The page's conversation with the simulation, and what it keeps between visits. */
import { createWorkerClient } from '../../worker/client.ts';
import { SimulationFault } from '../../worker/client-port.ts';
import type { CallAnswer, CallArguments, CallFault, CallName } from '../../worker/messages.ts';
import type { Command, CommandResult, Scenario, TypedOutcome } from '../../run/types.ts';
import type { WorldOptions } from '../../sim/options.ts';
import { START_TEXT } from '../../lessons/index.ts';
import { embeddedView, isEmbedded } from './embed.ts';
import { consoleRequest, type ConsoleAnswer, type RequestInit } from './console-request.ts';
import { askFork, notify } from './notices.ts';
import { beginRun, lastRun, readRun, readStored, resumeRun, saveRun, setAside, writeStored } from './run-store.ts';
import { reduceFrame, simulation } from './simulation.ts';
import { FIRST_FILE, openFile, setTexts, texts } from './texts.ts';
import { keptView, sharedView, showSharedView, view } from './view.ts';

const SAVED_VIEW = 'pilothouse.view';
/** Texts being written are kept this soon. */
const SAVE_AFTER_MS = 400;
const SAVE_EVERY_MS = 5_000;

const client = createWorkerClient();
client.onFrame((frame) => simulation.setState((state) => reduceFrame(state, frame, performance.now()), true));
client.onCrash((fault) => {
  if (fault.code !== 'worker.restarted') simulation.setState({ crash: fault, isPlaying: false });
});

/** Asks the simulation; a refusal is thrown as a `SimulationFault`. */
async function call<N extends CallName>(
  name: N,
  args: CallArguments<N>,
): Promise<{ answer: CallAnswer<N> } | { fault: CallFault }> {
  try {
    return { answer: await client.call(name, args) };
  } catch (error) {
    if (!(error instanceof SimulationFault)) throw error;
    return { fault: error.fault };
  }
}

/** Asks the simulation; a refusal becomes a notice, and the answer is undefined. */
export async function ask<N extends CallName>(name: N, args: CallArguments<N>): Promise<CallAnswer<N> | undefined> {
  const reply = await call(name, args);
  if ('answer' in reply) return reply.answer;
  // A crash has a dialog of its own.
  if (reply.fault.code !== 'worker.restarted' && !reply.fault.isAssertion) notify(reply.fault);
  return undefined;
}

export async function command(what: Command): Promise<CommandResult | undefined> {
  const notice = await ask('forkNotice', {});
  if (!notice) return undefined;
  if (notice.discardedCommands > 0 && !(await askFork(notice))) return undefined;
  const result = await ask('command', { command: what, confirmFork: true });
  clearLink();
  void saveWhole();
  return result;
}

/** Types a line into the terminal. In the past only what reads is answered at once; what would fork is asked about first. */
export async function typeLine(
  typed: Omit<CallArguments<'typeLine'>, 'files' | 'confirmFork'>,
): Promise<TypedOutcome | undefined> {
  const { files } = texts.getState();
  const first = await call('typeLine', { ...typed, files, confirmFork: false });
  if ('fault' in first && first.fault.code !== 'fork.notConfirmed') {
    if (!first.fault.isAssertion) notify(first.fault);
    return undefined;
  }
  if ('answer' in first && first.answer.kind !== 'typed') return first.answer;
  if ('fault' in first) {
    const notice = await ask('forkNotice', {});
    if (!notice || !(await askFork(notice))) return undefined;
    await ask('typeLine', { ...typed, files, confirmFork: true });
  }
  clearLink();
  void saveWhole();
  return { kind: 'typed' };
}

/** A run of its own from nothing; without options, of the default cluster. */
export function newScenario(options?: Partial<WorldOptions>): Scenario {
  return {
    version: 1,
    options: (options ?? {}) as WorldOptions,
    files: texts.getState().files,
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
    files: { [FIRST_FILE]: START_TEXT },
    commands: [{ at: 0, command: { verb: 'apply', file: FIRST_FILE, text: START_TEXT } }],
    time: 60_000,
  };
}

/** The run as the page knows it: its seed, options and commands are all there is to keep. Undefined before the first. */
export function currentScenario(): Scenario | undefined {
  const { options, title, log, time, speed } = simulation.getState();
  if (!options) return undefined;
  return {
    version: 1,
    ...(title ? { title } : {}),
    options,
    files: texts.getState().files,
    commands: log,
    time,
    speed,
    view: sharedView(),
  };
}

/** Keeps the run now, without asking the worker: also while the page is being left. */
export function save(): void {
  const scenario = currentScenario();
  if (scenario) saveRun(scenario, Date.now());
}

/** After a command: the log of the worker, which the page is told of a moment later. */
async function saveWhole(): Promise<void> {
  const scenario = await ask('scenario', {});
  if (scenario) saveRun({ ...scenario, files: texts.getState().files, view: sharedView() }, Date.now());
}

function keepView(): void {
  writeStored(SAVED_VIEW, JSON.stringify({ ...keptView(), activeFile: texts.getState().active }));
}

export function restoreView(): Record<string, unknown> {
  if (isEmbedded) return embeddedView();
  const saved = readStored(SAVED_VIEW);
  try {
    return saved ? (JSON.parse(saved) as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

export async function load(scenario: Scenario, play: boolean): Promise<boolean> {
  const loaded = await ask('load', { scenario, play });
  if (loaded === undefined) return false;
  setTexts(scenario.files);
  showSharedView(scenario.view);
  return true;
}

/** Leaves the present run in the list of runs and begins another. */
export async function loadAnew(scenario: Scenario, play: boolean): Promise<boolean> {
  save();
  const loaded = await load(scenario, play);
  if (loaded) {
    beginRun();
    clearLink();
    void saveWhole();
  }
  return loaded;
}

/** Goes on with a kept run; one that cannot be opened is set aside, and that is said. */
export async function openRun(id: string): Promise<boolean> {
  const scenario = readRun(id);
  if (!scenario) return false;
  if (!(await load(scenario, false))) {
    setAside(id);
    return false;
  }
  const { isCopy } = await resumeRun(id);
  if (isCopy) notify({ code: 'otherTab', tone: 'neutral' });
  clearLink();
  return true;
}

export async function renameRun(title: string): Promise<void> {
  await ask('rename', { title });
  void saveWhole();
}

/** Once a link's run goes on, a refresh must find how far it came, not the link's beginning. */
export function clearLink(): void {
  if (!isEmbedded && location.hash.startsWith('#run='))
    history.replaceState(null, '', location.pathname + location.search);
}

/** Reads the link in the address; undefined when there is none. A bad one is said, and the page starts as usual. */
async function linked(): Promise<Scenario | undefined> {
  const payload = /^#run=(.+)$/.exec(location.hash)?.[1];
  if (!payload) return undefined;
  return (await ask('decodeShare', { payload }))?.scenario;
}

function keepSaving(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keepSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      keepView();
      save();
    }, SAVE_AFTER_MS);
  };
  view.subscribe(keepSoon);
  texts.subscribe(keepSoon);
  window.addEventListener('pagehide', () => {
    keepView();
    save();
  });
  setInterval(save, SAVE_EVERY_MS);
}

/** Starts with the link, the kept run, or the first visit's. Returns the link's scenario, which waits for Play. */
export async function begin(): Promise<Scenario | undefined> {
  setInterval(watch, PING_MS);
  const shared = await linked();
  if (isEmbedded) {
    // Somebody else's page: nothing is kept, and the reader's own runs are left alone.
    await load(shared ? { ...shared, time: 0 } : firstScenario(), !shared);
    return undefined;
  }
  if (shared && (await load({ ...shared, time: 0 }, false))) {
    beginRun();
    keepSaving();
    return shared;
  }
  const last = lastRun();
  if (!last || !(await openRun(last))) {
    await load(firstScenario(), true);
    beginRun();
  }
  openFile(String(restoreView()['activeFile']));
  keepSaving();
  return undefined;
}

/** Looks after the worker: one that has ended, or turns in a circle, does not say so itself. */
const PING_MS = 2_000;
const PINGS_UNTIL_SILENT = 5;
let pingsUnanswered = 0;

function watch(): void {
  pingsUnanswered += 1;
  if (pingsUnanswered > PINGS_UNTIL_SILENT && !simulation.getState().crash) {
    const message = `no answer for ${(PING_MS * PINGS_UNTIL_SILENT) / 1000} s`;
    simulation.setState({ crash: { code: 'worker.silent', message }, isPlaying: false });
  }
  // Asked once until it is answered; intervals that a sleeping computer skips are not counted.
  if (pingsUnanswered === 1) void call('ping', {}).then(() => (pingsUnanswered = 0));
}

/** Goes on waiting for a worker that is silent. */
export function waitOn(): void {
  pingsUnanswered = 1;
  simulation.setState({ crash: undefined });
}

/** After a dead worker: a fresh one, and the run up to where it stood, or at its beginning if that is where it dies. */
export async function restart(from: 'here' | 'start'): Promise<void> {
  const scenario = currentScenario() ?? firstScenario();
  client.restart();
  pingsUnanswered = 0;
  await load(from === 'here' ? scenario : { ...scenario, time: 0 }, false);
}

export const onProgress = client.onProgress.bind(client);

/** `window.pilothouse`: the page's programs and tests speak to the simulation through it. */
export const pilothouse = {
  request: (path: string, init?: RequestInit): Promise<ConsoleAnswer> => consoleRequest(client, path, init),
  hash: (): Promise<string> => client.call('hash', {}),
  seek: (time: number): Promise<{ time: number }> => client.call('seek', { time }),
  load: (scenario: Scenario): Promise<{ startTime: number }> => client.call('load', { scenario, play: false }),
};
