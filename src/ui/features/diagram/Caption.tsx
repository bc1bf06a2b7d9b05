/** When stepped: what the shown event is, said where it happens. */
import { useViewport } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { simulation } from '../../state/simulation.ts';
import { keyOfRef } from '../../view/names.ts';
import { tell } from '../../view/narrate.ts';
import { packetsOf, stagePlace } from '../../view/packets.ts';
import type { Stage } from '../../view/stage.ts';
import { boxOf, routeBetween } from '../../view/stage-routes.ts';
import type { Point } from '../../view/stage-types.ts';

/** Where an event is to be seen: the end of its way, else its component, else its object. */
function placeOf(stage: Stage, event: TraceEvent): Point | undefined {
  const [packet] = packetsOf(event);
  const end = packet && routeBetween(stage, packet.from, packet.to)?.at(-1);
  if (end) return end;
  const box = (event.object && boxOf(stage, keyOfRef(event.object))) ?? boxOf(stage, stagePlace(event.component));
  return box && { x: box.x + box.width / 2, y: box.y + box.height };
}

export function Caption({
  stage,
  size,
}: {
  stage: Stage;
  size: { width: number; height: number };
}): React.JSX.Element | null {
  const { t } = useTranslation();
  const event = useStore(simulation, (state) =>
    state.isPlaying ? undefined : state.events.findLast((item) => item.seq <= state.seq),
  );
  const { x, y, zoom } = useViewport();
  if (!event) return null;
  const place = placeOf(stage, event);
  const left = place ? place.x * zoom + x : size.width / 2;
  const top = place ? place.y * zoom + y + 14 : size.height - 96;
  return (
    <p
      className="caption"
      role="status"
      style={{
        left: Math.max(8, Math.min(size.width - 8, left)),
        top: Math.max(52, Math.min(size.height - 96, top)),
        // A caption near an edge leans inwards.
        transform: `translateX(${left < 200 ? '0' : left > size.width - 200 ? '-100%' : '-50%'})`,
      }}
    >
      {tell(t, event)}
    </p>
  );
}
