import type { ReactNode } from 'react';

interface BadgeProps {
  /** Never the only sign: the words say it too. */
  readonly tone?: 'neutral' | 'ok' | 'warn' | 'failure';
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

export function Badge({ tone = 'neutral', icon, children }: BadgeProps): React.JSX.Element {
  return (
    <span className={`badge ${tone}`}>
      {icon}
      {children}
    </span>
  );
}
