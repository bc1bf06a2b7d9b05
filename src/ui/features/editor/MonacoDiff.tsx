import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { view } from '../../state/view.ts';
import { monaco, showShade } from './monaco.ts';

interface MonacoDiffProps {
  readonly before: string;
  readonly after: string;
  readonly title: string;
}

/** Two texts with their differences, side by side where there is room. */
export function MonacoDiff({ before, after, title }: MonacoDiffProps): React.JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const shade = useStore(view, (state) => state.shade);
  useEffect(() => {
    const original = monaco.editor.createModel(before, 'yaml', monaco.Uri.parse('inmemory://diff/live'));
    const modified = monaco.editor.createModel(after, 'yaml', monaco.Uri.parse('inmemory://diff/applied'));
    const editor = monaco.editor.createDiffEditor(host.current!, {
      readOnly: true,
      automaticLayout: true,
      minimap: { enabled: false },
      fontFamily: "'JetBrains Mono Variable', 'Pretendard Variable', monospace",
      fontSize: 12,
      lineHeight: 18,
      scrollBeyondLastLine: false,
      renderOverviewRuler: false,
      renderSideBySideInlineBreakpoint: 640,
      hideUnchangedRegions: { enabled: before !== '', contextLineCount: 4 },
      originalAriaLabel: title,
      modifiedAriaLabel: title,
    });
    editor.setModel({ original, modified });
    return () => {
      editor.dispose();
      original.dispose();
      modified.dispose();
    };
  }, [before, after, title]);
  useEffect(() => showShade(shade), [shade]);
  return <div className="diff-host" ref={host} />;
}
