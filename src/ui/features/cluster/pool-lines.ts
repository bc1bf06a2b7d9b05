/** Taints and labels of a pool as lines that a person writes. */
import type { PoolOptions } from '../../../sim/options.ts';

/** What was read, or the number of the line that could not be. */
export type Read<T> = { readonly value: T } | { readonly line: number };

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const;

function readLines<T>(text: string, readLine: (line: string) => T | undefined): Read<readonly T[]> {
  const value: T[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const item = readLine(line.trim());
    if (item === undefined) return { line: index + 1 };
    value.push(item);
  }
  return { value };
}

export function readTaints(text: string): Read<PoolOptions['taints']> {
  return readLines(text, (line) => {
    const match = /^([^=:\s]+)(?:=([^:\s]*))?:(\w+)$/.exec(line);
    const effect = EFFECTS.find((item) => item === match?.[3]);
    return match && effect ? { key: match[1]!, ...(match[2] ? { value: match[2] } : {}), effect } : undefined;
  });
}

export function readLabels(text: string): Read<PoolOptions['labels']> {
  const read = readLines(text, (line) => {
    const match = /^([^=\s]+)=(\S*)$/.exec(line);
    return match ? ([match[1]!, match[2]!] as const) : undefined;
  });
  return 'line' in read ? read : { value: Object.fromEntries(read.value) };
}

export const taintLines = (taints: PoolOptions['taints']): string =>
  taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join('\n');

export const labelLines = (labels: PoolOptions['labels']): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
