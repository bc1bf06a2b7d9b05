/** What the panel may do with whatever shows the text: Monaco, or a plain text area where Monaco could not be loaded. */
import type { Fault, TextFix } from '../../../run/types.ts';

export interface Place {
  readonly startLine: number;
  readonly startColumn?: number;
  readonly endLine?: number;
}

export interface TextSurface {
  /** The line of the cursor, from 1. */
  line(): number;
  /** Scrolls to a place, selects whole lines where it has an end, and takes the focus. */
  go(place: Place): void;
  /** Puts another text in, in a way that undo takes back. */
  replace(text: string): void;
  mend(fix: TextFix): void;
}

export interface TextViewProps {
  readonly file: string;
  readonly text: string;
  readonly faults: readonly Fault[];
  /** What is written: a manifest, unless something else is said. */
  readonly kind?: 'manifest' | 'scheduler';
  /** JSON Schema of a text that is no manifest. */
  readonly schema?: object;
  onChange(file: string, text: string): void;
  onApply(): void;
  /** Called with what can be done while it is there, and with undefined when it goes. */
  onReady(surface: TextSurface | undefined): void;
}

/** Above this length, colours and completion would cost more than they give. */
export const RICH_TEXT_LIMIT = 1_000_000;
