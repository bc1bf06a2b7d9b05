/** What each call of the page does. One handler a call; the map's type says if one is missing. */
import type { KubectlEngine } from '../shell/terminal/index.ts';
import {
  beginAudit,
  beginComparison,
  beginFit,
  checkCluster,
  checkSchedulerConfiguration,
  completeLine,
  clusterChoices,
  decodeScenario,
  decodeShareLink,
  diffText,
  encodeShareLink,
  fitEdit,
  inspect,
  reached,
  parseScenario,
  priceOfNode,
  Run,
  RunFault,
  seriesOf,
  tableOf,
  terminalOf,
  typeLine,
  query,
  whyOf,
  type Carrying,
  type CommandResult,
  type FitProposal,
  type Fit,
  type Study,
} from '../run/index.ts';
import { checkManifest, formatManifest } from '../manifest/index.ts';
import { supportTable } from '../sim/api/index.ts';
import { charts } from '../sim/world.ts';
import type { TraceEvent } from '../sim/kernel/index.ts';
import type { CallAnswer, CallArguments, CallName, Studied, TraceFilter } from './messages.ts';

/** What the handlers may do to the host. */
export interface Session {
  run: Run | undefined;
  /** What the last search for fitting changes has found. */
  fits: readonly Fit[];
  /** Loaded when somebody needs it. */
  readonly kubectl: KubectlEngine | undefined;
  isPlaying: boolean;
  speed: number;
  take(run: Run): void;
  play(): void;
  pause(): void;
  rebase(): void;
  /** Carries a command out, at once or in slices. */
  carry(carrying: Carrying): CommandResult | Later<CommandResult>;
  cancel(): void;
  /** Begins work on copies of the world, whose answer comes later. */
  study<T, A>(study: Study<T>, answerOf: (found: T) => A): Later<Studied<A>>;
  cancelStudy(): void;
}

/** An answer that is not there yet; the host sends it when it is. */
export class Later<T> {
  /** The call it answers; known once its handler has returned. */
  id = 0;
  declare readonly answer: T;
}

type Handlers = {
  [N in CallName]: (session: Session, args: CallArguments<N>) => CallAnswer<N> | Later<CallAnswer<N>>;
};

const runOf = (session: Session): Run => {
  if (!session.run) throw new RunFault('run.none', 'No cluster is running yet.');
  return session.run;
};

