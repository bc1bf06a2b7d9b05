import { useEffect, useRef } from 'react';
import type { TextFix } from '../../../run/types.ts';
import type { Place, TextViewProps } from './text-surface.ts';

/** Where a line and column stand in a text. */
function offsetOf(text: string, line: number, column: number): number {
  let offset = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf('\n', offset);
    if (next < 0) return text.length;
    offset = next + 1;
  }
  return Math.min(offset + column - 1, text.length);
}

/** A text area in place of Monaco: everything works but colours, completion and marks in the text. */
export function PlainText({ file, text, onChange, onApply, onReady }: TextViewProps): React.JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = area.current!;
    /** Through the browser's own editing, so that its undo knows of it. */
    const put = (start: number, end: number, replacement: string): void => {
      element.focus();
      element.setSelectionRange(start, end);
      element.setRangeText(replacement, start, end, 'end');
      element.dispatchEvent(new Event('input', { bubbles: true }));
    };
    onReady({
      line: () => element.value.slice(0, element.selectionStart).split('\n').length,
      go({ startLine, startColumn = 1, endLine }: Place) {
        const start = offsetOf(element.value, startLine, startColumn);
        const end = endLine === undefined ? start : offsetOf(element.value, endLine + 1, 1);
        element.focus();
        element.setSelectionRange(start, end);
        element.scrollTop = Math.max(0, startLine - 4) * Number.parseFloat(getComputedStyle(element).lineHeight);
      },
      replace: (next: string) => put(0, element.value.length, next),
      mend: (fix: TextFix) =>
        put(
          offsetOf(element.value, fix.startLine, fix.startColumn),
          offsetOf(element.value, fix.endLine, fix.endColumn),
          fix.text,
        ),
    });
    return () => onReady(undefined);
  }, [onReady]);
  return (
    <textarea
      ref={area}
      className="plain-text"
      aria-label={file}
      spellCheck={false}
      autoCapitalize="off"
      value={text}
      onChange={(event) => onChange(file, event.target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        onApply();
      }}
    />
  );
}
