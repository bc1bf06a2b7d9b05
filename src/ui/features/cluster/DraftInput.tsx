import { useState } from 'react';
import type { Read } from './pool-lines.ts';

interface Control {
  readonly id: string;
  readonly 'aria-invalid'?: true;
  readonly 'aria-describedby'?: string;
}

interface DraftInputProps<T> extends Control {
  readonly value: string;
  read(text: string): T | undefined;
  onRead(value: T): void;
  onFault(isFault: boolean): void;
}

/** A field that keeps what is being typed even while it cannot be read yet. */
export function DraftInput<T>({ value, read, onRead, onFault, ...control }: DraftInputProps<T>): React.JSX.Element {
  const [text, setText] = useState(value);
  return (
    <input
      {...control}
      className="field"
      inputMode="numeric"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const found = read(event.target.value);
        onFault(found === undefined);
        if (found !== undefined) onRead(found);
      }}
    />
  );
}

interface DraftLinesProps<T> extends Control {
  readonly value: string;
  read(text: string): Read<T>;
  onRead(value: T): void;
  onFault(line: number | undefined): void;
}

/** The same over several lines; a fault names the line. */
export function DraftLines<T>({ value, read, onRead, onFault, ...control }: DraftLinesProps<T>): React.JSX.Element {
  const [text, setText] = useState(value);
  return (
    <textarea
      {...control}
      className="field mono"
      rows={2}
      spellCheck={false}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const found = read(event.target.value);
        onFault('line' in found ? found.line : undefined);
        if ('value' in found) onRead(found.value);
      }}
    />
  );
}
