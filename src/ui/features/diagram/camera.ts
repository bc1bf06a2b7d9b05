/** The camera: it moves only when somebody asks, or when the stage itself changes its size and nobody has moved it. */
import { useReactFlow } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import type { Stage } from '../../view/stage.ts';
import { ZOOM_LEAST, ZOOM_MOST } from './zoom.ts';

export interface StageSize {
  readonly width: number;
  readonly height: number;
}

/** Room that the tools above and the legend below take. */
const MARGIN = { top: 50, bottom: 50, side: 12 };
/** On a tall stage the width decides, unless that leaves most of it below the edge. */
const LEAST_STACKED_ZOOM = 0.92;

export interface Camera {
  fit(isAnimated: boolean): void;
  zoomBy(factor: number): void;
  /** To be called when the person has moved it. */
  release(): void;
}

function fitOf(stage: Stage, size: StageSize): { x: number; y: number; zoom: number } {
  const [width, height] = [size.width - 2 * MARGIN.side, size.height - MARGIN.top - MARGIN.bottom];
  const byWidth = width / stage.width;
  const whole = Math.min(byWidth, height / stage.height, 1.3);
  const isStacked = stage.frame.shape !== 'wide' && stage.frame.unit === 1;
  const near = isStacked && whole < LEAST_STACKED_ZOOM ? Math.min(byWidth, 1.1) : whole;
  // At exactly one, every edge lies on a pixel; a little less or more is not worth losing that.
  const zoom = near > 0.985 && near < 1.2 ? 1 : near;
  const isWhole = stage.height * zoom <= height + 8;
  return {
    zoom,
    x: Math.round((size.width - stage.width * zoom) / 2),
    y: Math.round(isWhole ? MARGIN.top + (height - stage.height * zoom) / 2 : MARGIN.top),
  };
}

const isStillWanted = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export function useCamera(stage: Stage, size: StageSize | undefined): Camera {
  const { setViewport, zoomTo, getZoom } = useReactFlow();
  const latest = useRef({ stage, size });
  latest.current = { stage, size };
  const isOwn = useRef(false);
  const fit = useCallback(
    (isAnimated: boolean) => {
      const now = latest.current;
      if (!now.size) return;
      isOwn.current = false;
      void setViewport(fitOf(now.stage, now.size), isAnimated && !isStillWanted() ? { duration: 200 } : {});
    },
    [setViewport],
  );
  const { frame } = stage;
  const hasNodes = stage.nodes.size > 0;
  const [width, height] = [size?.width, size?.height];
  useEffect(() => {
    if (!isOwn.current) fit(false);
  }, [fit, frame, hasNodes, width, height]);
  return {
    fit,
    zoomBy: (factor) => {
      isOwn.current = true;
      const zoom = Math.max(ZOOM_LEAST, Math.min(ZOOM_MOST, getZoom() * factor));
      void zoomTo(zoom, isStillWanted() ? {} : { duration: 120 });
    },
    release: () => {
      isOwn.current = true;
    },
  };
}
