import type { ReactNode } from 'react';
import { Group, Panel, Separator, type PanelImperativeHandle } from 'react-resizable-panels';

interface SplitPaneProps {
  readonly id: string;
  readonly orientation: 'horizontal' | 'vertical';
  /** `Pane`s with `PaneHandle`s between them. */
  readonly children: ReactNode;
}

/** Panes side by side or one above the other, whose borders can be dragged or moved by the arrow keys. */
export function SplitPane({ id, orientation, children }: SplitPaneProps): React.JSX.Element {
  return (
    <Group id={id} orientation={orientation}>
      {children}
    </Group>
  );
}

interface PaneProps {
  readonly id: string;
  /** Pixels; absent for the pane that takes what is left. */
  readonly size?: number;
  readonly min: number | string;
  readonly max?: number | string;
  /** Given, the pane can be shut, and then has this size. */
  readonly shut?: number;
  /** Told after the person has moved a border. */
  onResize?(px: number): void;
  readonly handle?: React.Ref<PanelImperativeHandle | null>;
  readonly className?: string;
  readonly children: ReactNode;
}

export function Pane({
  id,
  size,
  min,
  max,
  shut,
  onResize,
  handle,
  className,
  children,
}: PaneProps): React.JSX.Element {
  return (
    <Panel
      id={id}
      className={['pane', className].filter(Boolean).join(' ')}
      minSize={min}
      {...(size === undefined ? {} : { defaultSize: size, groupResizeBehavior: 'preserve-pixel-size' as const })}
      {...(shut === undefined ? {} : { collapsible: true, collapsedSize: shut })}
      {...(max === undefined ? {} : { maxSize: max })}
      {...(handle ? { panelRef: handle } : {})}
      onResize={(now, _id, before) => (before && onResize ? onResize(Math.round(now.inPixels)) : undefined)}
    >
      {children}
    </Panel>
  );
}

export function PaneHandle({ label }: { label: string }): React.JSX.Element {
  return <Separator className="split-handle" aria-label={label} />;
}
