import { useId, type ReactNode } from 'react';

interface FieldProps {
  readonly name: string;
  readonly hint?: ReactNode;
  /** What is wrong and how to mend it. */
  readonly fault?: string | undefined;
  /** Makes the control; the ids tie name, hint and fault to it. */
  children(control: { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string }): ReactNode;
}

/** A control with its name above, and beneath it a hint or what is wrong. */
export function Field({ name, hint, fault, children }: FieldProps): React.JSX.Element {
  const id = useId();
  const note = fault ?? hint;
  return (
    <div className="labelled">
      <label className="name" htmlFor={id}>
        {name}
      </label>
      {children({
        id,
        ...(fault ? { 'aria-invalid': true as const } : {}),
        ...(note ? { 'aria-describedby': `${id}-note` } : {}),
      })}
      {note ? (
        <div id={`${id}-note`} className={fault ? 'fault' : 'hint'}>
          {note}
        </div>
      ) : null}
    </div>
  );
}
