import { Check } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly shortcut?: string;
  /** For choices: whether it is the present one. */
  readonly isChecked?: boolean;
  readonly isDisabled?: boolean;
  pick(): void;
}

interface MenuProps {
  readonly trigger: ReactNode;
  /** Groups are parted by a line. */
  readonly groups: readonly (readonly MenuItem[])[];
  readonly align?: 'start' | 'end';
}

/** Commands behind a button. */
export function Menu({ trigger, groups, align = 'start' }: MenuProps): React.JSX.Element {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          {groups.map((items, index) => (
            <Radix.Group key={items[0]?.id ?? index}>
              {index > 0 ? <Radix.Separator className="menu-separator" /> : null}
              {items.map((item) => (
                <Row key={item.id} item={item} />
              ))}
            </Radix.Group>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Row({ item }: { item: MenuItem }): React.JSX.Element {
  const rest = (
    <>
      {item.icon}
      {item.label}
      {item.shortcut ? <span className="hint">{item.shortcut}</span> : null}
    </>
  );
  if (item.isChecked === undefined) {
    return (
      <Radix.Item disabled={item.isDisabled ?? false} onSelect={() => item.pick()}>
        {rest}
      </Radix.Item>
    );
  }
  return (
    <Radix.RadioGroup value={item.isChecked ? item.id : ''}>
      <Radix.RadioItem value={item.id} disabled={item.isDisabled ?? false} onSelect={() => item.pick()}>
        <span className="check">{item.isChecked ? <Check size={14} aria-hidden /> : null}</span>
        {rest}
      </Radix.RadioItem>
    </Radix.RadioGroup>
  );
}
