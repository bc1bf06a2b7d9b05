interface SearchFieldProps {
  /** What is searched for; also the placeholder. */
  readonly label: string;
  readonly value: string;
  onChange(value: string): void;
}

/** A field that narrows down what is shown next to it. */
export function SearchField({ label, value, onChange }: SearchFieldProps): React.JSX.Element {
  return (
    <input
      className="field"
      type="search"
      value={value}
      aria-label={label}
      placeholder={label}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
