/** The commands of kubectl: their names, flags, and what carries them out. */
import type { Flag } from './client/flags.ts';
import type { Resume, Verb } from './session.ts';
import { get, GET_FLAGS } from './verbs/get.ts';
import { resumeWatch } from './verbs/get-watch.ts';

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly flags: readonly Flag[];
  readonly required?: readonly string[];
  readonly run: Verb;
  readonly resume?: Resume;
  /** Words behind the first argument belong to it, flags and all: `exec POD command -x`. */
  readonly stopsAtArgument?: boolean;
  readonly parts?: readonly Command[];
}

export const COMMANDS: readonly Command[] = [
  { name: 'get', aliases: ['list'], flags: GET_FLAGS, run: get, resume: resumeWatch as Resume },
];
