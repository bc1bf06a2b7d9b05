/** The command line of `serve`. */
import { resolve } from 'node:path';
import type { Pace } from './clock.ts';

export const USAGE =
  'usage: npm run serve -- [--port N] [--host ADDRESS] [--kubeconfig FILE] [--preset aks|plain] [--scenario FILE] [--speed X | --max] [--data-dir DIR]';

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly kubeconfig: string;
  readonly scenario: string | undefined;
  readonly preset: 'aks' | 'plain';
  readonly pace: Pace;
  readonly dataDir: string | undefined;
}

/** What is wrong with the command line. */
export class OptionFault extends Error {}

const VALUED = /^--(port|host|kubeconfig|preset|scenario|speed|data-dir)$/;

function givenIn(words: readonly string[]): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!;
    const mark = word.indexOf('=');
    const name = mark < 0 ? word : word.slice(0, mark);
    if (word === '--max') given.set('max', '');
    else if (VALUED.test(name)) {
      const value = mark < 0 ? words[(index += 1)] : word.slice(mark + 1);
      if (value === undefined || value === '' || value.startsWith('--'))
        throw new OptionFault(`${name} takes a value.`);
      if (given.has(name.slice(2))) throw new OptionFault(`${name} is given twice.`);
      given.set(name.slice(2), value);
    } else throw new OptionFault(`unknown option ${word}`);
  }
  return given;
}

/** Throws an `OptionFault`. */
export function readOptions(words: readonly string[]): ServeOptions {
  const given = givenIn(words);
  const port = given.get('port') ?? '6443';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new OptionFault('--port takes a number from 0 to 65535; 0 picks a free one.');
  const speed = Number(given.get('speed') ?? 1);
  if (!(speed > 0 && speed <= 100_000)) throw new OptionFault('--speed takes a number above 0, at most 100000.');
  if (given.has('max') && given.has('speed')) throw new OptionFault('--speed and --max exclude each other.');
  const preset = given.get('preset') ?? 'aks';
  if (preset !== 'aks' && preset !== 'plain') throw new OptionFault('--preset takes aks or plain.');
  return {
    port: Number(port),
    host: (given.get('host') ?? '127.0.0.1').replace(/^\[(.*)\]$/, '$1'),
    kubeconfig: resolve(given.get('kubeconfig') ?? 'pilothouse.kubeconfig'),
    scenario: given.get('scenario'),
    preset,
    pace: given.has('max') ? { kind: 'max' } : { kind: 'speed', factor: speed },
    dataDir: given.get('data-dir'),
  };
}
