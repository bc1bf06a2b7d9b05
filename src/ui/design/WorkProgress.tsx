import { Button } from './Button.tsx';

interface WorkProgressProps {
  /** What is being done, and how far it is. */
  readonly text: string;
  /** Undefined as long as nobody knows. */
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  readonly cancelText: string;
  cancel(): void;
}

/** Work that takes long: how far it is, and a way to end it. */
export function WorkProgress({ text, progress, cancelText, cancel }: WorkProgressProps): React.JSX.Element {
  return (
    <div className="progress" role="status">
      <progress aria-label={text} {...(progress ? { value: progress.done, max: progress.total } : {})} />
      <span>{text}</span>
      <Button onClick={cancel}>{cancelText}</Button>
    </div>
  );
}
