import { useLayoutEffect, useRef, useState } from 'react';

export interface WindowedRows {
  readonly scroller: React.RefObject<HTMLDivElement | null>;
  /** Rows that are mounted: from `first` up to, not including, `last`. */
  readonly first: number;
  readonly last: number;
  onScroll(): void;
  show(index: number): void;
}

const EXTRA = 6;

/** Mounts only the rows in sight: all rows are equally high. */
export function useWindowedRows(count: number, rowPx: number, moved: (isAtEnd: boolean) => void): WindowedRows {
  const scroller = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 400 });
  const look = (): void => {
    const { current } = scroller;
    if (current) setSight({ top: current.scrollTop, height: current.clientHeight });
  };
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return;
    const observer = new ResizeObserver(() => setSight({ top: current.scrollTop, height: current.clientHeight }));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return {
    scroller,
    first: Math.max(0, Math.min(count - 1, Math.floor(sight.top / rowPx)) - EXTRA),
    last: Math.min(count, Math.ceil((sight.top + sight.height) / rowPx) + EXTRA),
    onScroll() {
      look();
      const { current } = scroller;
      if (current) moved(current.scrollTop + current.clientHeight >= count * rowPx - rowPx);
    },
    show(index) {
      const { current } = scroller;
      if (!current) return;
      const top = index * rowPx;
      if (top < current.scrollTop) current.scrollTop = top;
      else if (top + rowPx > current.scrollTop + current.clientHeight)
        current.scrollTop = top + rowPx - current.clientHeight;
      look();
    },
  };
}
