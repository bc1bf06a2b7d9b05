/** Programs that end when something is wrong or happens: what they lack at their start, or what they are asked. */
import type { CrashCondition } from './behaviour.ts';
import type { Files } from './shell/host.ts';

/** Whether it lacks what it needs from the start on. */
export function lacksSomething(
  { variableMissing, fileMissing }: CrashCondition,
  environment: Readonly<Record<string, string>>,
  files: Files,
): boolean {
  if (variableMissing !== undefined && !environment[variableMissing]) return true;
  if (fileMissing === undefined) return false;
  return files.read(fileMissing) === undefined && !files.isDirectory(fileMissing);
}

/** Whether an answered request is its last. */
export const isLastRequest = ({ requests, path }: CrashCondition, asked: string, count: number): boolean =>
  (requests !== undefined && count >= requests) || (path !== undefined && asked.split('?')[0] === path);
