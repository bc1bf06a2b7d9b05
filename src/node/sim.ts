/**
 * `npm run sim -- FILE [--until SECONDS] [--print objects|events|trace] [--json]`: runs a scenario file headless, prints what
 * became of it, and exits with 1 when an expectation of the file does not hold, 2 when the file cannot be read.
 */
import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { splitPath } from '../manifest/index.ts';
import { parseScenario, query, Run, RunFault, type Expectation, type Scenario } from '../run/index.ts';
import { resourceName, KINDS, summarizePod } from '../sim/api/index.ts';
import type { Pod } from 'kubernetes-types/core/v1';

interface Options {
  readonly file: string;
  readonly untilMs: number | undefined;
  readonly print: 'objects' | 'events' | 'trace';
  readonly isJson: boolean;
}

function usage(message: string): never {
  console.error(`${message}\nusage: npm run sim -- FILE [--until SECONDS] [--print objects|events|trace] [--json]`);
  process.exit(2);
}

function readOptions(words: readonly string[]): Options {
  let [file, print, untilMs, isJson] = ['', 'objects' as Options['print'], undefined as number | undefined, false];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    if (word === '--json') isJson = true;
    else if (word === '--until') {
      untilMs = Number(words[(index += 1)]) * 1000;
      if (!Number.isFinite(untilMs) || untilMs < 0) usage('--until takes a number of seconds.');
    } else if (word === '--print') {
      const what = words[(index += 1)];
      if (what !== 'objects' && what !== 'events' && what !== 'trace') usage('--print takes objects, events or trace.');
      print = what;
    } else if (word.startsWith('--')) usage(`unknown option ${word}`);
    else if (file) usage('one FILE at a time');
    else file = word;
  }
  if (!file) usage('FILE is missing.');
  return { file, untilMs, print, isJson };
}

/** `:line` of the field that a fault names, or of the nearest one above it. */
function lineOf(text: string, where: unknown): string {
  if (typeof where !== 'string') return '';
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const path = splitPath(where);
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return `:${counter.linePos(node.range[0]).line}`;
  }
  return '';
}

function readScenario(file: string): Scenario {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
    return parseScenario(text);
  } catch (error) {
    if (error instanceof RunFault) return usage(`${file}${lineOf(text, error.values?.['where'])}: ${error.message}`);
    if (error instanceof Error && 'code' in error) return usage(`${file}: ${error.message}`);
    throw error;
  }
}

/** What is wrong with an answer, or undefined. `field` is a dotted path; numbers index lists. */
function faultOf(run: Run, expectation: Expectation): string | undefined {
  // On a copy: looking must not change what comes after.
  const answer = query(run.world, { method: 'GET', path: expectation.path, headers: {}, body: '' });
  if (expectation.field === undefined)
    return answer.status === 200 ? undefined : `${expectation.path} answers ${answer.status}`;
  const value = expectation.field
    .split('.')
    .reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], answer.body);
  const text = JSON.stringify(value);
  if (expectation.matches !== undefined && !new RegExp(expectation.matches).test(String(value))) {
    return `${expectation.path} ${expectation.field} is ${text}, which does not match ${expectation.matches}`;
  }
  if (expectation.equals !== undefined && text !== JSON.stringify(expectation.equals)) {
    return `${expectation.path} ${expectation.field} is ${text}, not ${JSON.stringify(expectation.equals)}`;
  }
  return undefined;
}

function printObjects(run: Run, isJson: boolean): void {
  const kinds = KINDS.map(resourceName).filter((resource) => resource !== 'events' && !resource.startsWith('leases.'));
  const all = kinds.flatMap((resource) => [...run.world.list(resource)].map((object) => ({ resource, object })));
  if (isJson)
    return console.log(
      JSON.stringify(
        all.map(({ object }) => object),
        undefined,
        2,
      ),
    );
  for (const { resource, object } of all) {
    const { namespace, name } = object.metadata;
    const status = object.kind === 'Pod' ? `  ${summarizePod(object as Pod).status}` : '';
    console.log(`${resource}  ${namespace ? `${namespace}/` : ''}${name}${status}`);
  }
}

function printEvents(run: Run, isJson: boolean): void {
  const events = [...run.world.list('events')] as unknown as {
    lastTimestamp: string | null;
    eventTime: string | null;
    type: string;
    reason: string;
    message: string;
    involvedObject: { kind: string; name: string };
  }[];
  if (isJson) return console.log(JSON.stringify(events, undefined, 2));
  for (const { lastTimestamp, eventTime, type, reason, message, involvedObject } of events) {
    console.log(
      `${lastTimestamp ?? eventTime}  ${type}  ${reason}  ${involvedObject.kind}/${involvedObject.name}  ${message}`,
    );
  }
}

const options = readOptions(process.argv.slice(2));
const scenario = readScenario(options.file);
const run = new Run(scenario);
const faults: string[] = [];
for (const expectation of [...(scenario.expectations ?? [])].sort((left, right) => left.at - right.at)) {
  run.advance(Math.max(run.now, expectation.at));
  const fault = faultOf(run, expectation);
  if (fault) faults.push(`at ${expectation.at} ms: ${fault}`);
}
run.advance(Math.max(run.now, options.untilMs ?? scenario.time));
if (options.print === 'objects') printObjects(run, options.isJson);
else if (options.print === 'events') printEvents(run, options.isJson);
else
  for (const event of run.world.kernel.trace.slice(1))
    console.log(
      options.isJson
        ? JSON.stringify(event)
        : `${event.time}  ${event.type}  ${event.component}  ${event.object?.name ?? ''}`,
    );
for (const fault of faults) console.error(`expectation failed ${fault}`);
process.exitCode = faults.length > 0 ? 1 : 0;
