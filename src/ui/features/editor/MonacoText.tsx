import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { faultText } from '../../../manifest/fault-texts.ts';
import type { TextFix } from '../../../run/types.ts';
import { view } from '../../state/view.ts';
import { MODEL_PREFIXES, monaco, showShade, takeSchedulerSchema, type TextKind } from './monaco.ts';
import { offerFixes } from './quick-fixes.ts';
import { RICH_TEXT_LIMIT, type Place, type TextViewProps } from './text-surface.ts';

const SEVERITY = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  info: monaco.MarkerSeverity.Info,
} as const;

const languageOf = (text: string): string => (text.length > RICH_TEXT_LIMIT ? 'plaintext' : 'yaml');

/** A model a file, kept with its undo while another file is shown. */
function modelOf(kind: TextKind, file: string, text: string): monaco.editor.ITextModel {
  const uri = monaco.Uri.parse(MODEL_PREFIXES[kind] + encodeURIComponent(file));
  return monaco.editor.getModel(uri) ?? monaco.editor.createModel(text, languageOf(text), uri);
}

function replaceAll(model: monaco.editor.ITextModel, text: string): void {
  model.pushStackElement();
  model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
  model.pushStackElement();
}

const rangeOf = (fix: TextFix): monaco.IRange => ({
  startLineNumber: fix.startLine,
  startColumn: fix.startColumn,
  endLineNumber: fix.endLine,
  endColumn: fix.endColumn,
});

/** Monaco, with the text of one file at a time. */
export function MonacoText(props: TextViewProps): React.JSX.Element {
  const { file, text, faults, kind = 'manifest', schema, onChange, onApply, onReady } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(null);
  const latest = useRef({ text, onChange, onApply });
  const states = useRef(new Map<string, monaco.editor.ICodeEditorViewState | null>());
  const shade = useStore(view, (state) => state.shade);
  const language = useStore(view, (state) => state.language);

  useEffect(() => {
    latest.current = { text, onChange, onApply };
  });

  useEffect(() => {
    const made = monaco.editor.create(host.current!, {
      model: null,
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: "'JetBrains Mono Variable', 'Pretendard Variable', monospace",
      fontSize: 13,
      lineHeight: 20,
      lineNumbersMinChars: 3,
      glyphMargin: false,
      folding: true,
      scrollBeyondLastLine: false,
      tabSize: 2,
      insertSpaces: true,
      detectIndentation: false,
      // What is pasted keeps its indentation, which has a meaning here.
      autoIndent: 'advanced',
      renderLineHighlight: 'line',
      fixedOverflowWidgets: true,
      quickSuggestions: { other: true, comments: false, strings: true },
      padding: { top: 8, bottom: 8 },
    });
    editor.current = made;
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => latest.current.onApply());
    onReady({
      line: () => made.getPosition()?.lineNumber ?? 1,
      go({ startLine, startColumn = 1, endLine }: Place) {
        made.revealLineInCenterIfOutsideViewport(startLine);
        if (endLine === undefined) made.setPosition({ lineNumber: startLine, column: startColumn });
        else {
          const endColumn = made.getModel()?.getLineMaxColumn(Math.min(endLine, made.getModel()!.getLineCount())) ?? 1;
          made.setSelection({ startLineNumber: startLine, startColumn: 1, endLineNumber: endLine, endColumn });
        }
        made.focus();
      },
      replace: (next) => replaceAll(made.getModel()!, next),
      mend: (fix) => made.executeEdits('quick-fix', [{ range: rangeOf(fix), text: fix.text }]),
    });
    return () => {
      onReady(undefined);
      made.dispose();
      for (const model of monaco.editor.getModels()) {
        if (model.uri.toString().startsWith(MODEL_PREFIXES[kind])) model.dispose();
      }
    };
  }, [onReady, kind]);

  useEffect(() => (schema ? takeSchedulerSchema(schema) : undefined), [schema]);

  useEffect(() => showShade(shade), [shade]);

  useEffect(() => {
    const shown = editor.current!;
    const kept = states.current;
    const model = modelOf(kind, file, latest.current.text);
    shown.setModel(model);
    shown.updateOptions({ ariaLabel: file });
    shown.restoreViewState(kept.get(file) ?? null);
    const listening = model.onDidChangeContent(() => latest.current.onChange(file, model.getValue()));
    return () => {
      kept.set(file, shown.saveViewState());
      listening.dispose();
    };
  }, [kind, file]);

  useEffect(() => {
    const model = modelOf(kind, file, text);
    if (model.getValue() !== text) replaceAll(model, text);
    const language = languageOf(text);
    if (model.getLanguageId() !== language) monaco.editor.setModelLanguage(model, language);
  }, [kind, file, text]);

  useEffect(() => {
    const model = modelOf(kind, file, '');
    const markers = faults.map((fault) => ({
      startLineNumber: fault.startLine,
      startColumn: fault.startColumn,
      endLineNumber: fault.endLine,
      endColumn: fault.endColumn,
      message: faultText(fault, language),
      severity: SEVERITY[fault.severity],
    }));
    monaco.editor.setModelMarkers(model, 'pilothouse', markers);
    return offerFixes(model, faults, language);
  }, [kind, file, faults, language]);

  return <div className="host" ref={host} />;
}
