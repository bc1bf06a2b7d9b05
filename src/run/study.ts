/** Work on copies of the world that takes long: it is done piece by piece, so that whoever waits can look up or give up. */

export interface Study<T> {
  /** Parts of it, and how many are done. */
  readonly total: number;
  readonly done: number;
  /** Does the next piece; false when none is left. */
  next(): boolean;
  /** What has been found so far: all of it once no piece is left. */
  end(): T;
}

export function finish<T>(study: Study<T>): T {
  while (study.next());
  return study.end();
}
