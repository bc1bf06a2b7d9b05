/**
 * The face of a card: as large on screen as the card, whatever the zoom, with type in its own size. So text is always
 * crisp and never too small; a card with less room says less.
 */
import type { NodeProps } from '@xyflow/react';
import { CircleCheckBig } from 'lucide-react';
import { memo, type ComponentType, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { view } from '../../state/view.ts';
import type { StageItem } from '../../view/stage-types.ts';
import { picture } from './picture.ts';

/** A React Flow node type for items of one kind; drawn anew only when its item is another. */
export function cardType<K extends StageItem['kind']>(
  Card: ComponentType<{ item: Extract<StageItem, { kind: K }> }>,
): ComponentType<NodeProps> {
  return memo(
    ({ data }: NodeProps) => <Card item={(data as { item: Extract<StageItem, { kind: K }> }).item} />,
    (left, right) => (left.data as { item: unknown }).item === (right.data as { item: unknown }).item,
  );
}

/** Whether a preemption sends the pod away: the one that a panel shows, else the scheduler's latest attempt. */
export function useIsVictim(key: string): boolean {
  const marks = useStore(view, (state) => state.marks);
  const isLatest = useStore(
    picture,
    ({ facts }) => facts.attempt?.data.victims?.some((victim) => `pods|${victim}` === key) ?? false,
  );
  return marks ? marks.victims.includes(key) : isLatest;
}

export function useIsNominated(node: string): boolean {
  const marks = useStore(view, (state) => state.marks);
  const isLatest = useStore(picture, ({ facts }) => facts.attempt?.data.nominated === node);
  return marks ? marks.nominated === node : isLatest;
}

/** How an element stands to what is selected, pointed at by a panel, or asked for by a lesson, itself or by its owner. */
export function useStanding(key: string, owner?: string): string {
  const isSelected = useStore(view, (state) => state.selected === key);
  const isNamed = useStore(view, (state) => state.highlighted.includes(key));
  const isDimmed = useStore(picture, ({ relations }) => relations.keys !== undefined && !relations.keys.has(key));
  const isSpotlit = useStore(
    view,
    (state) => state.spotlight === key || (owner !== undefined && state.spotlight === owner),
  );
  return [isSelected && 'selected', isNamed && 'named', isDimmed && 'dimmed', isSpotlit && 'spotlit']
    .filter(Boolean)
    .join(' ');
}

export function Face({
  id,
  className,
  children,
}: {
  id: string;
  className: string;
  children: ReactNode;
}): React.JSX.Element {
  const standing = useStanding(id);
  return (
    <div className={`face ${className} ${standing}`}>
      {children}
      <SuccessMark id={id} />
    </div>
  );
}

function SuccessMark({ id }: { id: string }): React.JSX.Element | null {
  const { t } = useTranslation();
  const isDone = useStore(view, (state) => state.succeeded === id);
  return isDone ? (
    <span className="success-mark" role="img" aria-label={t('stage.succeeded')}>
      <CircleCheckBig size={16} aria-hidden />
    </span>
  ) : null;
}
