/**
 * The order in which Go's `sort.Sort` leaves items that are equal to it: the pattern-defeating quicksort of its library, step by
 * step, for kubectl prints them in that order. Upstream: go/src/sort/zsortinterface.go.
 */

const INSERTION_LIMIT = 12;
const NINTHER_FROM = 50;
const MOST_SWAPS = 12;
const REPAIRS = 5;
const REPAIR_FROM = 50;

type Hint = 'increasing' | 'decreasing' | 'unknown';

/** A sorted copy. `isLess` says whether the left item stands before the right one. */
export function goSorted<T>(items: readonly T[], isLess: (left: T, right: T) => boolean): readonly T[] {
  const sorting = new Sorting([...items], isLess);
  sorting.sort(0, items.length, bitLength(items.length));
  return sorting.items;
}

const bitLength = (value: number): number => (value === 0 ? 0 : 32 - Math.clz32(value));
const quarter = (length: number): number => Math.floor(length / 4);

class Sorting<T> {
  constructor(
    readonly items: T[],
    private readonly isLess: (left: T, right: T) => boolean,
  ) {}

  private less(left: number, right: number): boolean {
    return this.isLess(this.items[left]!, this.items[right]!);
  }

  private swap(left: number, right: number): void {
    const { items } = this;
    [items[left], items[right]] = [items[right]!, items[left]!];
  }

  /** Items from `from` up to, not including, `to`; `limit` bad choices of a pivot are allowed. */
  sort(from: number, to: number, limit: number): void {
    let wasBalanced = true;
    let wasPartitioned = true;
    for (;;) {
      const length = to - from;
      if (length <= INSERTION_LIMIT) return this.insert(from, to);
      if (limit === 0) return this.heapSort(from, to);
      if (!wasBalanced) {
        this.breakPatterns(from, to);
        limit -= 1;
      }
      let [pivot, hint] = this.choosePivot(from, to);
      if (hint === 'decreasing') {
        this.reverse(from, to);
        pivot = to - 1 - (pivot - from);
        hint = 'increasing';
      }
      if (wasBalanced && wasPartitioned && hint === 'increasing' && this.repair(from, to)) return;
      if (from > 0 && !this.less(from - 1, pivot)) {
        from = this.partitionEqual(from, to, pivot);
        continue;
      }
      const { middle, isPartitioned } = this.partition(from, to, pivot);
      wasPartitioned = isPartitioned;
      const [left, right] = [middle - from, to - middle];
      const enough = Math.floor(length / 8);
      if (left < right) {
        wasBalanced = left >= enough;
        this.sort(from, middle, limit);
        from = middle + 1;
      } else {
        wasBalanced = right >= enough;
        this.sort(middle + 1, to, limit);
        to = middle;
      }
    }
  }

  private insert(from: number, to: number): void {
    for (let next = from + 1; next < to; next += 1)
      for (let at = next; at > from && this.less(at, at - 1); at -= 1) this.swap(at, at - 1);
  }

  private heapSort(from: number, to: number): void {
    const count = to - from;
    for (let at = Math.floor((count - 1) / 2); at >= 0; at -= 1) this.siftDown(at, count, from);
    for (let last = count - 1; last >= 0; last -= 1) {
      this.swap(from, from + last);
      this.siftDown(0, last, from);
    }
  }

  private siftDown(root: number, count: number, from: number): void {
    for (;;) {
      let child = 2 * root + 1;
      if (child >= count) return;
      if (child + 1 < count && this.less(from + child, from + child + 1)) child += 1;
      if (!this.less(from + root, from + child)) return;
      this.swap(from + root, from + child);
      root = child;
    }
  }

  /** Puts smaller items before the pivot, and tells where it then stands. */
  private partition(
    from: number,
    to: number,
    pivot: number,
  ): { readonly middle: number; readonly isPartitioned: boolean } {
    this.swap(from, pivot);
    let [left, right] = [from + 1, to - 1];
    for (let isPartitioned = true; ; isPartitioned = false) {
      while (left <= right && this.less(left, from)) left += 1;
      while (left <= right && !this.less(right, from)) right -= 1;
      if (left > right) {
        this.swap(right, from);
        return { middle: right, isPartitioned };
      }
      this.swap(left, right);
      left += 1;
      right -= 1;
    }
  }

  /** Puts items that equal the pivot first, and tells where the greater ones begin. */
  private partitionEqual(from: number, to: number, pivot: number): number {
    this.swap(from, pivot);
    let [left, right] = [from + 1, to - 1];
    for (;;) {
      while (left <= right && !this.less(from, left)) left += 1;
      while (left <= right && this.less(from, right)) right -= 1;
      if (left > right) return left;
      this.swap(left, right);
      left += 1;
      right -= 1;
    }
  }

  /** Mends a few items that stand wrong in what is nearly sorted; true when that was enough. */
  private repair(from: number, to: number): boolean {
    let at = from + 1;
    for (let step = 0; step < REPAIRS; step += 1) {
      while (at < to && !this.less(at, at - 1)) at += 1;
      if (at === to) return true;
      if (to - from < REPAIR_FROM) return false;
      this.swap(at, at - 1);
      if (at - from >= 2)
        for (let back = at - 1; back >= 1 && this.less(back, back - 1); back -= 1) this.swap(back, back - 1);
      if (to - at >= 2) for (let on = at + 1; on < to && this.less(on, on - 1); on += 1) this.swap(on, on - 1);
    }
    return false;
  }

  /** Scatters three items by a generator that the length alone seeds. */
  private breakPatterns(from: number, to: number): void {
    const length = to - from;
    if (length < 8) return;
    let random = BigInt(length);
    const next = (): bigint => {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 7n;
      random = BigInt.asUintN(64, random ^ (random << 17n));
      return random;
    };
    const mask = (1n << BigInt(bitLength(length))) - 1n;
    const around = from + quarter(length) * 2;
    for (let index = 0; index < 3; index += 1) {
      const drawn = Number(next() & mask);
      this.swap(around - 1 + index, from + (drawn >= length ? drawn - length : drawn));
    }
  }

  private choosePivot(from: number, to: number): [number, Hint] {
    const length = to - from;
    let swaps = 0;
    const ordered = (left: number, right: number): [number, number] => {
      if (!this.less(right, left)) return [left, right];
      swaps += 1;
      return [right, left];
    };
    const median = (first: number, second: number, third: number): number => {
      [first, second] = ordered(first, second);
      [second, third] = ordered(second, third);
      return ordered(first, second)[1];
    };
    const points = [1, 2, 3].map((index) => from + quarter(length) * index);
    const [first = 0, second = 0, third = 0] =
      length >= NINTHER_FROM ? points.map((point) => median(point - 1, point, point + 1)) : points;
    const pivot = median(first, second, third);
    return [pivot, swaps === 0 ? 'increasing' : swaps === MOST_SWAPS ? 'decreasing' : 'unknown'];
  }

  private reverse(from: number, to: number): void {
    for (let [left, right] = [from, to - 1]; left < right; left += 1, right -= 1) this.swap(left, right);
  }
}
