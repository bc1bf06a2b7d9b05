import type { ReactNode } from 'react';

interface SideTableProps {
  readonly label: string;
  /** What a row is about. */
  readonly subject: string;
  /** Of the two configurations. */
  readonly names: readonly [string, string];
  readonly className?: string;
  readonly children: ReactNode;
}

/** Rows with a cell for each of the two configurations. */
export function SideTable({ label, subject, names, className, children }: SideTableProps): React.JSX.Element {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className={className}>
        <thead>
          <tr>
            <th scope="col">{subject}</th>
            {names.map((name, index) => (
              <th key={index} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
