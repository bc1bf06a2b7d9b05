/** The search for what would make a pod fit: what is under way, what it has found, and what came of a change. */
import { createStore } from 'zustand/vanilla';
import type { CommandResult, FitEdit, FitProposal } from '../../../run/types.ts';
import { ask, command, onProgress } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { addFile, changeText, freeName, texts } from '../../state/texts.ts';
import { reveal } from '../../state/view.ts';

export interface Searched {
  /** Record key of the pod that was asked about. */
  readonly pod: string | undefined;
  readonly isSearching: boolean;
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  /** Undefined before the first answer. */
  readonly proposals: readonly FitProposal[] | undefined;
  readonly isWhole: boolean;
  /** Virtual time of the cluster that the changes were tried on. */
  readonly time: number;
  readonly applied: Applied | undefined;
}

export type Applied =
  | { readonly id: number; readonly outcome: 'edited'; readonly file: string }
  | { readonly id: number; readonly outcome: 'ran'; readonly line: string }
  | { readonly id: number; readonly outcome: 'refused'; readonly message: string };

const NOTHING: Searched = {
  pod: undefined,
  isSearching: false,
  progress: undefined,
  proposals: undefined,
  isWhole: true,
  time: 0,
  applied: undefined,
};

export const fitStore = createStore<Searched>(() => NOTHING);

onProgress((of, done, total) => {
  if (of === 'study' && fitStore.getState().isSearching) fitStore.setState({ progress: { done, total } });
});

export async function searchFit(namespace: string, name: string): Promise<void> {
  const pod = `pods|${namespace}/${name}`;
  fitStore.setState({ ...NOTHING, pod, isSearching: true, time: simulation.getState().time });
  const answer = await ask('fit', { namespace, pod: name });
  // Another pod may have been asked about meanwhile.
  if (fitStore.getState().pod !== pod) return;
  fitStore.setState({
    isSearching: false,
    progress: undefined,
    proposals: answer?.found,
    isWhole: answer?.isWhole ?? true,
  });
}

export const cancelFit = (): void => void ask('cancelStudy', {});

export const editOf = async (proposal: FitProposal): Promise<FitEdit | undefined> =>
  ask('fitEdit', { proposal: proposal.id, files: texts.getState().files });

/** Does it: a command as it is; an edit in the cluster first, and in the text once the server has taken it. */
export async function applyProposal(proposal: FitProposal): Promise<void> {
  fitStore.setState({ applied: undefined });
  const { id } = proposal;
  if (proposal.command) {
    const result = await command(proposal.command);
    if (!result) return;
    const message = result.response && result.response.status >= 400 ? messageOf(result.response.body) : undefined;
    const line = proposal.line ?? '';
    fitStore.setState({
      applied: message === undefined ? { id, outcome: 'ran', line } : { id, outcome: 'refused', message },
    });
  } else {
    const edit = await editOf(proposal);
    const result = edit && (await carryOut(edit));
    if (!result) return;
    const message = refusalOf(result);
    if (message !== undefined) fitStore.setState({ applied: { id, outcome: 'refused', message } });
    else fitStore.setState({ applied: { id, outcome: 'edited', file: takeOver(edit) } });
  }
  await ask('play', {});
}

async function carryOut({ file, after, lines, isReplaced }: FitEdit): Promise<CommandResult | undefined> {
  if (isReplaced && !(await command({ verb: 'delete', file, text: after, lines }))) return undefined;
  return command({ verb: 'apply', file, text: after, lines });
}

/** Writes the edit into the text of the editor, where undo takes it back, and shows its lines. */
function takeOver({ file, isNew, before, after }: FitEdit): string {
  const name = isNew ? freeName(file, texts.getState().files) : file;
  if (isNew) addFile(name, after);
  else changeText(name, after);
  reveal({ file: name, ...changedLines(before, after) });
  return name;
}

/** From the first line that is another to the last. */
function changedLines(before: string, after: string): { startLine: number; endLine: number } {
  const [was, is] = [before.split('\n'), after.split('\n')];
  let [start, end] = [0, 0];
  while (start < is.length - 1 && is[start] === was[start]) start += 1;
  while (is.length - end - 1 > start && is.at(-1 - end) === was.at(-1 - end)) end += 1;
  return { startLine: start + 1, endLine: is.length - end };
}

function refusalOf({ documents, faults }: CommandResult): string | undefined {
  const refused = documents?.find(({ outcome }) => outcome === 'error');
  return refused ? (refused.status?.message ?? '') : faults?.[0]?.message;
}

const messageOf = (body: unknown): string => String((body as { message?: unknown } | undefined)?.message ?? '');
