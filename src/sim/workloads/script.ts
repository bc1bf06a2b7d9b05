/**
 * A command line in place of what the image would run: known shell idioms, by a small reading of the text. Sleeps are
 * added up, `exit N` ends it, an endless loop runs until it is stopped, a loop around wget or curl is a client, and a
 * server started by name serves. Variables, branches and the passes of bounded loops are not followed.
 */
import type { Behaviour } from './behaviour.ts';
import { filesOf, sleepSeconds } from './script-files.ts';

export const SHELL = /(^|\/)(ba|da|a)?sh$/;

/** A task whose program is not known is taken to do its work and end well. */
export const TASK_END = { afterMs: 1_000, code: 0 } as const;

const BUILT_IN = /^(sleep|true|false|exit|echo|printf|date|cat|env|ls|touch|pwd|hostname|uname)\b/;
const ENDLESS =
  /\b(while\s+(true|:|\[)|until\s+false|for\s*\(\(;;\)\)|tail\s+-[fF]|sleep\s+(infinity|inf))\b|while\s+(true|:)/;
/** Programs that stay in the foreground and listen. */
const SERVER =
  /^(?:exec\s+)?(?:\S*\/)?(nginx|httpd|apache2\S*|node|npm\s+(?:run\s+)?start|python3?|gunicorn|uvicorn|flask|java|dotnet|php-fpm|redis-server|nc\s+.*-l|ruby|caddy)\b/;
const PORT = /(?:-p\s*|--port[= ]|--bind[= ]\S*:|http\.server\s+|-l\s*-?p?\s*)(\d{2,5})\b/;
const ECHO = /\becho\s+(?:-[en]+\s+)?(?:"([^"]*)"|'([^']*)'|([^;&|>\n]+))/g;
const SLEEP = /\bsleep\s+(\d+(?:\.\d+)?)([smhd]?)/g;
const URL = /\b(?:wget|curl)\b[^;|&\n]*?(https?:\/\/[^\s'";]+|\b[a-z][a-z0-9.-]+(?::\d+)?(?:\/\S*)?)\s*(?:[;|&\n]|$)/;

export function scripted(base: Behaviour, words: readonly string[], isTask: boolean): Behaviour {
  const { exit: _exit, client: _client, ...still } = base;
  const [program = '', ...rest] = words;
  const line = [program.replace(/^.*\//, ''), ...rest].join(' ');
  if (SHELL.test(program)) return runScript(still, rest.find((word) => !word.startsWith('-')) ?? '');
  if (BUILT_IN.test(line)) return runScript(still, line);
  const url = /\b(?:wget|curl)\b.*?(https?:\/\/[^\s'"]+)/.exec(line)?.[1];
  if (url) return { ...still, client: { url, intervalMs: 1_000 }, exit: { afterMs: 500, code: 0 } };
  return isTask ? { ...still, exit: TASK_END } : served(still, line);
}

/** A shell's image that was given a server to run listens on the container's ports, and on one named in the line. */
function served(base: Behaviour, line: string): Behaviour {
  if (base.name !== 'shell') return base;
  const port = PORT.exec(line)?.[1];
  return {
    ...base,
    name: 'plain-server',
    ports: port ? [Number(port)] : [],
    http: { status: 200, body: '{image} on {pod}', latencyMs: [2, 15], errorPercent: 0 },
  };
}

function runScript(base: Behaviour, script: string): Behaviour {
  const log = [...script.matchAll(ECHO)].map((match) => (match[1] ?? match[2] ?? match[3] ?? '').trim());
  const sleeps = [...script.matchAll(SLEEP)].map(([, amount, unit]) => sleepSeconds(amount, unit));
  const made = filesOf(script);
  // Process 1 takes no notice of SIGTERM unless it has asked for it: it is killed at the end of the grace period.
  const stopAfterMs = /\btrap\b/.test(script) ? 200 : 3_600_000;
  const running = { ...base, log, stopAfterMs, ...(made.length > 0 ? { files: made } : {}), ports: [] };
  if (ENDLESS.test(script)) {
    const url = URL.exec(script)?.[1];
    const intervalMs = Math.max(500, (sleeps[0] ?? 1) * 1000);
    return url ? { ...running, client: { url: url.startsWith('http') ? url : `http://${url}`, intervalMs } } : running;
  }
  const steps = script.split(/;|&&|\n/).map((step) => step.trim());
  const last = steps.filter(Boolean).at(-1) ?? '';
  if (SERVER.test(last)) return { ...served(base, last), log };
  const code = /\bexit\s+(\d+)/.exec(script)?.[1];
  const exitCode = code !== undefined ? Number(code) : /^false$/.test(last) ? 1 : 0;
  const seconds = sleeps.reduce((sum, value) => sum + value, 0);
  return { ...running, exit: { afterMs: Math.round(seconds * 1000) + 20, code: exitCode } };
}
