/** The camera: it moves only when somebody asks, or when the stage itself changes its size and nobody has moved it. */
import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useCallback, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { view } from '../../state/view.ts';
import type { Stage } from '../../view/stage.ts';
import { shapeFor } from '../../view/stage-frame.ts';
import { boxOf } from '../../view/stage-routes.ts';
import type { StageShape } from '../../view/stage-types.ts';
import { leastZoom, ZOOM_MOST } from './zoom.ts';

export interface StageSize {
  readonly width: number;
  readonly height: number;
}

/** Calls back at first and whenever the camera has moved, with its zoom. */
export function useCameraChange(onChange: (zoom: number) => void): void {
  const api = useStoreApi();
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    // The first move may have been made before anybody listened.
    latest.current(api.getState().transform[2]);
    return api.subscribe((state, before) => {
      if (state.transform !== before.transform) latest.current(state.transform[2]);
    });
  }, [api]);
}

/**
 * The arrangement for the most room there has been in this window: a panel that opens takes room away, and must not set
 * out everything anew.
 */
export function useShape({ width }: StageSize): StageShape {
  const most = useRef({ window: 0, width: 0 });
  if (most.current.window !== window.innerWidth) most.current = { window: window.innerWidth, width };
  most.current.width = Math.max(most.current.width, width);
  return shapeFor(most.current.width);
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
  /** To be called when it has come to rest: where the person left it travels with the run. */
  rest(): void;
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
  const { setViewport, zoomTo, getZoom, getViewport } = useReactFlow();
  const latest = useRef({ stage, size });
  latest.current = { stage, size };
  const isOwn = useRef(false);
  /** What this camera told the view last; anything else there came with a run that was opened. */
  const told = useRef<unknown>(undefined);
  const given = useStore(view, (state) => state.camera);
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
  const lastWindow = useRef({ width: 0, height: 0 });
  const isTouched = useTouched();
  useEffect(() => {
    const { innerWidth, innerHeight } = window;
    const isResized = lastWindow.current.width !== innerWidth || lastWindow.current.height !== innerHeight;
    lastWindow.current = { width: innerWidth, height: innerHeight };
    // A panel that opens or closes leaves the camera where it is.
    if (isOwn.current || (isTouched.current && !isResized)) return;
    fit(false);
  }, [fit, width, height, isTouched]);
  useEffect(() => {
    if (!isOwn.current) fit(false);
  }, [fit, frame, hasNodes]);
  useEffect(() => {
    if (given === told.current || !width || !height) return;
    told.current = given;
    if (!given) return fit(false);
    isOwn.current = true;
    const { x, y, zoom } = given;
    void setViewport({ zoom, x: width / 2 - x * zoom, y: height / 2 - y * zoom });
  }, [given, width, height, fit, setViewport]);
  return {
    fit,
    zoomBy: (factor) => {
      isOwn.current = true;
      const zoom = Math.max(leastZoom(frame), Math.min(ZOOM_MOST, getZoom() * factor));
      void zoomTo(zoom, isStillWanted() ? {} : { duration: 120 });
    },
    release: () => {
      isOwn.current = true;
    },
    rest: () => {
      if (!width || !height) return;
      const { x, y, zoom } = getViewport();
      // The middle of what is seen, in the stage's own measure: the same in a window of another size.
      const middle = { x: (width / 2 - x) / zoom, y: (height / 2 - y) / zoom, zoom };
      const camera = isOwn.current ? middle : undefined;
      if (!camera && !view.getState().camera) return;
      told.current = camera;
      view.setState({ camera });
    },
  };
}

/** Whether the person has done anything yet: before that, the page is still finding its sizes. */
function useTouched(): { readonly current: boolean } {
  const isTouched = useRef(false);
  useEffect(() => {
    const touch = (): void => {
      isTouched.current = true;
    };
    window.addEventListener('pointerdown', touch, { capture: true, once: true });
    window.addEventListener('keydown', touch, { capture: true, once: true });
    return () => {
      window.removeEventListener('pointerdown', touch, { capture: true });
      window.removeEventListener('keydown', touch, { capture: true });
    };
  }, []);
  return isTouched;
}

/** When a panel has taken the room of what is selected, the camera moves aside, just as far as it must. */
export function useKeepInSight(stage: Stage, selected: string | undefined, size: StageSize): void {
  const { getViewport, setViewport } = useReactFlow();
  const latest = useRef(stage);
  latest.current = stage;
  const { width, height } = size;
  useEffect(() => {
    const box = selected ? boxOf(latest.current, selected) : undefined;
    if (!box) return;
    const { x, y, zoom } = getViewport();
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const [right, bottom] = [left + box.width * zoom, top + box.height * zoom];
    const move = (near: number, far: number, from: number, to: number): number =>
      far > to ? (far - near > to - from ? 0 : to - far) : near < from ? from - near : 0;
    const [dx, dy] = [move(left, right, 16, width - 16), move(top, bottom, MARGIN.top, height - MARGIN.bottom)];
    if (dx === 0 && dy === 0) return;
    void setViewport({ x: x + dx, y: y + dy, zoom }, isStillWanted() ? {} : { duration: 160 });
  }, [selected, width, height, getViewport, setViewport]);
}
