/**
 * A container runtime that only pretends, as kubemark's hollow nodes have it: every image is there but those with
 * `missing` in their name, starting and stopping takes no time, and a program is no more than its length and its exit code.
 * Upstream: pkg/kubemark/hollow_kubelet.go, pkg/kubelet/container/testing. Left out: logs, exec, ports.
 */
import type { Container } from 'kubernetes-types/core/v1';
import type { Behaviour } from '../workloads/index.ts';

/** What a pull takes when the policy asks for one. */
export const PRETENDED_PULL_MS = 200;

const SHELL = /(^|\/)(ba|da|a)?sh$/;
const ENDLESS = /\bsleep\s+(infinity|inf)\b/;

export const isMissingImage = (image: string): boolean => image.includes('missing');

interface Outcome {
  /** Undefined: it runs until it is stopped. */
  readonly seconds?: number;
  readonly code: number;
}

/** `sh -c` sleeps for the sum of its sleeps and ends with its `exit N`; `true` and `false` do what they say. */
function outcomeOf(words: readonly string[]): Outcome {
  const [program = ''] = words;
  if (program === 'true') return { seconds: 0, code: 0 };
  if (program === 'false') return { seconds: 0, code: 1 };
  if (!SHELL.test(program) || words[1] !== '-c') return { code: 0 };
  const script = words[2] ?? '';
  if (ENDLESS.test(script)) return { code: 137 };
  const sleeps = [...script.matchAll(/\bsleep\s+(\d+(?:\.\d+)?)/g)].map(([, amount]) => Number(amount));
  const given = /\bexit\s+(\d+)/.exec(script)?.[1];
  const last = script
    .trim()
    .split(/;|&&|\n/)
    .at(-1)
    ?.trim();
  const code = given === undefined ? (last === 'false' ? 1 : 0) : Number(given);
  return { seconds: sleeps.reduce((sum, value) => sum + value, 0), code };
}

export function pretendedBehaviour({ command = [], args = [] }: Container): Behaviour {
  const { seconds, code } = command.length > 0 ? outcomeOf([...command, ...args]) : { code: 0 };
  return {
    name: 'pretended',
    listenAfterMs: 0,
    ports: [],
    stopAfterMs: 0,
    // What sleeps does not hear of being told to stop: it is killed.
    stopCode: seconds === undefined ? code : 137,
    cpuMillis: 0,
    memoryBytes: 0,
    log: [],
    ...(seconds === undefined ? {} : { exit: { afterMs: Math.round(seconds * 1000), code } }),
  };
}

/** A command that a hook runs; it has no end where it has no length. */
export function pretendedHook(command: readonly string[]): { readonly seconds?: number; readonly isSuccess: boolean } {
  const { seconds, code } = outcomeOf(command);
  return { ...(seconds === undefined ? {} : { seconds }), isSuccess: code === 0 };
}

/** An exec probe under the same rules; its sleeps count against the probe's timeout. */
export function pretendedExec(command: readonly string[], timeoutSeconds: number): { isSuccess: boolean } {
  const { seconds, code } = outcomeOf(command);
  return { isSuccess: code === 0 && seconds !== undefined && seconds <= timeoutSeconds };
}
