/** A canvas over the stage, in pixels of the device, drawn in world units through the camera. */
import type { StageSize } from './camera.ts';

export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Fits a canvas to the stage; returns its context with the device's scale, cleared. */
export function prepare(element: HTMLCanvasElement, size: StageSize): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (element.width !== width || element.height !== height) {
    element.width = width;
    element.height = height;
  }
  const context = element.getContext('2d')!;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Colours of the theme; read once a change, since asking for styles is slow. */
export function readColours(names: readonly string[]): ReadonlyMap<string, string> {
  const style = getComputedStyle(document.documentElement);
  return new Map(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}
