/** Pods too small to be buttons: the canvas draws them, and this finds the one under the pointer. */
import { useStore as useFlow } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import type { NodeCard, PodChip } from '../../view/stage-types.ts';
import { pick, picture } from './picture.ts';

export function DensePods({ item }: { item: NodeCard }): React.JSX.Element {
  const { t } = useTranslation();
  const zoom = useFlow((state) => state.transform[2]);
  const find = (event: React.PointerEvent | React.MouseEvent): PodChip | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / zoom + item.grid.x, (event.clientY - box.top) / zoom + item.grid.y];
    return item.pods.find((pod) => x >= pod.x && x <= pod.x + pod.width && y >= pod.y && y <= pod.y + pod.height);
  };
  const point = (event: React.PointerEvent): void => {
    const pod = find(event);
    const stage = event.currentTarget.closest('.stage')!.getBoundingClientRect();
    picture.setState({
      pointed: pod ? { key: pod.key, x: event.clientX - stage.left, y: event.clientY - stage.top + 12 } : undefined,
    });
  };
  const counts = new Map<string, number>();
  for (const { health } of item.pods) counts.set(health.word, (counts.get(health.word) ?? 0) + 1);
  const said = [...counts].map(([word, count]) => `${word} ${count}`).join(', ');
  return (
    <div
      className="dense"
      role="img"
      aria-label={`${t('stage.pods', { count: item.pods.length })}: ${said}`}
      style={
        {
          '--x': item.grid.x,
          '--y': item.grid.y,
          '--w': item.grid.width,
          '--h': item.grid.height,
        } as React.CSSProperties
      }
      onPointerMove={point}
      onPointerLeave={() => picture.setState({ pointed: undefined })}
      onClick={(event) => pick(find(event)?.key ?? item.id)}
    />
  );
}
