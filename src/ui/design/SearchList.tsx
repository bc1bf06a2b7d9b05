import { useId, useState, type KeyboardEvent } from 'react';

export interface SearchItem {
  readonly id: string;
  readonly label: string;
  /** At the end of the line: the kind, a shortcut. */
  readonly hint?: string;
  /** Items of one group stand together under its name. */
  readonly group?: string;
}

interface SearchListProps<T extends SearchItem> {
  /** Accessible name of the field. */
  readonly label: string;
  readonly placeholder?: string;
  readonly empty: string;
  /** What matches a text, best first, already cut to a number that a person reads. */
  find(text: string): readonly T[];
  onPick(item: T): void;
}

/** A field, and under it what matches: the arrow keys go through it, Enter takes one. */
export function SearchList<T extends SearchItem>({
  label,
  placeholder,
  empty,
  find,
  onPick,
}: SearchListProps<T>): React.JSX.Element {
  const id = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const items = find(text);
  const at = Math.min(active, items.length - 1);
  const option = (index: number): string => `${id}-${index}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined && items.length > 0) {
      const next = (to + items.length) % items.length;
      setActive(next);
      document.getElementById(option(next))?.scrollIntoView({ block: 'nearest' });
      event.preventDefault();
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing && items[at]) {
      event.preventDefault();
      onPick(items[at]);
    }
  };
  return (
    <div className="search-list">
      <input
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={items[at] ? option(at) : undefined}
        autoComplete="off"
        spellCheck={false}
        autoFocus
        placeholder={placeholder ?? label}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id={`${id}-list`} aria-label={label}>
        {items.map((item, index) => (
          <div key={item.id} style={{ display: 'contents' }} role="presentation">
            {item.group && item.group !== items[index - 1]?.group ? (
              <div role="presentation" className="group">
                {item.group}
              </div>
            ) : null}
            <div
              role="option"
              id={option(index)}
              aria-selected={index === at}
              data-active={index === at ? '' : undefined}
              onPointerMove={() => setActive(index)}
              onClick={() => onPick(item)}
            >
              <span className="name">{item.label}</span>
              {item.hint ? <span className="hint">{item.hint}</span> : null}
            </div>
          </div>
        ))}
      </div>
      {items.length === 0 ? (
        <p className="empty" role="status">
          {empty}
        </p>
      ) : null}
    </div>
  );
}
