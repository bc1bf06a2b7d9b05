/** Runs every conformance file under a folder, each by the format that recognises it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { decisions } from './decisions.ts';
import type { CaseResult, Format } from './format.ts';
import { schedulerVectors } from './scheduler-vectors.ts';
import { holdsTranscripts, runTranscripts } from './transcripts.ts';

export const FORMATS: readonly Format[] = [schedulerVectors, decisions];

export const RELEASE = '1.35';

export interface Count {
  passed: number;
  failed: number;
}

export interface Failure extends CaseResult {
  readonly file: string;
}

export interface Report {
  readonly release: string;
  readonly passed: number;
  readonly failed: number;
  readonly groups: Readonly<Record<string, Count>>;
  /** Files that no format recognises, or that are no JSON. */
  readonly faults: readonly { readonly file: string; readonly fault: string }[];
  readonly failures: readonly Failure[];
}

interface Found {
  readonly cases: (Failure & { readonly format: string })[];
  readonly faults: { file: string; fault: string }[];
}

function runFile(path: string, file: string, isWanted: (name: string) => boolean, found: Found): void {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    found.faults.push({ file, fault: `is no JSON: ${(error as Error).message}` });
    return;
  }
  const format = FORMATS.find((candidate) => candidate.recognises(content));
  if (!format) {
    found.faults.push({ file, fault: 'is of no format that this command knows' });
    return;
  }
  const isWhole = isWanted(basename(path, '.json'));
  for (const result of format.run(content, RELEASE))
    if (isWhole || isWanted(result.id)) found.cases.push({ ...result, file, format: format.name });
}

/** Where a folder and one above it are given, files are named from the folder asked for. */
async function runAll(path: string, root: string, isWanted: (name: string) => boolean, found: Found): Promise<void> {
  if (statSync(path).isFile()) return runFile(path, relative(root, path) || basename(path), isWanted, found);
  if (holdsTranscripts(path)) {
    for (const result of await runTranscripts(path, isWanted))
      found.cases.push({ ...result, file: relative(root, join(path, result.file)), format: 'control plane' });
    return;
  }
  for (const name of readdirSync(path).sort()) {
    const inner = join(path, name);
    if (name.endsWith('.json') || statSync(inner).isDirectory()) await runAll(inner, root, isWanted, found);
  }
}

/** `names` narrows it to files or cases of these names; empty for all. */
export async function runConformance(folder: string, names: readonly string[] = []): Promise<Report> {
  const found: Found = { cases: [], faults: [] };
  await runAll(folder, folder, (name) => names.length === 0 || names.includes(name), found);
  const groups: Record<string, Count> = {};
  for (const { format, group, differences } of found.cases) {
    const count = (groups[`${format}: ${group}`] ??= { passed: 0, failed: 0 });
    if (differences.length === 0) count.passed += 1;
    else count.failed += 1;
  }
  const failures = found.cases.filter(({ differences }) => differences.length > 0);
  return {
    release: RELEASE,
    passed: found.cases.length - failures.length,
    failed: failures.length,
    groups,
    faults: found.faults,
    failures,
  };
}