const handlers: Handlers = {
  load(session, { scenario, play }) {
    const run = new Run(decodeScenario(scenario), () => session.kubectl);
    session.take(run);
    session.speed = scenario.speed;
    if (scenario.time > run.now) run.seek(scenario.time);
    if (play) session.play();
    return { startTime: run.startTime };
  },
  scenario: (session) => runOf(session).toScenario({ speed: session.speed }),
  play: (session) => session.play(),
  pause: (session) => session.pause(),
  speed(session, { factor }) {
    if (!(factor >= 0.1 && factor <= 1000)) {
      throw new RunFault('speed.range', 'The speed must be from 0.1 to 1000.', { low: 0.1, high: 1000 });
    }
    session.speed = factor;
    session.rebase();
  },
  step(session, { unit, direction }) {
    session.pause();
    return runOf(session).step(unit, direction);
  },
  seek(session, target) {
    const run = runOf(session);
    if ('seq' in target) run.seekEvent(target.seq);
    else run.seek(target.time);
    session.rebase();
    return { time: run.now };
  },
  forkNotice: (session) => runOf(session).forkNotice(),
  command: (session, { command, confirmFork }) => session.carry(runOf(session).begin(command, confirmFork)),
  query: (session, question) => query(runOf(session).world, question),
  typeLine(session, { confirmFork, files, ...typed }) {
    return typeLine(runOf(session), typed, files, confirmFork);
  },
  completeLine: (session, { line, files }) => completeLine(runOf(session), line, files),
  terminalFile: (session, { name }) => terminalOf(runOf(session).world).readFile(name),
  cancel: (session) => session.cancel(),
  ping: () => undefined,
  format: (_session, { text }) => formatManifest(text),
  rename(session, { title }) {
    runOf(session).title = title.trim() || undefined;
  },
  files(session, { files }) {
    runOf(session).files = files;
  },
  diff: (session, { file, text }) => diffText(runOf(session), file, text),
  check(session, { file, text, others }) {
    return checkManifest(file, text, session.run?.world, others);
  },
  inspect: (session, { key }) => inspect(runOf(session), key),
  series: (session, { key }) => seriesOf(runOf(session), key),
  why: (session, target) => whyOf(runOf(session), target),
  trace: (session, filter) => filterTrace(runOf(session), filter),
  decisions: (session, filter) => runOf(session).world.decisions(filter),
  decision: (session, { attempt }) => runOf(session).world.decision(attempt),
  charts: () => charts(),
  hash: (session) => runOf(session).world.hash(),
  support: () => supportTable(),
  table: (session, { resource, namespace }) => tableOf(runOf(session), resource, namespace),
  fit: (session, { namespace, pod }) =>
    session.study(beginFit(runOf(session).world, namespace, pod), (found) => {
      session.fits = found;
      return found.map(proposalOf);
    }),
  fitEdit(session, { proposal, files }) {
    const fit = session.fits[proposal];
    if (!fit) throw new RunFault('fit.forgotten', 'This suggestion is not known any more; search again.');
    return fitEdit(fit, files);
  },
  compare: (session, { texts }) =>
    session.study(beginComparison(runOf(session).world, texts, priceOfNode), (found) => found),
  audit: (session) => session.study(beginAudit(runOf(session)), (found) => found),
  checkConfiguration: (session, { text }) => checkSchedulerConfiguration(text, session.run?.world),
  goals: (session, { goals }) => goals.map((goal) => reached(runOf(session).world, goal)),
  cancelStudy: (session) => session.cancelStudy(),
  clusterChoices: () => clusterChoices(),
  checkCluster: (_session, { options }) => checkCluster(options),
  encodeShare(_session, { scenario }) {
    const payload = encodeShareLink(decodeScenario(scenario));
    return { payload, characters: payload.length };
  },
  parseScenario: (_session, { text }) => ({ scenario: parseScenario(text) }),
  decodeShare: (_session, { payload }) => ({ scenario: decodeShareLink(payload) }),
};

function proposalOf({ suggestion }: Fit, id: number): FitProposal {
  const { rank: _rank, size: _size, target, ...shown } = suggestion;
  const { kind, namespace, name } = target;
  return { id, ...shown, target: { kind, namespace, name } };
}

export function answer(session: Session, name: CallName, args: unknown): unknown {
  const handler = handlers[name] as ((session: Session, args: unknown) => unknown) | undefined;
  if (!handler)
    throw new RunFault('call.unknown', `The simulation has no call ${String(name)}.`, { name: String(name) });
  return handler(session, args);
}

function filterTrace(run: Run, filter: TraceFilter): { events: readonly TraceEvent[]; total: number } {
  const { trace } = run.world.kernel;
  const found: TraceEvent[] = [];
  const text = filter.text?.toLowerCase();
  const limit = Math.min(filter.limit, 5_000);
  for (let seq = Math.min(filter.before ?? Infinity, run.shownSeq + 1) - 1; seq >= trace.start; seq -= 1) {
    if (found.length >= limit) break;
    const event = trace.at(seq)!;
    if (filter.types && !filter.types.includes(event.type)) continue;
    if (filter.component && event.component !== filter.component) continue;
    if (filter.object && !isAbout(event, filter.object)) continue;
    if (text && !JSON.stringify(event).toLowerCase().includes(text)) continue;
    found.push(event);
  }
  return { events: found.reverse(), total: trace.length };
}

function isAbout(event: TraceEvent, key: string): boolean {
  const { object } = event;
  if (!object) return false;
  return `${object.resource}|${object.namespace ? `${object.namespace}/` : ''}${object.name}` === key;
}
