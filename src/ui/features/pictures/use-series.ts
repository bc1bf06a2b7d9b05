import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { ObjectSeries } from '../../../run/types.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';

const REFRESH_MS = 400;

/** Curves of an object up to the playhead: asked for anew while time passes, but not for every frame. */
export function useSeries(key: string): ObjectSeries | undefined {
  const beat = useStore(simulation, ({ epoch, seq, time, isPlaying }) =>
    [epoch, Math.floor(seq / 20), isPlaying, isPlaying ? '' : time].join('/'),
  );
  const [found, setFound] = useState<ObjectSeries>();
  const isSame = found?.key === key;
  useEffect(() => {
    let isWanted = true;
    const timer = setTimeout(
      () => {
        void ask('series', { key }).then((series) => {
          if (isWanted) setFound(series);
        });
      },
      isSame ? REFRESH_MS : 0,
    );
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [key, beat, isSame]);
  return isSame ? found : undefined;
}
