/** Whether a shell would ask for more before it runs a text: an open quote, a loop without its end, a here-document. */
import { parseScript, SyntaxFault } from '../../sim/workloads/index.ts';

export function isIncomplete(text: string): boolean {
  if (/(^|[^\\])(\\\\)*\\$/.test(text)) return true;
  const document = /<<-?\s*(['"]?)([A-Za-z_]\w*)\1/.exec(text);
  if (
    document &&
    !text
      .slice(document.index)
      .split('\n')
      .slice(1)
      .some((line) => line.trim() === document[2])
  )
    return true;
  if (/(\||&&)\s*$/.test(text)) return true;
  try {
    parseScript(text);
    return false;
  } catch (error) {
    if (error instanceof SyntaxFault) return /unterminated|end of file|unexpected (end|newline)/.test(error.message);
    throw error;
  }
}
