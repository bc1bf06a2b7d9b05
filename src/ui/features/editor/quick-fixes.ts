/** What mends a fault, offered where Monaco shows it: the bulb at the line, and the list in its hover. */
import { faultText, type FaultLanguage } from '../../../manifest/fault-texts.ts';
import type { Fault } from '../../../run/types.ts';
import { titleOfFix } from './fix-title.ts';
import { monaco } from './monaco.ts';

/** Offers the fixes of a model's faults until the returned function is called. */
export function offerFixes(
  model: monaco.editor.ITextModel,
  faults: readonly Fault[],
  language: FaultLanguage,
): () => void {
  const provider = monaco.languages.registerCodeActionProvider('yaml', {
    provideCodeActions(asked, range) {
      const here = asked === model ? faults.filter((fault) => touches(fault, range)) : [];
      return {
        actions: here.flatMap((fault) => (fault.fix ? [actionOf(model, fault, fault.fix, language)] : [])),
        dispose: () => undefined,
      };
    },
  });
  return () => provider.dispose();
}

const touches = ({ startLine, endLine }: Fault, range: monaco.IRange): boolean =>
  startLine <= range.endLineNumber && endLine >= range.startLineNumber;

function actionOf(
  model: monaco.editor.ITextModel,
  fault: Fault,
  fix: NonNullable<Fault['fix']>,
  language: FaultLanguage,
): monaco.languages.CodeAction {
  const { startLine, startColumn, endLine, endColumn, text } = fix;
  const range = { startLineNumber: startLine, startColumn, endLineNumber: endLine, endColumn };
  return {
    title: titleOfFix(fix, language),
    kind: 'quickfix',
    isPreferred: true,
    diagnostics: monaco.editor
      .getModelMarkers({ resource: model.uri })
      .filter(
        ({ message, startLineNumber }) => startLineNumber === fault.startLine && message === faultText(fault, language),
      ),
    edit: { edits: [{ resource: model.uri, versionId: undefined, textEdit: { range, text } }] },
  };
}
