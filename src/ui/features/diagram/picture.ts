/** What the stage's own parts share: the picture of now, what is related to what is selected, what is pointed at. */
import { createStore } from 'zustand/vanilla';
import type { TraceEventOf } from '../../../sim/kernel/index.ts';
import { select } from '../../state/view.ts';
import { NO_FACTS, type ControlPlaneFacts } from '../../view/control-plane.ts';
import type { Relations } from '../../view/relations.ts';
import type { Stage } from '../../view/stage.ts';

export interface Pointed {
  readonly key: string;
  /** Where to put what is said about it, in pixels from the corner of the stage. */
  readonly x: number;
  readonly y: number;
}

export interface Picture {
  readonly stage: Stage | undefined;
  readonly relations: Relations;
  readonly facts: ControlPlaneFacts;
  /** The request whose packet has just reached the API server. */
  readonly lit: TraceEventOf<'api.request'> | undefined;
  readonly pointed: Pointed | undefined;
}

export const picture = createStore<Picture>(() => ({
  stage: undefined,
  relations: { keys: undefined, links: [] },
  facts: NO_FACTS,
  lit: undefined,
  pointed: undefined,
}));

export function pick(key: string): void {
  picture.setState({ pointed: undefined });
  select(key);
}

/** Points at an element of the stage, to say more about it. */
export function pointAt(key: string | undefined, element?: Element): void {
  if (!key || !element) {
    picture.setState({ pointed: undefined });
    return;
  }
  const [box, stage] = [element.getBoundingClientRect(), document.querySelector('.stage')!.getBoundingClientRect()];
  picture.setState({ pointed: { key, x: box.left + box.width / 2 - stage.left, y: box.bottom - stage.top } });
}
