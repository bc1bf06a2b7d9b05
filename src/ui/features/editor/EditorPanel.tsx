import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { faultText } from '../../../manifest/fault-texts.ts';
import type { CommandResult, DiffEntry, Fault } from '../../../run/types.ts';
import { Modal } from '../../design/Modal.tsx';
import { ask, command } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { view } from '../../state/view.ts';
import { monaco } from './monaco.ts';
import './editor.css';

const FILE = 'manifest.yaml';
const CHECK_AFTER_MS = 250;
const SEVERITY = {
  error: monaco.MarkerSeverity.Error,
  warning: monaco.MarkerSeverity.Warning,
  info: monaco.MarkerSeverity.Info,
} as const;

/** The text being edited, its faults, and what applying it would do and has done. */
export function EditorPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(null);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [result, setResult] = useState<CommandResult>();
  const [diff, setDiff] = useState<readonly DiffEntry[]>();
  const text = useStore(view, (state) => state.text);
  const shade = useStore(view, (state) => state.shade);
  const language = useStore(view, (state) => state.language);
  const isBooted = useStore(simulation, (state) => state.isBooted);

  useEffect(() => {
    const made = monaco.editor.create(host.current!, {
      model: monaco.editor.createModel(
        view.getState().text,
        'yaml',
        monaco.Uri.parse(`inmemory://model/${Date.now()}/${FILE}`),
      ),
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: "'JetBrains Mono Variable', monospace",
      fontSize: 13,
      lineHeight: 20,
      scrollBeyondLastLine: false,
      tabSize: 2,
      ariaLabel: FILE,
      renderLineHighlight: 'line',
      fixedOverflowWidgets: true,
    });
    editor.current = made;
    const listening = made.onDidChangeModelContent(() => view.setState({ text: made.getValue() }));
    return () => {
      listening.dispose();
      made.getModel()?.dispose();
      made.dispose();
    };
  }, []);

  useEffect(() => monaco.editor.setTheme(shade === 'dark' ? 'vs-dark' : 'vs'), [shade]);

  useEffect(() => {
    if (editor.current && editor.current.getValue() !== text) editor.current.setValue(text);
    const timer = setTimeout(() => {
      void ask('check', { file: FILE, text }).then((found) => setFaults(found ?? []));
      void ask('files', { files: { [FILE]: text } });
    }, CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, isBooted]);

  const problems = faults.filter(({ severity }) => severity !== 'info').length;
  const served = useMemo(() => result?.documents?.flatMap((document) => document.faults ?? []) ?? [], [result]);
  useEffect(() => {
    const model = editor.current?.getModel();
    if (!model) return;
    monaco.editor.setModelMarkers(
      model,
      'pilothouse',
      [...faults, ...served].map((fault) => ({
        startLineNumber: fault.startLine,
        startColumn: fault.startColumn,
        endLineNumber: fault.endLine,
        endColumn: fault.endColumn,
        message: faultText(fault, language),
        severity: SEVERITY[fault.severity],
      })),
    );
  }, [faults, served, language]);

  const run = async (verb: 'apply' | 'delete'): Promise<void> => {
    setResult(undefined);
    const done = await command({ verb, file: FILE, text });
    if (!done) return;
    setResult(done);
    await ask('play', {});
  };
  const go = (fault: Fault): void => {
    editor.current?.revealLineInCenter(fault.startLine);
    editor.current?.setPosition({ lineNumber: fault.startLine, column: fault.startColumn });
    editor.current?.focus();
  };
  const listed = [...faults, ...served, ...(result?.faults ?? [])];
  return (
    <div className="content flush">
      <div className="editor">
        <div className="host" ref={host} />
      </div>
      <div className="actions">
        <button
          type="button"
          className="button primary"
          data-guide-target="apply"
          disabled={!isBooted}
          onClick={() => void run('apply')}
        >
          {t('editor.apply')}
        </button>
        <button
          type="button"
          className="button"
          disabled={!isBooted}
          onClick={() => void ask('diff', { file: FILE, text }).then((found) => setDiff(found ?? []))}
        >
          {t('editor.diff')}
        </button>
        <button type="button" className="button" disabled={!isBooted} onClick={() => void run('delete')}>
          {t('editor.delete')}
        </button>
        <span className="soft" role="status">
          {problems > 0 ? t('editor.problems', { count: problems }) : t('editor.clean')}
        </span>
      </div>
      <div className="results">
        <ul className="list">
          {listed.map((fault, index) => (
            <li key={index}>
              <button type="button" onClick={() => go(fault)}>
                <span className={fault.severity === 'error' ? 'problem' : 'soft'}>
                  {t('editor.line', { line: fault.startLine })}
                </span>{' '}
                {faultText(fault, language)}
              </button>
            </li>
          ))}
          {result?.documents?.map((document, index) => (
            <li key={`done${index}`}>
              <span
                className={document.outcome === 'error' ? 'problem' : 'soft'}
              >{`${document.kind}/${document.name} ${t(`editor.${document.outcome}`)}`}</span>
            </li>
          ))}
        </ul>
        <p className="soft">{t('editor.hint')}</p>
      </div>
      {diff ? (
        <Modal title={t('editor.diff')} close={() => setDiff(undefined)}>
          {diff.every((entry) => entry.live === entry.merged) ? <p>{t('editor.noDiff')}</p> : null}
          {diff
            .filter((entry) => entry.live !== entry.merged)
            .map((entry) => (
              <section key={entry.key}>
                <h2>{`${entry.title} ${t(`editor.${entry.outcome}`)}`}</h2>
                {entry.status ? (
                  <p className="problem">{entry.status.message}</p>
                ) : (
                  <DiffText before={entry.live} after={entry.merged} />
                )}
              </section>
            ))}
          <button type="button" className="button" onClick={() => setDiff(undefined)}>
            {t('editor.close')}
          </button>
        </Modal>
      ) : null}
    </div>
  );
}

/** Lines that go and lines that come, in the order of the new text. */
function DiffText({ before, after }: { before: string; after: string }): React.JSX.Element {
  const [old, next] = [before.split('\n'), after.split('\n')];
  const kept = new Set(next);
  const had = new Set(old);
  return (
    <pre className="diff" tabIndex={0}>
      {old
        .filter((line) => !kept.has(line))
        .map((line, index) => (
          <del key={`d${index}`}>{`- ${line}`}</del>
        ))}
      {next.map((line, index) =>
        had.has(line) ? <span key={index}>{`  ${line}\n`}</span> : <ins key={index}>{`+ ${line}`}</ins>,
      )}
    </pre>
  );
}
