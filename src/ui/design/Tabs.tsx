import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

interface TabsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly tabs: readonly { readonly value: T; readonly label: ReactNode }[];
  onChange(value: T): void;
  /** Stands at the end of the row of tabs. */
  readonly end?: ReactNode;
  /** `TabPanel`s. */
  readonly children: ReactNode;
}

/** A row of tabs and the panel of the one that is chosen; arrow keys move between tabs. */
export function Tabs<T extends string>({
  label,
  value,
  tabs,
  onChange,
  end,
  children,
}: TabsProps<T>): React.JSX.Element {
  return (
    <Radix.Root className="pane" value={value} onValueChange={(next) => onChange(next as T)}>
      <div className="tabs">
        <Radix.List aria-label={label} style={{ display: 'contents' }}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.value} value={tab.value}>
              {tab.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end ? <div className="end">{end}</div> : null}
      </div>
      {children}
    </Radix.Root>
  );
}

interface TabPanelProps {
  readonly value: string;
  /** Stays in the page while another tab is shown: for what is costly to build or has a state of its own. */
  readonly isKept?: boolean;
  readonly children: ReactNode;
}

export function TabPanel({ value, isKept, children }: TabPanelProps): React.JSX.Element {
  return (
    <Radix.Content className="tab-panel" value={value} tabIndex={-1} {...(isKept ? { forceMount: true } : {})}>
      {children}
    </Radix.Content>
  );
}
