import type { ComponentProps, ReactNode } from 'react';
import { Tooltip } from './Tooltip.tsx';

interface Look {
  /** One primary button a view at most; danger is for what destroys. */
  readonly kind?: 'secondary' | 'primary' | 'plain' | 'danger';
}

/** A button with a verb on it. */
export function Button({ kind = 'secondary', className, ...rest }: ComponentProps<'button'> & Look): React.JSX.Element {
  return <button type="button" className={['button', kind, className].filter(Boolean).join(' ')} {...rest} />;
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'children'>, Look {
  /** What it does, in words: its accessible name and its tooltip. */
  readonly label: string;
  readonly icon: ReactNode;
  /** The key that does the same. */
  readonly shortcut?: string;
}

/** A button that is only an icon: it always says in a tooltip what it does. */
export function IconButton({
  label,
  icon,
  shortcut,
  kind = 'plain',
  className,
  ...rest
}: IconButtonProps): React.JSX.Element {
  return (
    <Tooltip content={label} {...(shortcut ? { shortcut } : {})}>
      <button
        type="button"
        className={['button icon', kind, className].filter(Boolean).join(' ')}
        aria-label={label}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
