/** Commands that a mistyped one may have meant. Upstream: spf13/cobra (SuggestionsFor), kubectl/pkg/cmd/cmd.go. */

export function suggestions(typed: string, names: readonly string[]): readonly string[] {
  const word = typed.toLowerCase();
  return names.filter((name) => distance(word, name) <= 2 || name.startsWith(word));
}

/** Levenshtein, without regard to case. */
export function distance(left: string, right: string): number {
  let before = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const cost = left[row - 1] === right[column - 1] ? 0 : 1;
      current.push(Math.min(before[column]! + 1, current[column - 1]! + 1, before[column - 1]! + cost));
    }
    before = current;
  }
  return before.at(-1)!;
}
