/** Semantic zoom: what is worth drawing at the size that things have on screen. No text is drawn below 11 px. */
import type { StageFrame } from '../../view/stage-frame.ts';
import type { NodeCard, PodChip } from '../../view/stage-types.ts';

/** Cells; cards with names; cards with everything; pods with their containers. */
export type ZoomStep = 'fleet' | 'pool' | 'node' | 'pod';

export function stepOf(zoom: number, nodeWidth: number): ZoomStep {
  const width = nodeWidth * zoom;
  if (width < 96) return 'fleet';
  if (width < 190) return 'pool';
  return zoom < 3 ? 'node' : 'pod';
}

/** How much room the cards of the control plane have: they keep their size on screen when the cluster is large. */
export function detailOf(zoom: number, frame: StageFrame): 'full' | 'title' | 'none' {
  const scale = zoom * frame.unit;
  return scale >= 0.78 ? 'full' : scale >= 0.42 ? 'title' : 'none';
}

/** A pod is a button where it is large enough to be hit; smaller ones are drawn on the canvas. */
export function isButton(chip: PodChip, zoom: number): boolean {
  return chip.width * zoom >= 12;
}

/** Chips of one node share a size, so the first one speaks for all. */
export function hasButtons(card: NodeCard, zoom: number): boolean {
  const [first] = card.pods;
  return first !== undefined && isButton(first, zoom) && stepOf(zoom, card.width) !== 'fleet';
}

/** Further out than this everything is a speck. */
export const leastZoom = ({ unit }: StageFrame): number => 0.34 / unit;
export const ZOOM_MOST = 7;
